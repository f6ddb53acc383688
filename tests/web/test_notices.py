"""What a person was told: their own notices, newest first, unread until they say so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from approvals.models import Case, Notice, Office
from tests.support.web import Visitor
from tests.web.people import NOW, enter


def _tell(session: Session, person_id: int, texts: list[str], opened: Any) -> None:
    office = session.query(Office).filter_by(code="hall").one()
    case = Case(
        number=f"3716212026{person_id}", token=f"token-{person_id}", root_id=0, workflow="company-opening", version=1,
        state="registering", channel="web", deciding_office_id=office.id, offices={}, chosen=[], predecessors=[],
        identity_overrides=[], opened_at=opened, clock_started_at=opened,
    )  # fmt: skip
    session.add(case)
    session.flush()
    for number, text in enumerate(texts):
        session.add(
            Notice(
                case_id=case.id, root_id=case.id, person_id=person_id, text={"zh": text, "en": f"en {text}"},
                created_at=NOW + timedelta(minutes=number),
            )
        )  # fmt: skip


@pytest.fixture
def told(application: Any) -> Any:
    """Tell a person something, on a case of theirs."""
    application.config["NOW"] = lambda: NOW + timedelta(hours=1)
    enter(application, "窗口员样例", ("clerk", "approval-bureau"))

    def tell(person_id: int, *texts: str) -> None:
        application.extensions["database"].write(_tell, person_id, list(texts), NOW)

    return tell


def test_notices_are_shown_newest_first_with_their_case(application: Any, told: Any) -> None:
    person = enter(application, "张测试")
    told(person, "第一条<b>", "第二条")
    page = Visitor(application, person).get("/notices").text
    assert page.index("第二条") < page.index("第一条&lt;b&gt;")
    assert f'href="/cases/token-{person}"' in page and "今天 09:01" in page
    assert '<span class="unread">2' in page


def test_nobody_reads_what_others_were_told(application: Any, told: Any) -> None:
    person, other = enter(application, "张测试"), enter(application, "李样例")
    told(person, "只告诉张")
    page = Visitor(application, other).get("/notices").text
    assert "只告诉张" not in page and "还没有通知" in page and 'class="unread"' not in page


def test_marking_as_read_spares_what_came_in_since(application: Any, told: Any) -> None:
    person, other = enter(application, "张测试"), enter(application, "李样例")
    told(person, "第一条", "第二条")
    told(other, "另一个人的")
    visitor = Visitor(application, person)
    up_to = NOW.isoformat()
    visitor.post("/notices/read", {"up_to": up_to})
    assert '<span class="unread">1' in visitor.get("/notices").text
    visitor.post("/notices/read", {"up_to": "not a moment"})
    assert 'class="unread"' not in visitor.get("/notices").text
    assert '<span class="unread">1' in Visitor(application, other).get("/notices").text


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_many_notices_come_in_pages(application: Any, told: Any) -> None:
    person = enter(application, "张测试")
    told(person, *(f"通知{number:03d}号" for number in range(45)))
    visitor = Visitor(application, person)
    first, third = visitor.get("/notices").text, visitor.get("/notices?page=3").text
    assert "通知044号" in first and "通知024号" not in first and "第 1 页，共 3 页" in first
    assert "通知000号" in third and "下一页</a>" not in third
    visitor.get("/notices?page=-1")
    visitor.get("/notices?page=99999999999999999999")


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_visitors_have_no_notices(application: Any) -> None:
    assert Visitor(application).get("/notices", status=302).headers["Location"] == "/sign-in?next=/notices"

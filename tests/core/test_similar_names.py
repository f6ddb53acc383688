"""Names that look or sound alike: their order, what is left out, and that every process finds what another has written."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from approvals.db import Database
from approvals.models import CompanyName
from approvals.queries import name_index
from approvals.queries.name_index import NameIndex, near, readings_of, written_sound
from approvals.queries.names import MOST_SHOWN, SimilarName, similar_names
from tests.support.seed import NOW
from workflows.rules import comparable

TODAY = NOW.date()


@pytest.fixture
def database(engine: object) -> Database:
    return Database(engine=engine)  # type: ignore[arg-type]


def enter(database: Database, *trade_names: str, industry: str = "商贸", sounds: bool = True, **values: str) -> None:
    def store(session: Session) -> None:
        for trade_name in trade_names:
            full, trade = comparable(f"惠民县{trade_name}{industry}有限公司"), comparable(trade_name)
            row = {"status": "registered", "since": "2020-01-01", "holder": "", **values}
            session.add(
                CompanyName(
                    full_name=f"惠民县{trade_name}{industry}有限公司", trade_name=trade_name, comparable_full=full,
                    comparable_trade=trade, industry=industry, sound=written_sound(trade) if sounds else "", **row,
                )
            )  # fmt: skip

    database.write(store)


def found(database: Database, trade_name: str, industry: str = "商贸", number: str = "") -> list[SimilarName]:
    page = {"trade_name": trade_name, "industry": industry, "reservation_number": number}
    with database.reading() as session:
        return similar_names(session, page, TODAY)


def scores(database: Database, trade_name: str, industry: str = "商贸") -> dict[str, int]:
    return {each.trade_name: each.score for each in found(database, trade_name, industry)}


def test_the_same_comes_before_the_same_sound_before_one_character(database: Database) -> None:
    enter(database, "青苗", "清河", "青禾园", "惠民青禾", "青禾", "禾青", "红木")
    ranked = scores(database, "青禾")
    assert list(ranked) == sorted(ranked, key=lambda name: -ranked[name])
    assert ranked["青禾"] == 100 > ranked["惠民青禾"] > ranked["清河"] > ranked["青禾园"] > ranked["青苗"] >= 50
    assert ranked["禾青"] > ranked["青苗"] and "红木" not in ranked


@pytest.mark.parametrize(
    ("typed", "taken", "least"),
    [
        ("清河", "青禾", 80),  # the same sound
        ("兰苑", "南园", 55),  # n and l
        ("中诚", "宗程", 60),  # zh and z, ch and c
        ("金鑫", "京星", 50),  # in and ing
        ("安达", "昂达", 65),  # an and ang
        ("长乐", "常月", 55),  # 乐 is also read yue
        ("重阳", "虫阳", 80),  # 重 is also read chong
        ("行知", "航之", 80),  # 行 is also read hang
        ("樂禾", "乐禾", 100),  # the same character
        ("乐Ａ禾", "乐a禾", 100),
        ("惠民青禾", "青禾", 85),  # a place before it
        ("青禾商贸", "青禾", 85),  # an industry behind it
    ],
)
def test_names_that_people_would_confuse_are_found(database: Database, typed: str, taken: str, least: int) -> None:
    enter(database, taken, "红木", "大地")
    ranked = scores(database, typed)
    assert list(ranked) == [taken] and ranked[taken] >= least


def test_why_a_name_is_shown(database: Database) -> None:
    enter(database, "清河", "青苗", "青和")
    assert {each.trade_name: each.why for each in found(database, "青禾")} == {
        "清河": ("sound",), "青苗": ("writing",), "青和": ("writing", "sound"),
    }  # fmt: skip


def test_another_industry_counts_less_and_none_counts_fully(database: Database) -> None:
    enter(database, "青禾")
    enter(database, "青禾", industry="机械制造")
    enter(database, "青禾", industry="")
    ranked = {each.full_name: each.score for each in found(database, "青禾")}
    assert ranked["惠民县青禾商贸有限公司"] == ranked["惠民县青禾有限公司"] == 100
    assert 70 <= ranked["惠民县青禾机械制造有限公司"] < 90


@pytest.mark.parametrize(
    ("status", "since", "until", "is_shown"),
    [
        ("registered", "2020-01-01", None, True),
        ("reserved", "2026-10-01", "2026-12-01", True),
        ("reserved", "2026-09-01", "2026-11-22", False),
        ("released", "2026-09-01", "2026-12-01", False),
        ("used", "2026-09-01", "2026-12-01", False),
        ("cancelled", "2026-01-01", None, True),
        ("cancelled", "2025-01-01", None, False),
    ],
)
def test_only_what_stands_today_is_shown(
    database: Database, status: str, since: str, until: str | None, is_shown: bool
) -> None:
    enter(database, "青和", status=status, since=since, holder="R1", **({"until": until} if until else {}))
    assert bool(found(database, "青禾")) is is_shown
    assert status != "reserved" or found(database, "青禾", number="r-1") == []


def test_another_process_finds_what_this_one_writes_and_sees_what_ends(database: Database) -> None:
    """Each index is a process's: what it keeps is never older than the request, whoever wrote."""
    here, there = NameIndex(), NameIndex()

    def seen(index: NameIndex) -> int:
        with database.reading() as session:
            return len(index.similar(session, "青禾", "商贸", 10))

    enter(database, "青和")
    assert [seen(here), seen(there)] == [1, 1]
    enter(database, "青苗", "清河")
    assert [seen(here), seen(there), seen(here)] == [3, 3, 3]
    assert len(here) == len(there) == 3
    assert len(found(database, "青禾")) == 3
    database.write(lambda session: session.execute(update(CompanyName).values(status="released")))
    assert found(database, "青禾") == []


def test_a_row_that_becomes_visible_late_is_not_missed(database: Database) -> None:
    """Of two writers the one with the smaller identifiers may commit last."""
    enter(database, "青苗")
    assert len(found(database, "青禾")) == 1
    with database.reading() as session:
        earlier = min(session.scalars(select(CompanyName.id))) - (5_000 << 22)

    def late(session: Session) -> None:
        session.add(
            CompanyName(
                id=earlier, full_name="惠民县青和商贸有限公司", trade_name="青和", comparable_full="惠民县青和商贸有限公司",
                comparable_trade="青和", industry="商贸", status="registered", since="2020-01-01", holder="", sound="qing he",
            )
        )  # fmt: skip

    database.write(late)
    assert [each.trade_name for each in found(database, "青禾")] == ["青和", "青苗"]


def test_memory_is_bounded(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(name_index, "MOST_INDEXED", 20)
    enter(database, *(f"青{chr(0xAC00 + number)}" for number in range(30)))
    index = NameIndex()
    with database.reading() as session:
        index.similar(session, "青禾", "", 10)
        assert len(index) == 20
    enter(database, *(f"红{chr(0xAC00 + number)}" for number in range(15)))
    for _ in range(2):
        with database.reading() as session:
            index.similar(session, "青禾", "", 10)
            assert len(index) <= 35
    assert len(index) == 20


def test_rows_without_a_sound_are_read_by_the_index(database: Database) -> None:
    enter(database, "清河", sounds=False)
    assert scores(database, "青禾")["清河"] >= 80


@pytest.mark.parametrize("typed", ["", "禾", " ", "\ud800\udfff", "禾" * 5000, "Ａ", "A" * 300, "𠮷𠮷", "\u202e", 7, None])
def test_anything_may_be_asked(database: Database, typed: object) -> None:
    enter(database, "青禾", "𠮷野", "ABC")
    with database.reading() as session:
        assert len(similar_names(session, {"trade_name": typed, "industry": typed}, TODAY)) <= MOST_SHOWN


def test_readings_are_few_and_near_sounds_meet() -> None:
    assert [near(each) for each in ("zhang", "nian", "shing", "cheng", "hua")] == ["zan", "lian", "sin", "cen", "hua"]
    assert readings_of("le/yue qing", 3) == [("le", "qing"), ("yue", "qing")]
    assert readings_of("", 3) == [()]
    assert len(readings_of(" ".join(["a/b/c/d"] * 20), 6)) == 6
    assert len(written_sound("乐行重长" * 500)) <= 600

"""Granting, changing and ending positions and naming stand-ins: what is stored, noted and refused, with which sentence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import select

from approvals.db import Database
from approvals.models import AdministrationChange, Person, Position, StandIn
from approvals.operations import positions, stand_ins
from approvals.operations.administration.faults import Faulty
from approvals.operations.errors import NotFound, Refusal
from approvals.operations.position_rules import Wanted
from approvals.operations.staff import add_staff
from approvals.queries.people import positions_ended, signed_in
from tests.permissions.conftest import Enter
from tests.support.seed import BANK, HALL, NOW, TOWN, Cast, Member
from tests.support.statements import counted

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
Office = Callable[..., int]


def wanted(person: Member, role: str, office: str, first: date = TODAY, last: date | None = None, **values: Any) -> Wanted:
    department = values.pop("department", "approval-bureau")
    return Wanted(person.person_id, role, department, office, first, last, last is None, **values)


def grant(database: Database, by: Member, asked: Wanted, reason: str = "任命文件第1号") -> int:
    return database.write(positions.grant, by.acting, asked, reason, NOW)


def faults(call: Callable[[], object]) -> dict[str, str]:
    with pytest.raises(Faulty) as refused:
        call()
    return {each.column: each.message["zh"] for each in refused.value.faults}


def held(database: Database, person: Member, on: date = TODAY) -> set[tuple[str, int | None]]:
    """Role and whose position, as the next request of that person would find them."""
    with database.reading() as session:
        found = signed_in(session, person.person_id, on)
    assert found is not None
    return {(role, for_person) for role, _, _, _, for_person in found.positions}


def changes(database: Database) -> list[AdministrationChange]:
    with database.reading() as session:
        return list(session.scalars(select(AdministrationChange).order_by(AdministrationChange.id)))


def position_of(database: Database, person: Member) -> int:
    with database.reading() as session:
        return session.scalars(select(Position.id).where(Position.person_id == person.person_id)).one()


def test_a_position_counts_from_its_first_to_its_last_day_and_is_noted(database: Database, guardian: Member, cast: Cast) -> None:
    position_id = grant(database, guardian, wanted(cast.applicant, "agent", TOWN, TODAY + DAY, TODAY + 2 * DAY))
    for days, role in ((0, set()), (1, {("agent", None)}), (2, {("agent", None)}), (3, set())):
        assert held(database, cast.applicant, TODAY + days * DAY) == role
    (line,) = changes(database)
    assert (line.subject, line.subject_id, line.person_name, line.reason) == ("position", position_id, "安全员", "任命文件第1号")
    assert line.before == {} and line.after["role"] == "agent" and line.after["valid_to"] == "2026-11-25"


def test_the_same_page_sent_twice_grants_once(database: Database, guardian: Member, cast: Cast) -> None:
    asked = wanted(cast.applicant, "agent", TOWN)
    assert grant(database, guardian, asked) == grant(database, guardian, asked)
    assert len(changes(database)) == 1


def test_several_positions_of_one_person(database: Database, guardian: Member, cast: Cast) -> None:
    for role, office in (("agent", TOWN), ("coordinator", TOWN), ("agent", HALL)):
        grant(database, guardian, wanted(cast.clerk, role, office))
    assert held(database, cast.clerk) == {("clerk", None), ("agent", None), ("coordinator", None)}


@pytest.mark.parametrize(
    ("role", "office", "department", "column", "sentence"),
    [
        ("registrar", TOWN, "approval-bureau", "office", "可以设在：县政务服务大厅、审批服务分中心"),
        ("supervisor", BANK, "approval-bureau", "office", "不能设在政银合作网点"),
        ("administrator", TOWN, "approval-bureau", "office", "可以设在：县政务服务大厅。"),
        ("applicant", HALL, "approval-bureau", "role", "请选择岗位角色"),
        ("clerk", "nowhere", "approval-bureau", "office", "没有代码为“nowhere”的服务点"),
        ("clerk", HALL, "police", "department", "请选择部门"),
        ("clerk", HALL, "tax", "department", "属于行政审批服务局"),
        ("officer", HALL, "bank", "department", "合作银行的经办人设在银行网点"),
        ("officer", BANK, "tax", "department", "合作银行的经办人设在银行网点"),
    ],
)
def test_a_role_is_held_where_the_table_has_it(
    database: Database, guardian: Member, cast: Cast, role: str, office: str, department: str, column: str, sentence: str
) -> None:
    found = faults(lambda: grant(database, guardian, wanted(cast.applicant, role, office, department=department)))
    assert sentence in found[column]
    assert held(database, cast.applicant) == set() and changes(database) == []


def test_days_that_cannot_be(database: Database, guardian: Member, cast: Cast, office: Office) -> None:
    office("closed-point", "village_point", valid_to=TODAY - DAY)
    office("closing-point", "village_point", valid_to=TODAY + 30 * DAY)
    office("future-point", "village_point", valid_from=TODAY + 10 * DAY)
    for code, first, last, column, sentence in (
        ("closed-point", TODAY, None, "office", "已于 2026-11-22 撤并"),
        ("closing-point", TODAY, None, "valid_to", "到 2026-12-23 为止"),
        ("future-point", TODAY, None, "valid_from", "从 2026-12-03 起启用"),
        (TOWN, TODAY - DAY, None, "valid_from", "最早从今天"),
        (TOWN, TODAY, TODAY - DAY, "valid_to", "两个日期反了"),
    ):
        found = faults(lambda: grant(database, guardian, wanted(cast.applicant, "agent", code, first, last)))  # noqa: B023
        assert sentence in found[column], code
    unread = Wanted(cast.applicant.person_id, "agent", "approval-bureau", TOWN, None, None, False)
    assert set(faults(lambda: grant(database, guardian, unread))) == {"valid_from", "valid_to"}
    assert "原因" in faults(lambda: grant(database, guardian, wanted(cast.applicant, "agent", TOWN), " "))["reason"]
    grant(database, guardian, wanted(cast.applicant, "agent", "future-point", TODAY + 10 * DAY))


def test_the_same_position_does_not_overlap(database: Database, guardian: Member, cast: Cast) -> None:
    grant(database, guardian, wanted(cast.applicant, "agent", TOWN, TODAY, TODAY + 5 * DAY))
    overlapping = wanted(cast.applicant, "agent", TOWN, TODAY + 5 * DAY)
    assert "时间不能重叠" in faults(lambda: grant(database, guardian, overlapping))["valid_from"]
    grant(database, guardian, wanted(cast.applicant, "agent", TOWN, TODAY + 6 * DAY))


def test_nobody_is_two_of_the_three_managers(database: Database, guardian: Member, auditor: Member, cast: Cast) -> None:
    for person, role in ((cast.administrator, "auditor"), (cast.administrator, "security-administrator"), (auditor, "administrator")):
        found = faults(lambda: grant(database, guardian, wanted(person, role, HALL)))  # noqa: B023
        assert "必须分开" in found["role"], (person.name, role)
    # As a stand-in neither, and whoever stands in for one becomes none of the others.
    of_auditor = position_of(database, auditor)
    naming = (stand_ins.name_stand_in, guardian.acting, of_auditor)
    found = faults(lambda: database.write(*naming, cast.administrator.person_id, TODAY, TODAY + DAY, "休假", NOW))
    assert "必须分开" in found["person"]
    database.write(*naming, cast.clerk.person_id, TODAY, TODAY + DAY, "休假", NOW)
    assert held(database, cast.clerk) == {("clerk", None), ("auditor", auditor.person_id)}
    found = faults(lambda: grant(database, guardian, wanted(cast.clerk, "administrator", HALL)))
    assert "审计管理员" in found["role"]
    grant(database, guardian, wanted(cast.clerk, "administrator", HALL, TODAY + 2 * DAY))
    # Prolonging is looked at as well.
    ends = position_of(database, cast.administrator)
    database.write(positions.end, guardian.acting, ends, TODAY + 9 * DAY, "轮岗", NOW)
    grant(database, guardian, wanted(cast.administrator, "auditor", HALL, TODAY + 10 * DAY))
    longer = Wanted(0, "", "", "", None, TODAY + 20 * DAY, False)
    found = faults(lambda: database.write(positions.change_dates, guardian.acting, ends, longer, "延长", NOW))
    assert "必须分开" in found["valid_to"]


def test_nobody_gives_themselves_a_position(database: Database, guardian: Member, cast: Cast) -> None:
    assert "自己的岗位" in faults(lambda: grant(database, guardian, wanted(guardian, "supervisor", HALL)))["person"]
    own = position_of(database, guardian)
    longer = Wanted(0, "", "", "", None, None, True)
    assert "自己的岗位" in faults(lambda: database.write(positions.change_dates, guardian.acting, own, longer, "延长", NOW))["person"]
    of_clerk = position_of(database, cast.clerk)
    naming = (stand_ins.name_stand_in, guardian.acting, of_clerk, guardian.person_id, TODAY, TODAY, "休假", NOW)
    assert "自己的岗位" in faults(lambda: database.write(*naming))["person"]


def test_the_last_security_administrator_stays(database: Database, guardian: Member, cast: Cast, enter: Enter) -> None:
    own = position_of(database, guardian)
    ending = (positions.end, guardian.acting, own, TODAY, "轮岗", NOW)
    assert "最后一个安全管理员" in faults(lambda: database.write(*ending))["last_day"]
    grant(database, guardian, wanted(cast.applicant, "security-administrator", HALL, TODAY + 3 * DAY))
    assert "最后一个安全管理员" in faults(lambda: database.write(*ending))["last_day"], "nobody for two days"
    database.write(positions.end, guardian.acting, own, TODAY + 2 * DAY, "轮岗", NOW)
    assert held(database, guardian, TODAY + 3 * DAY) == set()


@pytest.mark.parametrize("name", ["administrator", "clerk", "supervisor", "applicant"])
def test_only_the_security_administrator_grants(database: Database, cast: Cast, guardian: Member, name: str) -> None:
    member: Member = getattr(cast, name)
    position_id = position_of(database, cast.registrar)
    longer = Wanted(0, "", "", "", None, None, True)
    for call in (
        lambda: grant(database, member, wanted(cast.other_applicant, "clerk", HALL)),
        lambda: database.write(positions.change_dates, member.acting, position_id, longer, "延长", NOW),
        lambda: database.write(positions.end, member.acting, position_id, TODAY, "撤", NOW),
        lambda: database.write(stand_ins.name_stand_in, member.acting, position_id, cast.clerk.person_id, TODAY, TODAY, "假", NOW),
        lambda: database.write(stand_ins.end_stand_in, member.acting, 1, TODAY, "撤", NOW),
    ):
        with pytest.raises(Refusal) as refused:
            call()
        assert refused.value.reason == "not-permitted"
    assert changes(database) == []


def test_an_end_is_yesterday_at_the_earliest_and_ends_at_once(database: Database, guardian: Member, cast: Cast) -> None:
    position_id = position_of(database, cast.registrar)
    end = (positions.end, guardian.acting, position_id)
    assert "最早填昨天" in faults(lambda: database.write(*end, TODAY - 2 * DAY, "撤", NOW))["last_day"]
    assert "最后一天" in faults(lambda: database.write(*end, None, "撤", NOW))["last_day"]
    assert held(database, cast.registrar) == {("registrar", None)}
    database.write(*end, TODAY - DAY, "撤", NOW)
    assert held(database, cast.registrar) == set()
    with database.reading() as session:
        (ended,) = positions_ended(session, cast.registrar.person_id, TODAY)
    assert (ended.role, ended.last_day, ended.stood_in, ended.office_closed) == ("registrar", TODAY - DAY, False, False)
    assert "已于 2026-11-22 结束" in faults(lambda: database.write(*end, TODAY, "撤", NOW))["last_day"]
    with pytest.raises(NotFound):
        database.write(positions.end, guardian.acting, 7, TODAY, "撤", NOW)


def test_what_has_begun_keeps_its_first_day_and_what_is_to_come_may_move_or_be_cancelled(
    database: Database, guardian: Member, cast: Cast
) -> None:
    position_id = position_of(database, cast.registrar)
    other = Wanted(0, "", "", "", TODAY + DAY, TODAY + 9 * DAY, False)
    database.write(positions.change_dates, guardian.acting, position_id, other, "定期", NOW)
    with database.reading() as session:
        stored = session.get_one(Position, position_id)
    assert stored.valid_from < TODAY and stored.valid_to == TODAY + 9 * DAY
    coming = grant(database, guardian, wanted(cast.applicant, "agent", TOWN, TODAY + 5 * DAY))
    moved = Wanted(0, "", "", "", TODAY + 8 * DAY, None, True)
    database.write(positions.change_dates, guardian.acting, coming, moved, "推迟", NOW)
    assert held(database, cast.applicant, TODAY + 5 * DAY) == set() and held(database, cast.applicant, TODAY + 8 * DAY)
    assert "填 2026-11-30" in faults(lambda: database.write(positions.end, guardian.acting, coming, TODAY, "取消", NOW))["last_day"]
    database.write(positions.end, guardian.acting, coming, TODAY + 7 * DAY, "取消", NOW)
    assert held(database, cast.applicant, TODAY + 8 * DAY) == set()


def test_a_stand_in_has_the_position_for_its_days_alone(database: Database, guardian: Member, cast: Cast) -> None:
    position_id = position_of(database, cast.registrar)
    naming = (stand_ins.name_stand_in, guardian.acting, position_id, cast.clerk.person_id, TODAY + DAY, TODAY + 3 * DAY, "年休假", NOW)
    row = database.write(*naming)
    assert database.write(*naming) == row, "sent twice"
    for days, roles in ((0, set()), (1, {("registrar", cast.registrar.person_id)}), (4, set())):
        assert held(database, cast.clerk, TODAY + days * DAY) == {("clerk", None), *roles}
    assert [line.subject for line in changes(database)] == ["stand-in"]
    assert changes(database)[0].after["stands_in_for"] == "孙登记"
    database.write(stand_ins.end_stand_in, guardian.acting, row, TODAY + DAY, "提前回来", NOW)
    assert held(database, cast.clerk, TODAY + 2 * DAY) == {("clerk", None)}
    # Whoever's own position ends is not stood in for any longer.
    later = (cast.clerk.person_id, TODAY + 5 * DAY, TODAY + 9 * DAY)
    database.write(stand_ins.name_stand_in, guardian.acting, position_id, *later, "假", NOW)
    database.write(positions.end, guardian.acting, position_id, TODAY + 4 * DAY, "调走", NOW)
    assert held(database, cast.clerk, TODAY + 6 * DAY) == {("clerk", None)}


def test_stand_ins_that_cannot_be(database: Database, guardian: Member, cast: Cast, enter: Enter) -> None:
    position_id = position_of(database, cast.registrar)

    def name(person: Member, first: date | None = TODAY, last: date | None = TODAY + DAY, reason: str = "休假") -> dict[str, str]:
        return faults(
            lambda: database.write(stand_ins.name_stand_in, guardian.acting, position_id, person.person_id, first, last, reason, NOW)
        )

    assert "不能是岗位本人" in name(cast.registrar)["person"]
    assert "最早从今天" in name(cast.clerk, TODAY - DAY)["valid_from"]
    assert "两个日期反了" in name(cast.clerk, TODAY + DAY, TODAY)["valid_to"]
    assert "要有最后一天" in name(cast.clerk, TODAY, None)["valid_to"]
    assert "第一天" not in name(cast.clerk, None)["valid_from"] and "从哪天起" in name(cast.clerk, None)["valid_from"]
    assert "最长一年" in name(cast.clerk, TODAY, TODAY + 400 * DAY)["valid_to"]
    assert "原因" in name(cast.clerk, reason="")["reason"]
    database.write(stand_ins.name_stand_in, guardian.acting, position_id, cast.clerk.person_id, TODAY, TODAY + 5 * DAY, "假", NOW)
    assert "错开日期" in name(cast.town_clerk, TODAY + 5 * DAY, TODAY + 6 * DAY)["valid_from"]
    of_bounded = grant(database, guardian, wanted(cast.applicant, "agent", TOWN, TODAY, TODAY + 5 * DAY))
    beyond = (stand_ins.name_stand_in, guardian.acting, of_bounded, cast.clerk.person_id, TODAY, TODAY + 6 * DAY, "假", NOW)
    assert "岗位的日期之内" in faults(lambda: database.write(*beyond))["valid_to"]

    def lock(session: Any) -> None:
        session.get_one(Person, cast.town_clerk.person_id).locked_at = NOW

    database.write(lock)
    assert "没有可用的账号" in name(cast.town_clerk, TODAY + 10 * DAY, TODAY + 11 * DAY)["person"]
    with database.reading() as session:
        assert len(list(session.scalars(select(StandIn)))) == 1


def test_who_has_signed_in_is_asked_in_one_statement(database: Database, guardian: Member, cast: Cast) -> None:
    position_id = position_of(database, cast.registrar)
    database.write(stand_ins.name_stand_in, guardian.acting, position_id, cast.clerk.person_id, TODAY, TODAY, "假", NOW)
    with database.reading() as session, counted(database) as sent:
        found = signed_in(session, cast.clerk.person_id, TODAY)
    assert found is not None and len(found.positions) == 2 and len(sent) == 1


def test_positions_of_a_closed_office_go_over_to_its_successor(database: Database, cast: Cast, office: Office, enter: Enter) -> None:
    closed = office("old-point", "village_point", valid_to=TODAY - DAY, successor_id=cast.offices[TOWN])
    agent, alone = enter("旧代办", ("agent", "old-point")), office("alone-point", "village_point", valid_to=TODAY - DAY)
    left = enter("留守代办", ("agent", "alone-point"))
    assert held(database, agent) == set(), "the office has handed its work over"
    assert held(database, left) == {("agent", None)}, "nobody else would finish what is there"
    with database.reading() as session:
        (ended,) = positions_ended(session, agent.person_id, TODAY)
    assert ended.office_closed and ended.successor == "孙武街道便民服务中心" and closed != alone


def test_a_command_enters_staff_by_the_same_rules(database: Database, cast: Cast) -> None:
    def enter(name: str, role: str, office: str) -> int:
        return database.write(add_staff, name, "命令录入", "a hash", role, "approval-bureau", office, NOW).person_id

    assert "可以设在" in faults(lambda: enter("by-command", "registrar", TOWN))["office"]
    with pytest.raises(Refusal) as refused:
        enter("by-command", "registrar", "nowhere")
    assert refused.value.reason == "unknown-office" and changes(database) == []
    person_id = enter("by-command", "agent", TOWN)
    with database.reading() as session:
        found = signed_in(session, person_id, TODAY)
    assert found is not None and not found.password_is_first and [each[0] for each in found.positions] == ["agent"]
    assert {(line.subject, line.person_id, line.person_name) for line in changes(database)} == {
        ("account", None, "approvals"), ("position", None, "approvals")
    }  # fmt: skip


def test_two_managers_at_once_do_not_make_one_person_two_managers(database: Database, guardian: Member, cast: Cast) -> None:
    """Both granting at the same moment: one of them is refused, whichever comes second."""
    start, outcomes = Barrier(2), []

    def run(role: str) -> None:
        start.wait()
        try:
            grant(database, guardian, wanted(cast.applicant, role, HALL))
            outcomes.append("granted")
        except Faulty:
            outcomes.append("refused")

    threads = [Thread(target=run, args=(role,)) for role in ("administrator", "auditor")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["granted", "refused"]

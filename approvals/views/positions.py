"""The security manager's pages: who holds which position, and who stands in."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask import request as asked
from werkzeug.wrappers import Response

from approvals.language import _
from approvals.models import Person
from approvals.operations import positions, staff, stand_ins
from approvals.operations.administration.faults import Faulty, fault
from approvals.operations.administration.kinds import KIND_TITLES
from approvals.operations.administration.reading import one_line
from approvals.operations.errors import NotFound, Refusal
from approvals.operations.permissions import STAFF_ROLES
from approvals.queries import positions as held

from . import request
from .access import requires
from .position_fields import day, lists, reason, stored, wanted
from .typed_forms import TypedForm

blueprint = Blueprint("positions", __name__)
Answer = str | Response | tuple[str, int]
GRANT, DATES, END, STAND_IN, END_STAND_IN = "grant", "dates", "end", "stand-in", "end-stand-in"


@blueprint.get("/administration/people")
@requires("secure")
def index() -> str:
    """Members of staff, found by name or role."""
    words, role = one_line(asked.args.get("q", ""))[:60], asked.args.get("role", "")
    role = role if role in STAFF_ROLES else ""
    page = min(max(asked.args.get("page", 1, type=int), 1), 10_000)
    rows, count = held.staff(request.session(), words, role, request.today(), page)
    return render_template(
        "administration/people.html", rows=rows, count=count, page=page, pages=max(1, -(-count // held.PAGE)), words=words, role=role,
        lists=lists(), address=lambda number: url_for("positions.index", q=words or None, role=role or None, page=number),
    )  # fmt: skip


@blueprint.get("/administration/people/offices")
@requires("secure")
def find_office() -> Response:
    """From the list of offices to the page of one."""
    found = request.network().by_code(asked.args.get("office", "")[:40])
    if found is None:
        flash(_("请先从列表中选一个服务点。"), "warning")
        return redirect(url_for("positions.index"))
    return redirect(url_for("positions.of_office", office_id=found.id))


@blueprint.get("/administration/people/offices/<int:office_id>")
@requires("secure")
def of_office(office_id: int) -> str:
    """Who serves at an office, served there and will."""
    return _office_page(office_id)


def _office_page(office_id: int, sent: TypedForm | None = None) -> str:
    office = held.office(request.session(), stored(office_id))
    if office is None:
        raise NotFound
    today = request.today()
    rows = held.positions_at(request.session(), office_id)
    return render_template(
        "administration/office_positions.html", office=office, today_is=today,
        here=[row for row in rows if row.status(today) != held.ENDED],
        ended=[row for row in rows if row.status(today) == held.ENDED],
        lists=lists(), sent=sent or TypedForm(), kind_title=KIND_TITLES.get(office.kind, {}),
        suggested=held.colleagues(request.session(), _around(office_id), request.today()),
    )  # fmt: skip


@blueprint.post("/administration/people/offices/<int:office_id>/positions")
@requires("secure")
def grant_at_office(office_id: int) -> Answer:
    """Give somebody a position at this office."""
    try:
        person = _named(asked.form.get("person", ""))
        request.write(positions.grant, request.acting(), wanted(person.id), reason(), request.now())
    except Refusal as refusal:
        return _office_page(office_id, TypedForm.sent(GRANT, refusal)), 422
    flash(_("已设岗位，从第一天起生效。"), "success")
    return redirect(url_for("positions.of_office", office_id=office_id), code=303)


@blueprint.get("/administration/people/<int:person_id>")
@requires("secure")
def of_person(person_id: int) -> str:
    """One person: account, positions, whom they stand in for."""
    return person_page(person_id)


def person_page(person_id: int, sent: TypedForm | None = None) -> str:
    """The page of a person, with what was typed into one of its forms."""
    session = request.session()
    person = held.account(session, stored(person_id))
    if person is None:
        raise NotFound
    return render_template(
        "administration/person.html", person=person, rows=held.positions_of(session, person_id), today_is=request.today(),
        standing=held.stands_in_for(session, person_id), lists=lists(), sent=sent or TypedForm(),
        is_self=person_id == request.acting().person_id, status_on=held.status_on,
    )  # fmt: skip


@blueprint.post("/administration/people/<int:person_id>/positions")
@requires("secure")
def grant(person_id: int) -> Answer:
    """Give this person a position."""
    try:
        request.write(positions.grant, request.acting(), wanted(stored(person_id)), reason(), request.now())
    except Refusal as refusal:
        return person_page(person_id, TypedForm.sent(GRANT, refusal)), 422
    flash(_("已设岗位，从第一天起生效。"), "success")
    return redirect(url_for("positions.of_person", person_id=person_id), code=303)


@blueprint.get("/administration/positions/<int:position_id>")
@requires("secure")
def of_position(position_id: int) -> str:
    """One position: its days, its end, who stands in."""
    return _position_page(position_id)


def _position_page(position_id: int, sent: TypedForm | None = None) -> str:
    found = held.position(request.session(), stored(position_id))
    if found is None:
        raise NotFound
    return render_template(
        "administration/position.html", held=found, sent=sent or TypedForm(), today_is=request.today(),
        suggested=held.colleagues(request.session(), _around(found.office.id), request.today()),
    )  # fmt: skip


@blueprint.post("/administration/positions/<int:position_id>/dates")
@requires("secure")
def change_dates(position_id: int) -> Answer:
    """Give a position other days."""
    try:
        found = held.position(request.session(), stored(position_id))
        if found is not None:
            now_stored = f"{found.position.valid_from}/{found.position.valid_to}"
            positions.refuse_outdated(asked.form.get("shown", now_stored), now_stored)
        request.write(positions.change_dates, request.acting(), position_id, wanted(), reason(), request.now())
    except Refusal as refusal:
        return _position_page(position_id, TypedForm.sent(DATES, refusal)), 422
    flash(_("日期已改。"), "success")
    return redirect(url_for("positions.of_position", position_id=position_id), code=303)


@blueprint.post("/administration/positions/<int:position_id>/end")
@requires("secure")
def end(position_id: int) -> Answer:
    """Let a position end."""
    try:
        request.write(positions.end, request.acting(), stored(position_id), day("last_day"), reason(), request.now())
    except Refusal as refusal:
        return _position_page(position_id, TypedForm.sent(END, refusal)), 422
    flash(_("岗位已按您填的最后一天结束。手里的待办不会丢，同岗位的人可以接办。"), "success")
    return redirect(url_for("positions.of_position", position_id=position_id), code=303)


@blueprint.post("/administration/positions/<int:position_id>/stand-ins")
@requires("secure")
def name_stand_in(position_id: int) -> Answer:
    """Let somebody stand in."""
    try:
        person = _named(asked.form.get("person", ""))
        request.write(
            stand_ins.name_stand_in, request.acting(), stored(position_id), person.id, day("valid_from"), day("valid_to"),
            reason(), request.now(),
        )  # fmt: skip
    except Refusal as refusal:
        return _position_page(position_id, TypedForm.sent(STAND_IN, refusal)), 422
    flash(_("已设替岗，到期自动结束。"), "success")
    return redirect(url_for("positions.of_position", position_id=position_id), code=303)


@blueprint.post("/administration/stand-ins/<int:stand_in_id>/end")
@requires("secure")
def end_stand_in(stand_in_id: int) -> Answer:
    """Let standing in end earlier."""
    found = held.stand_in(request.session(), stored(stand_in_id))
    if found is None:
        raise NotFound
    position_id = found[2].position.id
    try:
        request.write(stand_ins.end_stand_in, request.acting(), stand_in_id, day("last_day"), reason(), request.now())
    except Refusal as refusal:
        return _position_page(position_id, TypedForm.sent(f"{END_STAND_IN}-{stand_in_id}", refusal)), 422
    flash(_("替岗已按您填的最后一天结束。"), "success")
    return redirect(url_for("positions.of_position", position_id=position_id), code=303)


def _around(office_id: int) -> frozenset[int]:
    """An office with what is above and beside it: where a stand-in will most likely be found."""
    network = request.network()
    if office_id not in network.offices:
        return frozenset({office_id})
    parent = network.office(office_id).parent_id
    beside = {each.id for each in network.offices.values() if parent is not None and each.parent_id == parent}
    return frozenset({office_id, *beside, *([parent] if parent is not None else [])})


def _named(typed: str) -> Person:
    """The one person of that sign-in name, or of that name among staff. Raises Faulty for nobody and for several."""
    name = one_line(typed)
    found = held.named(request.session(), staff.comparable(name)) or held.named(request.session(), name)
    if not name or not found:
        raise Faulty([fault(
            "person", f"没有登录名或姓名为“{name[:60]}”的工作人员，请从建议中选，或先开通账号。",
            f"There is no member of staff {name[:60]}: choose one that is suggested, or make an account first.",
        )])  # fmt: skip
    if len(found) > 1:
        names = [person.sign_in_name or "" for person in found]
        raise Faulty([fault(
            "person", f"叫这个名字的不止一位，请填登录名：{'、'.join(names)}。",
            f"Several have this name; give the sign-in name: {', '.join(names)}.",
        )])  # fmt: skip
    return found[0]

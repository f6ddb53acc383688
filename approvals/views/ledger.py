"""台账: the ledger of delegated handling of a point, an agent and a period, on screen, as Excel and as PDF."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, abort, render_template, url_for
from flask import request as asked

from approvals.calendar import is_provisional
from approvals.language import _, say
from approvals.queries import ledger
from approvals.queries.ledger import Entry, Filters
from approvals.spreadsheets import workbook
from workflows.clock import OFFICE_ZONE
from workflows.county import county_catalogue
from workflows.network import Office
from workflows.rules import mask_identity, mask_phone

from . import counter, request
from .access import requires
from .filters import office_name

blueprint = Blueprint("ledger", __name__)

USUAL_DAYS, LONGEST_DAYS = 31, 366
"""The days that are shown at first, and at most at once."""

MOST_EXPORTED = 5000
MOST_PRINTED = 500
"""Entries of one Excel file, and of one PDF, which costs some milliseconds for each."""

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asked for: the filters, and a sentence where what they typed could not be used."""

    filters: Filters
    fault: str = ""


def _asked() -> Asked:
    today = request.today()
    begin, end = _day(asked.args.get("begin", "")), _day(asked.args.get("end", ""))
    fault = ""
    if (begin is None and asked.args.get("begin")) or (end is None and asked.args.get("end")):
        fault = _("日期请按 2026-11-23 这样填写。")
    end = end or today
    begin = begin or end - timedelta(days=USUAL_DAYS - 1)
    if begin > end:
        begin, end, fault = end, begin, _("开始日期在结束日期之后，已经对调。")
    if (end - begin).days >= LONGEST_DAYS:
        begin = end - timedelta(days=LONGEST_DAYS - 1)
        fault = _("一次最多看一年，已经从%(day)s起列出。", day=_on(begin))
    return Asked(Filters(begin, end, _number("point"), _number("agent")), fault)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _number(name: str) -> int | None:
    text = asked.args.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else None


def _at(moment: datetime) -> str:
    """A moment as a record keeps it: what is "today" on a page is not on paper."""
    return f"{moment.astimezone(OFFICE_ZONE):%Y-%m-%d %H:%M}"


def _on(day: date) -> str:
    return day.isoformat()


def _points() -> list[Office]:
    """The offices that may have a ledger, as far as the person's own reach: where cases were taken in."""
    offices, known = request.jurisdiction("read_ledger"), request.network().offices
    return [office for office in known.values() if offices is None or office.id in offices]


def _address(filters: Filters, endpoint: str = "ledger.index", **values: Any) -> str:
    chosen = {"point": filters.point_id, "agent": filters.agent_id}
    named = {name: value for name, value in chosen.items() if value is not None}
    return url_for(endpoint, begin=filters.begin.isoformat(), end=filters.end.isoformat(), **named, **values)


@blueprint.get("/ledger")
@requires("ledger")
@counter.lists_people
def index() -> str:
    """The entries of a period, a page of them."""
    wanted = _asked()
    among = ledger.found(request.session(), request.jurisdiction("read_ledger"), wanted.filters)
    pages = max(1, -(-len(among) // ledger.PAGE_SIZE))
    page = min(max(_number("page") or 1, 1), pages)
    entries = ledger.entries(request.session(), among, (page - 1) * ledger.PAGE_SIZE, ledger.PAGE_SIZE)
    return render_template(
        "ledger/index.html",
        wanted=wanted, filters=wanted.filters, count=len(among), is_cut=among.is_cut, page=page, pages=pages,
        rows=[(entry, list(fields_of(entry))) for entry in entries], points=_points(), agents=among.agents,
        address=lambda number: _address(wanted.filters, page=number), excel=_address(wanted.filters, "ledger.excel"),
        printed=_address(wanted.filters, "ledger.printed"), most_exported=MOST_EXPORTED, most_printed=MOST_PRINTED,
    )  # fmt: skip


@blueprint.get("/ledger/excel")
@requires("ledger")
@counter.lists_people
def excel() -> Response:
    """Exactly the entries of the period as one sheet."""
    filters, entries = _exported(MOST_EXPORTED)
    rows = ([text for _label, text in fields_of(entry)] for entry in entries)
    made = workbook(_("代办台账"), list(headings()), rows, [_about(filters)])
    return _file(made, EXCEL, filters, "xlsx")


@blueprint.get("/ledger/pdf")
@requires("ledger")
@counter.lists_people
def printed() -> Response:
    """The same to be printed and filed."""
    from approvals.documents.rendering import ledger as as_pdf

    filters, entries = _exported(MOST_PRINTED)
    blocks = [(_title(entry), [(label, text or "—") for label, text in fields_of(entry)]) for entry in entries]
    who = _("%(name)s 于 %(at)s 打印", name=request.acting().name, at=_at(request.now()))
    made = as_pdf(_("代办台账"), _about(filters), who, blocks)
    return _file(made, "application/pdf", filters, "pdf")


def _exported(most: int) -> tuple[Filters, list[Entry]]:
    filters = _asked().filters
    among = ledger.found(request.session(), request.jurisdiction("read_ledger"), filters)
    if len(among) > most or among.is_cut:
        abort(413)
    found: list[Entry] = []
    for first in range(0, len(among), 500):
        found += ledger.entries(request.session(), among, first, 500)
    return filters, found


def _file(made: bytes, media_type: str, filters: Filters, ending: str) -> Response:
    response = Response(made, mimetype=media_type)
    name = f"ledger-{filters.begin.isoformat()}-{filters.end.isoformat()}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _about(filters: Filters) -> str:
    where = office_name(filters.point_id) if filters.point_id is not None else _("本人权限内的全部服务点")
    return _("%(begin)s至%(end)s，%(where)s", begin=_on(filters.begin), end=_on(filters.end), where=where)


def _title(entry: Entry) -> str:
    return " · ".join((str(entry.number), entry.case.number, say(entry.matter), say(entry.state.title)))


# ---- what an entry says --------------------------------------------------------------------------------------------------

_WIDTHS = (6, 16, 22, 10, 10, 20, 14, 10, 18, 36, 24, 20, 30, 50, 22, 16, 16, 22, 30, 16, 26, 26, 20)


def headings() -> Iterator[tuple[str, int]]:
    """The labels of an entry's fields with the widths of their columns."""
    labels = (
        _("序号"), _("收到时间"), _("服务点"), _("代办员"), _("委托人"), _("证件号码"), _("手机号"), _("关系"), _("事项"),
        _("材料"), _("委托范围"), _("委托期限和签署"), _("路线"), _("交接"), _("办件号"), _("法定期限"), _("承诺期限"), _("结果"),
        _("送达"), _("申请人付费和依据"), _("中止或终止及原因"), _("回访"), _("档案号"),
    )  # fmt: skip
    return zip(labels, _WIDTHS, strict=True)


def fields_of(entry: Entry) -> Iterator[tuple[str, str]]:
    """Every field of an entry in words, in the order of the ledger; what nothing is known of is empty."""
    case, person = entry.case, entry.principal
    texts = (
        str(entry.number), _at(case.opened_at), office_name(case.offices.get("point")), entry.agent,
        person.name if person is not None else "", mask_identity(person.identity_number) if person is not None else "",
        mask_phone(person.phone) if person is not None else "", _relation(entry), say(entry.matter),
        "\n".join(_item(item) for item in entry.items), _scope(entry), _term(entry),
        " → ".join(office_name(office_id) for _symbol, office_id in entry.route),
        "\n".join(_hand_over(each) for each in entry.hand_overs), case.number,
        _due(entry, "statutory_due_at"), _due(entry, "promised_due_at"), _result(entry), _delivery(entry),
        _fees(entry), "\n".join(_ending(each) for each in entry.endings), _call_back(entry), entry.archive_number,
    )  # fmt: skip
    return ((label, text) for (label, _width), text in zip(headings(), texts, strict=True))


def _relation(entry: Entry) -> str:
    relation = entry.mandate.relation if entry.mandate is not None else ""
    fields = entry.definition.forms["terms"].fields
    options = dict(next(each.options for each in fields if each.name == "relation"))
    return say(options[relation]) if relation in options else relation


def _item(item: ledger.Item) -> str:
    kinds = {"original": _("原件"), "copy": _("复印件"), "result": _("办理结果")}
    ends = {"returned": _("已退还"), "delivered": _("已交给本人"), "lost": _("遗失"), "missing": _("缺少")}
    kind, said = kinds.get(item.kind, item.kind), ends.get(item.move, _("经手中"))
    return _("%(name)s（%(kind)s%(quantity)s份，%(said)s）", name=item.name, kind=kind, quantity=item.quantity, said=said)


def _fees(entry: Entry) -> str:
    paid = (_("%(amount)s元（%(purpose)s）", amount=amount, purpose=purpose) for amount, purpose in entry.fees)
    return "\n".join(paid) or _("未付费（代办免费）")


def _scope(entry: Entry) -> str:
    if entry.mandate is None:
        return ""
    scope = entry.mandate.scope
    titles = _("、").join(say(county_catalogue().latest(key).title) for key in scope.get("matters", ()))
    remark = str(scope.get("remark") or "")
    return titles + (_("；") + remark if remark else "")


def _term(entry: Entry) -> str:
    mandate = entry.mandate
    if mandate is None:
        return ""
    said = _("%(begin)s至%(end)s", begin=_on(mandate.valid_from), end=_on(mandate.valid_to))
    if mandate.revoked_at is not None:
        return said + _("，%(at)s撤回", at=_at(mandate.revoked_at))
    if mandate.signed_at is None:
        return said + _("，未签")
    way = _("纸质签署") if mandate.way == "paper" else _("本人手机签署")
    return said + _("，%(way)s %(at)s", way=way, at=_at(mandate.signed_at))


def _hand_over(each: Any) -> str:
    begin, end = office_name(each.from_office_id), office_name(each.to_office_id)
    said = _("%(begin)s送%(end)s，%(at)s", begin=begin, end=end, at=_at(each.sent_at))
    if each.bag:
        said += _("，封袋%(bag)s", bag=each.bag)
    if each.received_at is None:
        return said + _("，未签收")
    said += _("，%(at)s签收", at=_at(each.received_at))
    return said + (_("，%(count)s件不符", count=each.discrepancies) if each.discrepancies else "")


def _due(entry: Entry, name: str) -> str:
    """The dates of the matter while it is under way; the promise of the whole handling before."""
    of = entry.matter_case if entry.matter_case is not None else entry.case
    moment = getattr(of, name)
    mark = _("（暂定）") if of.closed_at is None and is_provisional(moment) else ""
    return _at(moment) + mark if moment is not None else ""


def _result(entry: Entry) -> str:
    if entry.matter_case is None:
        return say(entry.state.title)
    matter = entry.matter_case
    definition = county_catalogue().version(matter.workflow, matter.version)
    return _("%(matter)s；代办：%(state)s", matter=say(definition.states[matter.state].title), state=say(entry.state.title))


def _delivery(entry: Entry) -> str:
    if entry.delivered_at is None:
        return ""
    options = dict(next(each.options for each in entry.definition.forms["delivery"].fields if each.name == "way"))
    way = str(entry.delivery.get("way") or "")
    said = _("%(at)s，%(way)s", at=_at(entry.delivered_at), way=say(options[way]) if way in options else way)
    receiver = str(entry.delivery.get("receiver") or "")
    return said + (_("，签收人%(name)s", name=receiver) if receiver else "")


def _ending(each: ledger.Ending) -> str:
    titles = {
        "stop": _("撤回委托，停止代办"), "resume": _("续办"), "given_back": _("材料已退还"), "mandate:revoked": _("撤回委托"),
        "decline_request": _("未接受委托"),
    }  # fmt: skip
    said = f"{_at(each.at)} {titles.get(each.action, each.action)}"
    return said + _("：") + each.reason if each.reason else said


def _call_back(entry: Entry) -> str:
    rating = entry.rating
    if rating is None:
        return ""
    said = _("%(at)s，本人评价%(score)s分", at=_at(rating.created_at), score=rating.score)
    if entry.follow_up is None:
        return said
    definition = county_catalogue().version(entry.follow_up.workflow, entry.follow_up.version)
    return said + _("，回访：%(state)s", state=say(definition.states[entry.follow_up.state].title))

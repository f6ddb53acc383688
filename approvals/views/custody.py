"""Papers in the network's hands: what is in transit, and taking in, giving back, losing and finding on a case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

from flask import Blueprint, flash, redirect, render_template, url_for
from flask import request as asked
from werkzeug.wrappers import Response

from approvals.forms import small_number
from approvals.language import _
from approvals.operations import custody as verbs
from approvals.operations.custody import QUICK_PICKS, RESULT_PICKS, Listed, keeping
from approvals.operations.errors import NotFound, Refusal
from approvals.operations.permissions import holds
from approvals.queries import custody
from approvals.queries.custody import Told
from workflows.engine.definition import DELEGATED
from workflows.network.custody import COPY, HELD, ORIGINAL, RESULT

from . import counter, hand_overs, request
from .access import requires
from .case_access import Seen, seen

blueprint = Blueprint("custody", __name__)
Answer = str | Response | tuple[str, int]
FREE_ROWS = 3
"""Empty rows for what is on no list."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Who has which paper, on the page of a case. ``may_keep``: the person takes papers in and gives them back there."""

    told: Told
    words: dict[str, dict[str, str]]
    may_keep: bool


def panel(view: Seen) -> Panel | None:
    """The panel of a delegated case's page; None on others, and for whoever does not read the whole case."""
    root = view.family.root
    if root.definition.kind != DELEGATED or not view.subject.is_root or not view.may_read(root):
        return None
    return Panel(custody.custody_of(request.session(), root.case.id), hand_overs.words(), may_keep(view))


def may_keep(view: Seen) -> bool:
    """Whether the person keeps papers at an office that the case is with. The verbs ask the ledger as well."""
    with_it = set(view.family.root.case.offices.values())
    return not view.is_applicant and any(held.office_id in with_it for held in keeping(view.acting))


# ---- in transit ------------------------------------------------------------------------------------------------------


@blueprint.get("/custody")
@requires("desk")
@counter.lists_people
def index() -> str:
    """Bags on their way here and from here that nobody has signed for, the longest due first."""
    acting, now = request.acting(), request.now()
    offices = {held.office_id for held in keeping(acting)}
    found = custody.in_transit(request.session(), offices, now)
    return render_template(
        "custody/in_transit.html",
        comes=[line for line in found if line.comes], goes=[line for line in found if line.goes and not line.comes],
        left=custody.left_behind(request.session(), offices) if offices else [],
        now_is=now, most=custody.MOST_LISTED, keeps=bool(offices), supervised=False,
    )  # fmt: skip


@blueprint.get("/supervision/custody")
@requires("supervise")
def supervised() -> str:
    """Everything in transit among the offices that somebody supervises."""
    now = request.now()
    found = custody.in_transit(request.session(), request.jurisdiction("supervise"), now)
    return render_template(
        "custody/in_transit.html", comes=found, goes=[], left=[], now_is=now, most=custody.MOST_LISTED, keeps=True, supervised=True
    )


def transit_counts() -> custody.Counts | None:
    """How much is on its way to and from the person's offices; None for who keeps no papers, without a statement."""
    offices = {held.office_id for held in keeping(request.acting())}
    return custody.counts_of(request.session(), offices, request.now()) if offices else None


# ---- one case --------------------------------------------------------------------------------------------------------


def _view(token: str) -> Seen:
    """The root case, for whoever keeps papers of it."""
    view = seen(token)
    if not view.subject.is_root or not holds(view.acting, verbs.KEEPS) or view.is_applicant:
        raise NotFound
    return view


@blueprint.get("/cases/<string:token>/custody")
@requires("desk")
def of_case(token: str) -> str:
    """Taking in, giving back, results, losses and finds of one case."""
    return _page(_view(token))


def _page(view: Seen, refusal: Refusal | None = None, part: str = "") -> str:
    told = custody.custody_of(request.session(), view.family.root.case.id)
    offices = frozenset(held.office_id for held in keeping(view.acting))
    final = view.family.root.state.final
    here, reportable = told.ledger.held_at(offices), _reportable(told, offices)
    shown = {f"report-{item.id}" for item, _status in reportable} | {*(["return"] if here else ())}
    shown |= set() if final else {"take", "issue"}
    return render_template(
        "custody/case.html",
        view=view, told=told, words=hand_overs.words(), now_is=request.now(), refusal=refusal, part=part, typed=asked.form,
        picks=QUICK_PICKS, result_picks=RESULT_PICKS, free_rows=FREE_ROWS, is_final=final,
        is_apart=part not in shown, here=here, reportable=reportable, token=view.family.root.case.token,
        longest=(verbs.LONGEST_NAME, verbs.LONGEST_REMARK, verbs.LONGEST_REPORT),
    )  # fmt: skip


def _reportable(told: Told, offices: frozenset[int]) -> list[tuple[Any, str]]:
    """The items that can be reported now from these offices: held ones as lost, missing ones as found or lost, lost ones as found."""
    found = []
    for item in told.ledger.items.values():
        standing = told.ledger.standing(item.id)
        ends = {standing.office_id}
        if standing.last is not None and standing.last.hand_over_id in told.ledger.hand_overs:
            ends.add(told.ledger.hand_overs[standing.last.hand_over_id].to_id)
        if standing.status == HELD and standing.office_id in offices:
            found.append((item, HELD))
        elif standing.status in ("missing", "lost") and not ends.isdisjoint(offices):
            found.append((item, standing.status))
    return found


@blueprint.post("/cases/<string:token>/custody/taken")
@requires("desk")
def take_in(token: str) -> Answer:
    """Take papers in from the applicant."""
    kinds = {str(place): kind for place, (_name, kind) in enumerate(QUICK_PICKS)}
    names = {str(place): name["zh"] for place, (name, _kind) in enumerate(QUICK_PICKS)}
    listed = _picked("pick", names, kinds) + _free(ORIGINAL)
    return _do(token, "take", lambda case_id: len(
        request.write(verbs.take_in, request.acting(), case_id, listed, _key(), request.now())
    ), _("已收下%(count)d份材料。"))  # fmt: skip


@blueprint.post("/cases/<string:token>/custody/issued")
@requires("desk")
def enter_results(token: str) -> Answer:
    """Enter what an authority made."""
    names = {str(place): name["zh"] for place, name in enumerate(RESULT_PICKS)}
    listed = _picked("result", names, dict.fromkeys(names, RESULT)) + _free(RESULT)
    return _do(token, "issue", lambda case_id: len(
        request.write(verbs.enter_results, request.acting(), case_id, listed, _key(), request.now())
    ), _("已登记%(count)d份办理结果。"))  # fmt: skip


@blueprint.post("/cases/<string:token>/custody/returned")
@requires("desk")
def give_back(token: str) -> Answer:
    """Give papers to the applicant."""
    item_ids = [int(each) for each in asked.form.getlist("items") if each.isdecimal() and len(each) < 20]
    receiver = asked.form.get("receiver", "")
    return _do(token, "return", lambda case_id: request.write(
        verbs.give_back, request.acting(), case_id, item_ids, receiver, _key(), request.now()
    ), _("已退还%(count)d份材料。"))  # fmt: skip


@blueprint.post("/cases/<string:token>/custody/<int:item_id>/lost")
@requires("desk")
def report_lost(token: str, item_id: int) -> Answer:
    """Record a loss."""
    report = asked.form.get("report", "")
    return _do(token, f"report-{item_id}", lambda case_id: request.write(
        verbs.report_lost, request.acting(), case_id, item_id, report, _key(), request.now()
    ) or 1, _("已登记遗失。"))  # fmt: skip


@blueprint.post("/cases/<string:token>/custody/<int:item_id>/found")
@requires("desk")
def report_found(token: str, item_id: int) -> Answer:
    """Record a find."""
    remark = asked.form.get("report", "")
    return _do(token, f"report-{item_id}", lambda case_id: request.write(
        verbs.report_found, request.acting(), case_id, item_id, remark, _key(), request.now()
    ) or 1, _("已登记找回。"))  # fmt: skip


def _do(token: str, part: str, verb: Callable[[int], int], sentence: str) -> Answer:
    """Carry out a verb; what stands against it is said above its form, with everything typed kept."""
    view = _view(token)
    case_id, number = view.family.root.case.id, view.family.root.case.number
    try:
        count = verb(case_id)
    except Refusal as refusal:
        return _page(_view(token), refusal, part), 422
    done = sentence % {"count": count} if "%(count)d" in sentence else sentence
    # A page that was sent twice did nothing the second time.
    flash(_("%(number)s：%(sentence)s", number=number, sentence=done if count else _("这一页已经提交过，没有重复登记。")), "success")
    return redirect(url_for("custody.of_case", token=token), code=303)


def _key() -> str | None:
    return asked.form.get("key", "")[:60] or None


def _picked(prefix: str, names: dict[str, str], kinds: dict[str, str]) -> list[Listed]:
    return [
        Listed(names[place], kinds[place], _quantity(f"{prefix}-{place}"), asked.form.get(f"{prefix}-{place}-remark", ""))
        for place in names
        if asked.form.get(f"{prefix}-{place}") == "y"
    ]


def _free(kind: str) -> list[Listed]:
    """What was written in the empty rows; for what the applicant gives, each row says whether it is an original or a copy."""
    found = []
    for row in range(FREE_ROWS):
        name = asked.form.get(f"other-{row}-name", "").strip()
        if not name:
            continue
        chosen = asked.form.get(f"other-{row}-kind", ORIGINAL) if kind != RESULT else RESULT
        chosen = chosen if chosen in (ORIGINAL, COPY, RESULT) else ""
        found.append(Listed(name, chosen, _quantity(f"other-{row}"), asked.form.get(f"other-{row}-remark", "")))
    return found


def _quantity(prefix: str) -> int:
    """How many pieces were typed; one where nothing was, 0 (which the verb refuses) where it is no number."""
    typed = normalize("NFKC", asked.form.get(f"{prefix}-quantity", "")).strip()
    return 1 if not typed else small_number(typed) or 0

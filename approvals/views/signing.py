"""The pages behind a signatory's own link: who they are, what was filed, their signature, and what became of it.

Nothing of the application but the company's name is shown before name, number and code were right on this device.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask import request as asked_for
from flask import session as cookie
from werkzeug.wrappers import Response

from approvals.forms import Note
from approvals.language import _, say
from approvals.operations import confirming, reminding, signing
from approvals.operations.confirming import Standing
from approvals.operations.errors import NotFound, Outdated, Refusal
from approvals.operations.reference import place_in_words
from approvals.queries import signatures
from approvals.queries.cases import filed_definition
from approvals.queries.lists import choices_of, item_texts
from approvals.queries.signatures import Asked
from workflows.rules.articles import articles
from workflows.rules.signatories import ARTICLES, signatories

from . import acts, filed, request, signing_mandates
from .access import public

blueprint = Blueprint("signing", __name__)
Answer = str | Response | tuple[str, int]
Faults = list[tuple[str, Note]]

IDENTIFIED, CONFIRMED = "identified", "confirmed"
SECONDS_HERE = 30 * 60
"""So long a device is taken for the signatory's after they showed who they are."""

_STEPS = "signing"
LONGEST_NAME, LONGEST_NUMBER, LONGEST_REASON = 200, 60, 500


def _asked(token: str) -> Asked:
    found = signatures.asked(request.session(), token)
    if found is None:
        raise NotFound
    return found


@blueprint.errorhandler(NotFound)
def unknown(error: NotFound) -> Answer:
    """A link that was never made, or was replaced by a newer one."""
    return render_template("signing/unknown.html"), 404


def _step(token: str) -> str:
    """How far this device has come with a link: "", identified or confirmed. Nothing of it holds for a newer link."""
    step, until = cookie.get(_STEPS, {}).get(token, ("", 0))
    return step if request.now().timestamp() < until else ""


def is_confirmed(token: str) -> bool:
    """Whether whoever has this link has shown on this device, by a code to their telephone, who they are."""
    return _step(token) == CONFIRMED


def _remember(token: str, step: str) -> None:
    at = int(request.now().timestamp())
    kept = {each: value for each, value in cookie.get(_STEPS, {}).items() if value[1] > at}
    cookie[_STEPS] = {**kept, token: (step, at + SECONDS_HERE)}


def _standing(found: Asked) -> Standing:
    return confirming.standing_now(request.session(), found.signature, request.now())


def _is_open(found: Asked) -> bool:
    """Whether somebody may still show who they are here: to sign, or to revoke the mandate that they signed."""
    return _standing(found) is Standing.OPEN or signing_mandates.is_revocable(found)


@blueprint.get("/sign/<string:token>")
@public
def link(token: str) -> Answer:
    """Wherever this link and this device stand."""
    return _page(_asked(token))


def _page(found: Asked, faults: Faults | None = None, typed: Mapping[str, str] | None = None) -> Answer:
    standing, step = _standing(found), _step(found.signature.token)
    status = 422 if faults else 200
    common: dict[str, Any] = {
        "asked": found, "token": found.signature.token, "company": found.root.company or _("（名称未填）"),
        "faults": faults or [], "typed": typed or {}, "minutes": SECONDS_HERE // 60, "about": None,
    }  # fmt: skip
    if found.mandate is not None:
        common |= signing_mandates.common(found)
        document, done, closed = signing_mandates.document, signing_mandates.done, signing_mandates.closed
    else:
        document, done, closed = _document, _done, _closed
    is_revocable = signing_mandates.is_revocable(found)
    if step == CONFIRMED and (standing is Standing.ANSWERED or is_revocable):
        return done(found, common)
    # Whoever showed who they are may finish, though the link expires meanwhile.
    if standing is Standing.EXPIRED and step == CONFIRMED:
        standing = Standing.OPEN
    if standing is not Standing.OPEN and not is_revocable:
        return closed(found, standing, common), 410
    if step == CONFIRMED:
        return document(found, common), status
    if step == IDENTIFIED:
        return render_template("signing/code.html", **common, **_code_times(found)), status
    return render_template("signing/identity.html", **common), status


def _closed(found: Asked, standing: Standing, common: Mapping[str, Any]) -> str:
    return render_template("signing/closed.html", standing=standing, **common)


def _back(token: str) -> Response:
    return redirect(url_for("signing.link", token=token), code=303)


# ---- who they are ---------------------------------------------------------------------------------------------------


@blueprint.post("/sign/<string:token>/identity")
@public
def identity(token: str) -> Answer:
    """Name and identity number; when they are right, a code goes to the telephone that the application names."""
    found = _asked(token)
    name, number = asked_for.form.get("name", "")[:LONGEST_NAME], asked_for.form.get("id_number", "")[:LONGEST_NUMBER]
    typed = {"name": name, "id_number": number}
    missing: Faults = []
    if not name.strip():
        missing.append(("name", Note(_("请填写您的姓名。"))))
    if not number.strip():
        missing.append(("id_number", Note(_("请填写您的证件号码。"))))
    if missing or not _is_open(found):
        return _page(found, missing, typed)
    if not _step(token):
        tried = request.write(confirming.identify, token, name, number, request.now())
        if not tried.is_right:
            return _page(_asked(token), [("name", Note(_not_them(found, tried.tries_left)))], typed)
        _remember(token, IDENTIFIED)
    return _send_code(token)


def _not_them(found: Asked, tries_left: int) -> str:
    if tries_left and found.mandate is not None:
        return _(
            "姓名和证件号码与委托书上写的不一致。请对照证件再填一次，这一小时内还可以试%(number)d次。不能代签。", number=tries_left
        )
    if tries_left:
        return _(
            "姓名和证件号码与申请里写的不一致。请对照证件再填一次，这一小时内还可以试%(number)d次。"
            "如果收到的是别人的链接，请转给本人，不能代签。",
            number=tries_left,
        )
    return _("填错的次数太多，请一小时后再试，或者带身份证到办理窗口当面签署。")


def _send_code(token: str) -> Answer:
    try:
        request.write(confirming.send_code, token, _secret(), request.now())
    except Outdated:
        return _back(token)
    except Refusal as error:
        return _page(_asked(token), [("code", Note(say(error.message)))])
    return _back(token)


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])


def _code_times(found: Asked) -> dict[str, Any]:
    """Until when the code is good, from when another may be sent, and where demo messages are read."""
    sent, now = found.signature.code_sent_at if found.signature.code_hash else None, request.now()
    good_until = sent + confirming.CODE_GOOD_FOR if sent is not None else None
    spent = found.signature.code_tries >= confirming.CODE_TRIES
    again: datetime | None = sent + confirming.RESEND_AFTER if sent is not None else None
    return {
        "good_until": good_until if good_until is not None and now < good_until and not spent else None,
        "again_at": again if again is not None and now < again else None,
        "demo_phone": current_app.config["DEMO"] and "deliveries.demo_phone" in current_app.view_functions,
    }


@blueprint.post("/sign/<string:token>/code")
@public
def code(token: str) -> Answer:
    """Send another code: the time of the last one begins anew with it."""
    found = _asked(token)
    if _step(found.signature.token) != IDENTIFIED or not _is_open(found):
        return _back(token)
    again_at = _code_times(found)["again_at"]
    if again_at is not None:
        flash(_("验证码刚刚发过，一分钟后可以再发一次。"), "warning")
        return _back(token)
    answer = _send_code(token)
    if isinstance(answer, Response):
        flash(_("新的验证码已经发出，原来的作废。"), "success")
    return answer


@blueprint.post("/sign/<string:token>/confirmation")
@public
def confirmation(token: str) -> Answer:
    """The code: whoever has it reads on."""
    found = _asked(token)
    if _step(found.signature.token) != IDENTIFIED or not _is_open(found):
        return _back(token)
    typed = asked_for.form.get("code", "")[:20]
    if not typed.strip():
        return _page(found, [("code", Note(_("请填写短信里的6位验证码。")))])
    try:
        tried = request.write(confirming.confirm, token, typed, _secret(), request.now())
    except Outdated:
        return _back(token)
    if not tried.is_right:
        sentence = (
            _("验证码不对，还可以试%(number)d次。请看最近的一条短信。", number=tried.tries_left)
            if tried.tries_left
            else _("验证码过期了，或者填错次数太多，请点“重新发送验证码”。")
        )
        return _page(_asked(token), [("code", Note(sentence))])
    _remember(token, CONFIRMED)
    return _back(token)


# ---- what they sign -------------------------------------------------------------------------------------------------


def _document(found: Asked, common: Mapping[str, Any]) -> str:
    assert found.submission is not None
    session, content = request.session(), found.submission.content
    definition = filed_definition(session, found.root)
    lists = choices_of(session, request.today())
    before = signatures.signed_before(session, found)
    changes = filed.changed_on(definition, definition.pages, before, content, lists, full=False) if before is not None else None
    clauses = ()
    if ARTICLES in found.signature.acts:
        place = place_in_words(session.connection(), str((content.get("premises") or {}).get("place") or ""), request.today())
        items = {item: text for item, (text, _licensed) in item_texts(session, request.today()).items()}
        clauses = articles(content, place=place, items=items)
    return render_template(
        "signing/document.html", pages=filed.filed(definition.pages, content, lists, full=False), changes=changes, clauses=clauses,
        firms=next((each.firms for each in signatories(content) if list(each.paths) == list(found.signature.paths)), ()),
        **common,
    )  # fmt: skip


@blueprint.post("/sign/<string:token>/signature")
@public
def sign(token: str) -> Answer:
    """Sign exactly what the page showed."""
    if asked_for.form.get("agreed") != "y":
        found = _asked(token)
        first = _("请先勾选“我已看完，内容属实”，再签署。") if found.mandate is None else _("请先勾选，再按按钮。什么都没有登记。")
        return _page(found, [("agreed", Note(first))])
    return _answer(token, signing.SIGN)


@blueprint.post("/sign/<string:token>/objection")
@public
def decline(token: str) -> Answer:
    """Decline with a reason, which the applicant reads."""
    reason = asked_for.form.get("reason", "")
    if not reason.strip():
        return _page(_asked(token), [("reason", Note(_("请写明哪里不对，或者为什么不同意。")))])
    if len(reason) > LONGEST_REASON:
        sentence = _("写得太长了，最多%(number)d个字，请缩短一些。", number=LONGEST_REASON)
        return _page(_asked(token), [("reason", Note(sentence))], {"reason": reason})
    return _answer(token, signing.DECLINE, reason.strip())


def _answer(token: str, action: str, reason: str = "") -> Answer:
    found = _asked(token)
    if _step(found.signature.token) != CONFIRMED:
        flash(_("离开得太久了，为安全起见，请再确认一次身份。什么都没有签。"), "warning")
        return _back(token)
    try:
        request.write(signing.answer, found.signature.id, action, asked_for.form.get("digest", ""), request.now(), reason)
    except (Outdated, Refusal) as error:
        flash(say(error.message), "warning")
    return _back(token)


def _done(found: Asked, common: Mapping[str, Any]) -> str:
    together = signatures.of_task(request.session(), found.signature.task_id)
    missing = [each.name for each in together if not each.vote]
    is_signing = found.task is not None and found.task.closed_at is None
    return render_template(
        "signing/done.html", missing=missing if is_signing else [], is_signing=is_signing, acts_in_words=acts.acts_in_words, **common
    )


@blueprint.post("/sign/<string:token>/new-link")
@public
def new_link(token: str) -> Answer:
    """Have an expired link replaced; the new one goes where the old one went."""
    is_principal = _asked(token).mandate is not None
    try:
        request.write(reminding.renew_link, token, request.now())
    except Refusal as error:
        flash(say(error.message), "warning")
        return _back(token)
    return render_template("signing/renewed.html", is_principal=is_principal)

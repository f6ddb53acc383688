"""The accounts of staff in the security manager's hands: made, given a first password, locked."""

from __future__ import annotations

import hashlib
import hmac

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask import request as asked
from werkzeug.wrappers import Response

from approvals.language import _
from approvals.operations import passwords, staff
from approvals.operations.administration.faults import Faulty, fault
from approvals.operations.administration.reading import one_line
from approvals.operations.errors import NotFound, Refusal
from approvals.queries import people
from approvals.queries import positions as held
from workflows.rules import is_mobile, normalise_phone

from . import request
from .access import requires
from .account_forms import LIKE_A_PHONE, SIGN_IN_NAME
from .position_fields import lists, reason, stored, wanted
from .positions import person_page
from .typed_forms import TypedForm

blueprint = Blueprint("staff_accounts", __name__)
Answer = str | Response | tuple[str, int]
NEW, ACCOUNT = "new", "account"
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Of a first password: none that looks like another."""


@blueprint.get("/administration/people/new")
@requires("secure")
def new_person() -> str:
    """An account for somebody new, with the first position."""
    return _new_page(TypedForm(NEW, {"office": asked.args.get("office", "")[:40]}))


def _new_page(sent: TypedForm) -> str:
    return render_template("administration/new_person.html", sent=sent, lists=lists())


@blueprint.post("/administration/people/new")
@requires("secure")
def make_person() -> Answer:
    """Make the account; the first password stands on the answer alone. The same page sent twice makes one account."""
    sign_in_name = one_line(asked.form.get("sign_in_name", ""))
    password = _first_password(sign_in_name)
    try:
        newcomer = _newcomer()
        hashed = passwords.hash_password(password)
        account = request.write(staff.make_account, request.acting(), newcomer, wanted(), hashed, reason(), request.now())
        return _first_password_page(account.person_id, password)
    except Refusal as refusal:
        found = people.credentials(request.session(), staff.comparable(sign_in_name))
        if refusal.reason == "sign-in-name-taken" and found is not None and passwords.verify(found.password_hash, password):
            return _first_password_page(found.person_id, password)
        taken = refusal.reason == "sign-in-name-taken"
        shown = Faulty([fault("sign_in_name", refusal.message["zh"], refusal.message["en"])]) if taken else refusal
        return _new_page(TypedForm.sent(NEW, shown)), 422


@blueprint.post("/administration/people/<int:person_id>/password")
@requires("secure")
def reset_password(person_id: int) -> Answer:
    """A first password anew, for somebody who stands at the desk with their paper."""
    person = held.account(request.session(), stored(person_id))
    if person is None:
        raise NotFound
    password = _first_password(person.sign_in_name or "")
    if person.password_is_first and passwords.verify(person.password_hash, password):
        return _first_password_page(person_id, password)
    try:
        hashed = passwords.hash_password(password)
        request.write(staff.reset_password, request.acting(), person_id, hashed, reason(), request.now())
    except Refusal as refusal:
        return person_page(person_id, TypedForm.sent(ACCOUNT, refusal)), 422
    return _first_password_page(person_id, password)


@blueprint.post("/administration/people/<int:person_id>/lock")
@requires("secure")
def lock(person_id: int) -> Answer:
    """Lock or unlock an account."""
    locking = asked.form.get("wanted") != "unlocked"
    verb = staff.lock if locking else staff.unlock
    try:
        request.write(verb, request.acting(), stored(person_id), reason(), request.now())
    except Refusal as refusal:
        return person_page(person_id, TypedForm.sent(ACCOUNT, refusal)), 422
    flash(_("账号已停用，已登录的设备也退出了。") if locking else _("账号已恢复使用。"), "success")
    return redirect(url_for("positions.of_person", person_id=person_id), code=303)


def _first_password_page(person_id: int, password: str) -> str:
    person = held.account(request.session(), person_id)
    assert person is not None
    return render_template("administration/first_password.html", person=person, password=password)


def _first_password(sign_in_name: str) -> str:
    """A password that the same page gives again when it is sent twice, and nobody else can work out."""
    page = f"{asked.form.get('key', '')[:60]}/{staff.comparable(sign_in_name)}/{request.acting().person_id}"
    for turn in range(100):
        message = f"first password/{turn}/{page}".encode("utf-8", "replace")
        drawn = hmac.new(str(current_app.config["SECRET_KEY"]).encode(), message, hashlib.sha256).digest()
        letters = "".join(LETTERS[each % len(LETTERS)] for each in drawn[:16])
        password = "-".join(letters[place : place + 4] for place in range(0, 16, 4))
        if not passwords.faults(password, staff.comparable(sign_in_name), ""):
            return password
    raise RuntimeError("no password will do for this sign-in name")


def _newcomer() -> staff.Newcomer:
    """Name, sign-in name and telephone as typed. Raises Faulty for what cannot be."""
    name, typed = one_line(asked.form.get("name", "")), one_line(asked.form.get("sign_in_name", ""))
    phone, sign_in_name = normalise_phone(asked.form.get("phone", "").strip()), staff.comparable(typed)
    faults = []
    if not name or len(name) > 200:
        faults.append(fault("name", "请填写姓名，最多 200 个字符。", "Give the name, 200 characters at most."))
    if not SIGN_IN_NAME.fullmatch(sign_in_name) or (LIKE_A_PHONE.fullmatch(sign_in_name) and sign_in_name != phone):
        faults.append(fault(
            "sign_in_name", "登录名用 3 到 60 个汉字、字母或数字，中间不留空格，也不要用别人的电话号码。",
            "3 to 60 letters or digits without blanks, and nobody else's telephone number.",
        ))  # fmt: skip
    if phone and not is_mobile(phone):
        faults.append(
            fault("phone", "手机号应为1开头的11位数字，例如 13800000000。", "A mobile number has 11 digits and begins with 1.")
        )
    if faults:
        raise Faulty(faults)
    return staff.Newcomer(name, sign_in_name, phone)

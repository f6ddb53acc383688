"""Signing up, in and out, and one's own account."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from approvals.language import _, say
from approvals.operations import accounts, deliveries, passwords
from approvals.operations.errors import Refusal
from approvals.queries import people

from .access import may, public, requires
from .account_forms import ChangePasswordForm, ChannelsForm, SignInForm, SignUpForm
from .filters import moment
from .leaving import who_grants
from .local import local_path
from .request import acting, forget_person, maybe_acting, maybe_signed_in, now, remember_person, session, today, write

blueprint = Blueprint("accounts", __name__)

Page = str | Response | tuple[str, int]
FIRST_PAGES = (
    ("desk", "desk.index"),
    ("supervise", "supervision.index"),
    ("administer", "administering.index"),
    ("secure", "positions.index"),
    ("audit", "audit.changes"),
)
"""Where somebody begins who passes a gate; of several the first."""


@blueprint.route("/sign-up", methods=["GET", "POST"])
@public
def sign_up() -> Page:
    """An account for an applicant, who is then signed in."""
    form = SignUpForm()
    address = local_path(request.values.get("next"), "")
    if not form.validate_on_submit():
        return render_template("accounts/sign_up.html", form=form, next=address), 422 if form.errors else 200
    password_hash = passwords.hash_password(form.password.data or "")
    try:
        account = write(
            accounts.sign_up, form.chosen_sign_in_name(), form.name.data or "", form.phone.data or "", password_hash, now()
        )
    except Refusal as refusal:
        field = form.sign_in_name if form.sign_in_name.data else form.phone
        field.errors = [*field.errors, say(refusal.message)]
        return render_template("accounts/sign_up.html", form=form, next=address), 422
    _keep_choices(account.person_id)
    remember_person(account.person_id, account.session_version)
    flash(_("注册成功，您已登录。"), "success")
    return redirect(address or url_for("public.home"))


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Page:
    """Name and password; the same sentence whichever of them is wrong."""
    form = SignInForm()
    address = local_path(request.values.get("next"), "")
    if request.method == "GET" and maybe_acting() is not None:
        return redirect(address or _first_page())
    sentence = ""
    if form.validate_on_submit():
        sentence = _try_password(form.sign_in_name.data or "", form.password.data or "")
        if not sentence:
            return redirect(address or _first_page())
    page = render_template(
        "accounts/sign_in.html", form=form, sentence=sentence, next=address, demo_sign_ins=_demo_sign_ins(),
        timed_out=cookie.pop("timed_out", False),
    )  # fmt: skip
    return page, 422 if form.errors or sentence else 200


def _try_password(sign_in_name: str, password: str) -> str:
    """Sign in; returns the sentence of a refusal. No transaction is open while the hash is computed."""
    found = people.credentials(session(), accounts.comparable_sign_in_name(sign_in_name))
    locked = _locked(accounts.tries_of_name(sign_in_name), password)
    if locked:
        return locked
    if not passwords.verify(found.password_hash if found is not None else None, password) or found is None:
        return _("登录名或密码不对。请核对后再试；连续输错 %(count)s 次，账号会锁定 10 分钟。", count=accounts.ATTEMPTS)
    if found.locked_at is not None:
        return _("这个账号已停用。如有疑问，请联系%(who)s。", who=who_grants())
    account = write(accounts.sign_in, found.person_id)
    _keep_choices(account.person_id)
    remember_person(account.person_id, account.session_version)
    return ""


def _locked(who: str, password: str) -> str:
    """Count a try of a password; the sentence when there were too many. A refusal takes as long as a wrong password."""
    locked_until = write(accounts.begin_attempt, who, now())
    if locked_until is None:
        return ""
    passwords.verify(None, password)
    return _("密码连续输错 %(count)s 次，账号已锁定，请在 %(moment)s 之后再试。", count=accounts.ATTEMPTS, moment=moment(locked_until))


def _keep_choices(person_id: int) -> None:
    """What was chosen before signing in stays chosen."""
    language, large = cookie.get("language"), cookie.get("large_type")
    if language in accounts.LANGUAGES:
        write(accounts.choose_language, person_id, language)
    if isinstance(large, bool):
        write(accounts.choose_large_type, person_id, large)


def _first_page() -> str:
    """Where a person begins: staff at the desk, supervisors at the overview, managers at what they manage, others at their cases."""
    found = maybe_acting()
    return url_for(next((endpoint for gate, endpoint in FIRST_PAGES if may(found, gate)), "applications.index"))


def _demo_sign_ins() -> list[object]:
    """The ways into the demo, in demo mode alone."""
    listed = current_app.extensions.get("demo_sign_ins")
    return listed(session()) if listed is not None and current_app.config["DEMO"] else []


@blueprint.post("/sign-out")
@public
def sign_out() -> Response:
    """Sign out; open to visitors too, since a page may be older than its session.

    The cookie alone is the session, and a copy of it would outlive its deletion here: so all sessions of the person end.
    """
    found = maybe_acting()
    if found is not None:
        write(accounts.end_all_sessions, found.person_id)
    forget_person()
    cookie.clear()
    flash(_("您已退出；为了安全，其他设备上的登录也一并退出了。") if found is not None else _("您已退出。"), "success")
    return redirect(url_for("public.home"))


@blueprint.get("/account")
@requires("applicant")
def account() -> str:
    return _account_page(ChangePasswordForm())


@blueprint.post("/account/password")
@requires("applicant")
def change_password() -> Page:
    """A new password, which ends all other sessions."""
    form, person = ChangePasswordForm(), maybe_signed_in()
    assert person is not None
    if not form.validate_on_submit():
        return _account_page(form), 422
    current, password_hash = form.current.data or "", people.password_hash_of(session(), person.id)
    sentence = _locked(accounts.tries_of_person(person.id), current)
    if not sentence and not passwords.verify(password_hash, current):
        sentence = _("现在的密码不对，请重新输入。")
    if sentence:
        form.current.errors = [sentence]
        return _account_page(form), 422
    if form.password.data == current:
        # Whoever gave it out would go on knowing it.
        form.password.errors = [_("新密码和现在的一样，请换一个别人不知道的。")]
        return _account_page(form), 422
    changed = write(accounts.change_password, person.id, passwords.hash_password(form.password.data or ""))
    remember_person(changed.person_id, changed.session_version)
    flash(_("密码已更换，其他设备上的登录已退出。"), "success")
    return redirect(url_for("accounts.account"))


@blueprint.post("/account/sign-out-everywhere")
@requires("applicant")
def sign_out_everywhere() -> Response:
    write(accounts.end_all_sessions, acting().person_id)
    forget_person()
    flash(_("您已在所有设备上退出。"), "success")
    return redirect(url_for("public.home"))


@blueprint.post("/account/channels")
@requires("applicant")
def choose_channels() -> Page:
    """By which ways the person is told beside the product; mail needs an address."""
    form = ChannelsForm()
    if not form.validate_on_submit():
        return _account_page(ChangePasswordForm(formdata=None), form), 422
    chosen = {"sms": form.sms.data, "mail": form.mail.data, "wechat": form.wechat.data}
    write(deliveries.choose_channels, acting().person_id, chosen, form.email.data or "")
    flash(_("已保存，以后按您选的方式告诉您。"), "success")
    return redirect(url_for("accounts.account"))


def _account_page(form: ChangePasswordForm, channels_form: ChannelsForm | None = None) -> str:
    person = maybe_signed_in()
    assert person is not None
    phone, email, channels = people.contact(session(), person.id)
    if channels_form is None:
        channels_form = ChannelsForm(formdata=None, email=email, **{channel: True for channel in channels})
    positions = people.positions_held(session(), person.id, today()) if person.positions else []
    ended = people.positions_ended(session(), person.id, today())
    return render_template(
        "accounts/account.html", form=form, channels_form=channels_form, person=person, phone=phone, email=email, positions=positions,
        ended=ended, asking=who_grants() if ended else "",
    )


@blueprint.post("/language")
@public
def language() -> Response:
    """Keep the language for this visit, and with the person when somebody is signed in."""
    chosen = request.form.get("language", "")
    if chosen in accounts.LANGUAGES:
        cookie["language"] = chosen
        found = maybe_acting()
        if found is not None:
            write(accounts.choose_language, found.person_id, chosen)
    return redirect(local_path(request.form.get("next")))


@blueprint.post("/appearance")
@public
def appearance() -> Response:
    """Large type (长辈版) or the usual, for this visit, and with the person when somebody is signed in."""
    chosen = request.form.get("large_type", "")
    if chosen in ("yes", "no"):
        cookie["large_type"] = chosen == "yes"
        found = maybe_acting()
        if found is not None:
            write(accounts.choose_large_type, found.person_id, chosen == "yes")
    return redirect(local_path(request.form.get("next")))

"""What whoever entrusted an agent sees behind their own link: the mandate in plain words, or what was brought to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for

from approvals.language import _, day_in_words, say
from approvals.models import Mandate, Office
from approvals.operations import confirming
from approvals.queries import mandates
from approvals.queries.progress import receipt_token
from approvals.queries.signatures import Asked
from workflows.county import county_catalogue
from workflows.rules.signatories import DELIVERY

from . import hand_overs, request


@dataclass(frozen=True, slots=True)
class Shown:
    """A mandate with everything that its pages and its paper say in words."""

    mandate: Mandate
    office: Office
    matters: str
    may: tuple[str, ...]
    may_not: tuple[str, ...]
    until: str
    standing: mandates.Standing


def acts_in_words(keys: list[str]) -> tuple[str, ...]:
    """What a mandate lets the agent do."""
    words = {
        "fill": _("按您说的填写申请"), "submit": _("收取、递送材料，提交申请"), "correct": _("按部门的要求补正申请"),
        "collect": _("领取办理结果，送到您手上"),
    }  # fmt: skip
    return tuple(words[key] for key in keys if key in words)


def shown(mandate: Mandate, office: Office, *, newest: bool = True) -> Shown:
    """A mandate in words."""
    catalogue = county_catalogue()
    matters = [say(catalogue.latest(key).title) for key in mandate.scope["matters"]]
    may_not = (
        _("代您签名、代您确认身份"), _("代您撤回申请"), _("代您确认收到结果、代您评价"),
        _("办委托书以外的事，或者把事情转给别人"), _("向您收钱"),
    )  # fmt: skip
    return Shown(
        mandate, office, _("、").join(matters), acts_in_words(mandate.scope["acts"]), may_not, day_in_words(mandate.valid_to),
        mandates.standing_of(mandate, request.today(), newest=newest),
    )  # fmt: skip


def is_revocable(found: Asked) -> bool:
    """Whether the link is that of a signed mandate that can still be taken back."""
    return confirming.is_revocable(request.session(), found.signature)


def about(found: Asked) -> Mapping[str, str]:
    """What the first two steps say, which know nothing of what is signed."""
    if found.signature.acts == [DELIVERY]:
        lead = _("代办的结果送到了您手上，请您本人核对并确认。先核对姓名和证件号码，再用短信验证码确认。代办员不能替您确认。")
        above, read = _("代办结果确认"), _("下一步：核对收到的东西")
    elif is_revocable(found):
        lead = _("您的委托书已经签好。要看委托书或者撤回委托的，先核对姓名和证件号码，再用短信验证码确认。")
        above, read = _("委托书"), _("下一步：看委托书")
    else:
        lead = _(
            "有服务点的代办员起草了一份您的委托书，要您本人看清楚再签。先核对姓名和证件号码，再用短信验证码确认；"
            "核对之前，委托书的内容不会显示。不收任何费用，也不会问银行卡号和密码。"
        )
        above, read = _("委托书"), _("下一步：看委托书")
    return {
        "above": above, "lead": lead, "read": read,
        "identity_hint": _("委托书上写的那种证件，一般是18位居民身份证号"),
        "without": _("不会用手机的，可以在纸上签，由代办员以外的工作人员拍照收下。"),
        "wrong_phone": _("手机号不是您的，请告诉代办员重新起草委托书，改好后您会收到新的链接。验证码不要告诉任何人，代办员也不行。"),
    }  # fmt: skip


def common(found: Asked) -> dict[str, Any]:
    """What every page behind such a link is given."""
    title = ""
    if found.mandate is not None:
        title = _("、").join(say(county_catalogue().latest(key).title) for key in found.mandate.scope["matters"])
    return {"company": title, "about": about(found)}


def document(found: Asked, common: Mapping[str, Any]) -> str:
    """What is to be signed or confirmed."""
    assert found.mandate is not None
    session = request.session()
    if found.signature.acts == [DELIVERY]:
        return render_template(
            "signing/delivery.html", brought=mandates.handed_over(session, found.case.id), words=hand_overs.words(),
            titles=_titles(), ways=_ways(), shown=_shown(found), **common,
        )  # fmt: skip
    before = [row for row in mandates.mandates_of(session, found.case.id) if row.signed_at is not None and row.revoked_at is None]
    return render_template("signing/mandate.html", shown=_shown(found), before=before[-1] if before else None, **common)


def _shown(found: Asked) -> Shown:
    assert found.mandate is not None
    return shown(found.mandate, mandates.office_of(request.session(), found.mandate))


def _titles() -> Any:
    return lambda document: say(county_catalogue().text("documents", document.kind))


def _ways() -> Mapping[str, str]:
    return {"door": _("送到家门口"), "point": _("到服务点领取")}


def done(found: Asked, common: Mapping[str, Any]) -> str:
    """What became of it, for who is still known on this device: with the way to revoke, to rate and to follow the case."""
    receipt = receipt_token(request.session(), found.root.id)
    return render_template(
        "signing/principal_done.html", shown=_shown(found), is_delivery=found.signature.acts == [DELIVERY],
        progress_address=url_for("progress.show", token=receipt) if receipt else "", is_revocable=is_revocable(found), **common,
    )  # fmt: skip


def closed(found: Asked, standing: confirming.Standing, common: Mapping[str, Any]) -> str:
    """Why nothing is asked here any more, or not by this link."""
    revoked = found.mandate is not None and found.mandate.revoked_at is not None
    return render_template(
        "signing/principal_closed.html", standing=standing, is_delivery=found.signature.acts == [DELIVERY], is_revoked=revoked, **common
    )

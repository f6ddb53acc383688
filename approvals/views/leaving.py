"""What somebody is told whose position has ended: which one, since when, who has the work now and whom to ask."""

from __future__ import annotations

from approvals.language import _, day_in_words, say
from approvals.operations.position_rules import role_title
from approvals.operations.positions import GUARDIAN
from approvals.queries import people
from approvals.queries.people import Ended

from . import request


def ended_position(ended: Ended) -> str:
    """A position that counts no more, in a sentence."""
    role, day = say(role_title(ended.role)), day_in_words(ended.last_day)
    if ended.office_closed:
        return _(
            "您在“%(office)s”的“%(role)s”岗位随服务点撤并，于 %(day)s 结束；那里的办件由“%(successor)s”接着办。",
            office=ended.office, role=role, day=day, successor=ended.successor,
        )  # fmt: skip
    if ended.stood_in:
        return _("您在“%(office)s”替的“%(role)s”岗，已于 %(day)s 到期。", office=ended.office, role=role, day=day)
    return _("您在“%(office)s”的“%(role)s”岗位已于 %(day)s 结束。", office=ended.office, role=role, day=day)


def who_grants() -> str:
    """The security administrators with their telephones, in words."""
    found = people.holders_of(request.session(), GUARDIAN, request.today())
    names = [_("%(name)s（%(phone)s）", name=name, phone=phone) if phone else name for name, phone in found]
    return _("安全管理员%(names)s", names=_("、").join(names)) if names else _("安全管理员")


def ended_lately() -> tuple[list[str], str]:
    """What has ended for whoever asks, in sentences, and whom to ask; nothing for a visitor and for who lost nothing."""
    acting = request.maybe_acting()
    if acting is None:
        return [], ""
    ended = people.positions_ended(request.session(), acting.person_id, request.today())
    return [ended_position(each) for each in ended], who_grants() if ended else ""

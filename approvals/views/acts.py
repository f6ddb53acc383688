"""What signatories owe, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from approvals.forms.choices import Group
from approvals.language import _
from approvals.models import Signature
from workflows.rules.signatories import APPLICATION, ARTICLES, REAL_NAME


def acts_in_words(acts: Iterable[str]) -> str:
    """确认身份、签署章程、签署申请书."""
    words = {REAL_NAME: _("确认身份"), ARTICLES: _("签署章程"), APPLICATION: _("签署申请书")}
    return _("、").join(words[act] for act in acts if act in words)


def way_in_words(way: str) -> str:
    """How somebody signed."""
    return {"online": _("网上签署"), "in-person": _("当面签署"), "notarised": _("经公证")}.get(way, way)


def real_names(asked: Iterable[Signature]) -> Sequence[Group]:
    """People who are asked to sign, as a form offers them: the list ``real_names`` of definitions."""
    entries = [(str(each.id), _("%(name)s（%(acts)s）", name=each.name, acts=acts_in_words(each.acts))) for each in asked]
    return (("", tuple(entries)),)

"""What a workflow is made of, once loaded: immutable values, no behaviour beyond look-ups.

A definition file is checked by ``workflows.engine.lint`` before it may run, so these classes trust their content.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

Text = Mapping[str, str]
"""A text in every language of the product: ``{"zh": …, "en": …}``."""

STAGES = ("receipt", "acceptance", "review", "decision", "closed", "delivery", "correction", "signing")
"""Stages of a case in provincial exchange: 收件、受理、审查、决定、办结、送达 and, beside them, 补正 and 签署."""

OUTSIDE_STAGES = frozenset({"correction", "signing"})
"""Stages in which the authority waits for the people who apply: no clock of the case runs."""

OUTSIDE_ROLES = frozenset({"applicant", "signatory"})
"""Roles of people outside the authorities: their tasks belong to no office and no department."""

OUTCOMES = ("done", "failed", "refused", "withdrawn", "not_opened")
"""How a case can end. Every one of them settles the case; only ``done`` counts as success."""

APPLICATION, PRINCIPAL = "application", "principal"
"""Whose votes a sign-off asks for."""

SIGNERS = (APPLICATION, PRINCIPAL)

CHAIN = "chain"
"""The kind of workflow whose states open linked cases: a whole company opening."""

INTERNAL = "internal"
"""The kind of workflow that the product opens by itself, and nobody applies for."""

DELEGATED = "delegated"
"""The kind of workflow in which an agent carries a matter for somebody; the matter is its linked case."""

ON_THE_WAY = ("point", "town", "centre")
"""Offices of a delegated case, from the one that took it in to the one that files; those it does not have are left out."""

SYSTEM = "system"
STAYS = "="
"""As a destination: the case stays where it is and its open task, with its clock, goes on."""


@dataclass(frozen=True, slots=True)
class Named:
    """A registered guard, effect or trigger with its parameters, as the definition wrote it."""

    name: str
    parameters: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form.

    ``kind`` is one of ``FIELD_KINDS``. ``required`` is True, False or a condition ``{"field": name, "is": value}`` /
    ``{"field": name, "has": value}`` on another field of the same page. ``options`` are (value, text) pairs of a choice;
    ``list`` names an official list (places, business_items, banks, offices) that the county maintains.
    """

    name: str
    kind: str
    label: Text
    hint: Text | None = None
    required: bool | Mapping[str, Any] = False
    show: Mapping[str, Any] | None = None
    options: tuple[tuple[str, Text], ...] = ()
    list: str = ""
    columns: tuple[Field, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    max_length: int = 200
    default: Any = None
    rows: int | None = None


FIELD_KINDS = (
    "text",
    "long_text",
    "choice",
    "choices",
    "list",
    "money",
    "percent",
    "integer",
    "date",
    "yes",
    "declaration",
    "phone",
    "email",
    "identity",
    "table",
)


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of one action, or of one page of the application."""

    name: str
    title: Text
    fields: tuple[Field, ...]
    help: Text | None = None


@dataclass(frozen=True, slots=True)
class Addressee:
    """To whom the task of a state is addressed. ``office`` is ``deciding``, ``receiving`` or ``delivery``: the case knows which."""

    role: str
    department: str
    office: str = "deciding"


@dataclass(frozen=True, slots=True)
class Opening:
    """A linked case that a state opens. ``when`` is ``always`` or ``chosen`` (by the applicant, at submission);
    ``after`` names workflows of the same state whose cases, where chosen, must be settled first."""

    workflow: str
    when: str = "always"
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignOffRule:
    """Several people decide one step. ``rule`` is ``all`` (会签), ``any`` (或签), ``share`` (票签: more than ``share`` percent
    of the weight) or ``count`` (k of n). ``notice`` is the one that asks each of them. ``of`` says who they are: everybody whom
    the application names (``application``), or the one who entrusted an agent with it (``principal``)."""

    rule: str
    count: int = 0
    share: int = 0
    notice: str = ""
    of: str = APPLICATION


@dataclass(frozen=True, slots=True)
class State:
    """A place where a case can be. Without ``task`` the case waits: for linked cases, for another case or for a timer."""

    name: str
    title: Text
    stage: str
    task: Addressee | None = None
    time: Mapping[str, Any] | None = None
    opens: tuple[Opening, ...] = ()
    sign_off: SignOffRule | None = None
    closes: bool = False
    final: bool = False
    outcome: str = ""
    hint: Text | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """One way an action can go; the first branch whose guards hold is taken."""

    dest: str
    guards: tuple[Named, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """What moves a case. ``by`` holds roles, or ``system`` alone for an automatic action with its ``when``."""

    name: str
    title: Text
    source: tuple[str, ...]
    branches: tuple[Branch, ...]
    by: tuple[str, ...]
    when: Named | None = None
    guards: tuple[Named, ...] = ()
    form: str = ""
    effects: tuple[Named, ...] = ()
    notices: tuple[str, ...] = ()
    vote: str = ""
    style: str = "secondary"
    hint: Text | None = None

    @property
    def automatic(self) -> bool:
        return self.by == (SYSTEM,)


@dataclass(frozen=True, slots=True)
class NoticeText:
    """What a person is told. Placeholders: ``{number}``, ``{company}``, ``{state}``, ``{reason}``, ``{link}``."""

    name: str
    to: str
    text: Text
    sms: Text | None = None
    """The same in the length of a short message; None where the text is short enough."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A promised or statutory time of the whole case: a budget, its source, and what restarts it."""

    budget: Mapping[str, Any]
    source: Text


@dataclass(frozen=True, slots=True)
class Material:
    """Something the matter needs, with where it comes from: data_sharing, licence, commitment, online_signature, upload.

    ``upload`` is the last resort (first versions say ``paper``). ``when`` are conditions that must all hold, on fields
    ``page.field`` of the application, or with ``each`` on columns of those tables ``page.table``: then every such row needs
    one, and rows with the same answer in the column ``same`` need it once. ``field`` is the declaration that a commitment is
    made by; ``why`` says why nothing is asked, or why the law leaves nothing but a file.
    """

    name: Text
    source: str
    key: str = ""
    when: tuple[Mapping[str, Any], ...] = ()
    each: tuple[str, ...] = ()
    same: str = ""
    field: str = ""
    why: Text | None = None


@dataclass(frozen=True, slots=True)
class Fee:
    """A cost of the matter, in yuan, and who pays it: county or applicant. With ``on_request`` only whoever asks for it pays."""

    name: Text
    amount: str
    payer: str
    on_request: bool = False


@dataclass(frozen=True, slots=True)
class Definition:
    """One version of a workflow."""

    key: str
    version: int
    kind: str
    title: Text
    summary: Text
    department: str
    initial: str
    states: Mapping[str, State]
    actions: Mapping[str, Action]
    forms: Mapping[str, Form]
    pages: tuple[Form, ...]
    reads: tuple[str, ...]
    notices: Mapping[str, NoticeText]
    promised: Limit | None
    statutory: Limit | None
    materials: tuple[Material, ...]
    fees: tuple[Fee, ...]
    output: Text | None
    fingerprint: str
    roles: Mapping[str, Text]

    def page(self, name: str) -> Form:
        """The application page of that name. Raises KeyError when the workflow has none."""
        for page in self.pages:
            if page.name == name:
                return page
        raise KeyError(name)

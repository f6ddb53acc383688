"""The table of permissions: which role may do what at which kind of office, and how far that reaches. Left out means denied.

A permission is role × jurisdiction: a position gives its role's permissions for the office where it is held, for that office
with everything below it, or for the whole county. What is not written here nobody may do (GB/T 22239-2019: 最小权限). The
three managers hold no permission in common, and nobody is two of them at a time (三权分立: 系统、安全、审计).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Final, Literal, Protocol

from .errors import Refusal

if TYPE_CHECKING:
    from .acting import Acting, Held


class Jurisdiction(Enum):
    """How far a permission reaches: the office of the position, everything below it as well, the county."""

    OWN = "own"
    SUBTREE = "subtree"
    COUNTY = "county"


OWN, SUBTREE = Jurisdiction.OWN, Jurisdiction.SUBTREE
COUNTY: Final = Jurisdiction.COUNTY

OFFICE_KINDS = (
    "county_hall", "sub_centre", "town_centre", "village_point", "grid_point", "bank", "post", "merchant_point",
)  # fmt: skip

ACTIONS: Mapping[str, str] = {
    "take_in": "take matters in at the window for who has come, and renew a lost claim code",
    "work_on_case": "claim and carry out the tasks that are addressed to the position",
    "read_case": "read a case that the office has to do with",
    "search_cases": "find cases by number or company",
    "resend_messages": "send a message about a case anew",
    "follow_up_ratings": "call back after a bad rating and have it mended",
    "delegate": "take requests for delegated handling, collect papers at home, deliver to the door",
    "witness_mandate": "take in a mandate that was signed on paper, as the second person beside the agent",
    "check": "check the papers of a delegated case at the centre, pass it on or back",
    "hand_over": "send papers on to the next office in a sealed bag",
    "receive_hand_over": "confirm what has arrived, or note what has not",
    "keep_custody": "note originals taken, issued, returned, lost and found",
    "record_consent": "note a separate consent to give data to a bank, post office or merchant, or that it was withdrawn",
    "disclose_identity": "look at identity data in full, for a reason that is noted",
    "read_ledger": "read and export the ledger of delegated cases",
    "supervise": "see the overview, the ratings and what is late",
    "urge": "ask whoever has a case in hand to go on with it",
    "lead": "be told when work of the department passes its time, and when it is urged",
    "manage_offices": "enter, change, close offices; their hours, closures and departments",
    "manage_competences": "say which office takes in and which decides a matter",
    "manage_calendar": "enter the notice of holidays of a year, by which open deadlines move",
    "import_points": "read in grid points and co-operation points from a list",
    "update_network": "apply a dated update of the national list",
    "manage_deliveries": "look after messages that could not be delivered",
    "manage_warnings": "say at which share of their time cases are warned of",
    "manage_positions": "grant, change and end positions; name stand-ins",
    "manage_accounts": "make accounts for staff, reset passwords, lock and unlock",
    "read_administration_log": "read and export what managers changed",
    "read_disclosures": "read and export who looked at identity data in full",
}

HALL = ("county_hall",)
DECIDING = ("county_hall", "sub_centre")
CENTRES = ("county_hall", "sub_centre", "town_centre")
BELOW_THE_HALL = ("sub_centre", "town_centre")
WINDOWS = ("county_hall", "sub_centre", "town_centre", "village_point")
COUNTY_POINTS = ("county_hall", "sub_centre", "town_centre", "village_point", "grid_point")
PARTNERS = ("bank", "post", "merchant_point")

TABLE: Mapping[str, tuple[tuple[tuple[str, ...], Jurisdiction, tuple[str, ...]], ...]] = {
    # Whoever applies or signs holds no position: their rights come from their own case.
    "applicant": (),
    "signatory": (),
    "clerk": (
        (
            WINDOWS, OWN,
            (
                "take_in", "work_on_case", "read_case", "search_cases", "resend_messages", "witness_mandate", "record_consent",
                "disclose_identity",
            ),
        ),
    ),
    "registrar": (
        (DECIDING, OWN, ("work_on_case", "read_case", "search_cases", "resend_messages", "disclose_identity")),
    ),
    "registrar-head": (
        (DECIDING, OWN, ("work_on_case", "read_case", "search_cases", "resend_messages", "disclose_identity", "lead")),
    ),
    "officer": (
        ((*DECIDING, "bank"), OWN, ("work_on_case", "read_case", "search_cases", "resend_messages", "disclose_identity")),
    ),
    "rating-officer": (
        (
            DECIDING, OWN,
            ("work_on_case", "read_case", "search_cases", "resend_messages", "follow_up_ratings", "disclose_identity"),
        ),
    ),
    "agent": (
        (
            (*COUNTY_POINTS, *PARTNERS), OWN,
            (
                "work_on_case", "read_case", "search_cases", "resend_messages", "delegate", "hand_over", "receive_hand_over",
                "keep_custody", "record_consent", "disclose_identity", "read_ledger",
            ),
        ),
        (COUNTY_POINTS, OWN, ("witness_mandate",)),
    ),
    "coordinator": (
        (
            CENTRES, OWN,
            (
                "work_on_case", "read_case", "search_cases", "resend_messages", "witness_mandate", "check", "hand_over",
                "receive_hand_over", "keep_custody", "record_consent", "disclose_identity",
            ),
        ),
        (BELOW_THE_HALL, SUBTREE, ("read_ledger", "lead")),
        (HALL, COUNTY, ("read_ledger",)),
        (HALL, OWN, ("lead",)),
    ),
    "supervisor": (
        (BELOW_THE_HALL, SUBTREE, ("read_case", "search_cases", "disclose_identity", "read_ledger", "supervise", "urge")),
        (HALL, COUNTY, ("read_case", "search_cases", "disclose_identity", "read_ledger", "supervise", "urge")),
    ),
    "administrator": (
        (
            HALL, COUNTY,
            (
                "manage_offices", "manage_competences", "manage_calendar", "import_points", "update_network", "manage_deliveries",
                "manage_warnings",
            ),
        ),
    ),
    "security-administrator": (
        (HALL, COUNTY, ("manage_positions", "manage_accounts")),
    ),
    "auditor": (
        (HALL, COUNTY, ("read_administration_log", "read_disclosures")),
    ),
}  # fmt: skip

MANAGERS = frozenset({"administrator", "security-administrator", "auditor"})
"""Nobody is two of these at a time, nor stands in for another one of them."""


class Tree(Protocol):
    """What is asked of the network of offices."""

    def subtree(self, office_id: int) -> frozenset[int]: ...
    def predecessors(self, office_id: int, on: date) -> frozenset[int]: ...


def _reaches() -> dict[tuple[str, str, str], Jurisdiction]:
    found: dict[tuple[str, str, str], Jurisdiction] = {}
    for role, grants in TABLE.items():
        for kinds, reach, actions in grants:
            for cell in ((role, kind, action) for kind in kinds for action in actions):
                if cell in found or cell[1] not in OFFICE_KINDS or cell[2] not in ACTIONS:
                    raise ValueError(f"the table of permissions has {cell} twice or does not know it")
                found[cell] = reach
    return found


_REACHES: Final = _reaches()
_PLACED: Final = frozenset((role, kind) for role, kind, _ in _REACHES)


def reach(role: str, kind: str, action: str) -> Jurisdiction | None:
    """How far a role may do something at a kind of office; None when it may not. Raises KeyError for an unknown action."""
    if action not in ACTIONS:
        raise KeyError(action)
    return _REACHES.get((role, kind, action))


def is_placed(role: str, kind: str) -> bool:
    """Whether a role can be held at a kind of office at all: elsewhere it has no permission, and counts for nothing."""
    return (role, kind) in _PLACED


def kinds_of(role: str) -> tuple[str, ...]:
    """The kinds of offices at which a role can be held."""
    return tuple(kind for kind in OFFICE_KINDS if is_placed(role, kind))


def roles_with(action: str) -> frozenset[str]:
    """The roles that may do something, at some kind of office."""
    if action not in ACTIONS:
        raise KeyError(action)
    return frozenset(role for role, _, allowed in _REACHES if allowed == action)


STAFF_ROLES = tuple(role for role, grants in TABLE.items() if grants)
"""The roles that are held as positions, in the order of the table."""

DESK_ROLES = roles_with("work_on_case")
"""The roles to which tasks are addressed: those who hold one work at the desk."""


def holds(acting: Acting | None, action: str) -> bool:
    """Whether somebody may do something anywhere."""
    return acting is not None and any(allows(held, action) for held in acting.positions)


def allows(held: Held, action: str) -> bool:
    """Whether one position allows something at its office."""
    return reach(held.role, held.kind, action) is not None


def working_positions(acting: Acting) -> list[Held]:
    """The positions to which tasks may be addressed."""
    return [held for held in acting.positions if allows(held, "work_on_case")]


def may(acting: Acting, action: str, office_id: int, network: Tree, on: date | None = None) -> bool:
    """Whether somebody may do something at one office; no statement."""
    found = jurisdiction(acting, action, network, on)
    return found is COUNTY or office_id in found


def jurisdiction(
    acting: Acting, action: str, network: Tree, on: date | None = None
) -> frozenset[int] | Literal[Jurisdiction.COUNTY]:
    """The offices for which somebody may do something, or ``COUNTY`` for all of them; no statement.

    What closed offices left behind belongs to the office that took over, and so to whoever is responsible for that one: with
    the day ``on`` the closed offices whose work an office of the subtree does on it are added.
    """
    found: set[int] = set()
    for held in acting.positions:
        reaches = reach(held.role, held.kind, action)
        if reaches is COUNTY:
            return COUNTY
        if reaches is OWN:
            found.add(held.office_id)
        elif reaches is SUBTREE:
            below = {held.office_id} | network.subtree(held.office_id)
            found |= below
            if on is not None:
                found = found.union(*(network.predecessors(office_id, on) for office_id in below))
    return frozenset(found)


def refuse_unless(acting: Acting | None, action: str) -> None:
    """Raise Refusal unless somebody holds a position today that allows an action somewhere."""
    if not holds(acting, action):
        raise Refusal(
            "not-permitted",
            {"zh": "您现在的岗位不能做这件事。如果岗位刚刚调整，请联系安全管理员。",
             "en": "Your positions do not allow this. If they have just changed, ask the security administrator."},
        )  # fmt: skip

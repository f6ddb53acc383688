"""The checks of company registration: named rules, each citing its law, pure and without clock.

`findings` runs the rules of a stage over an application; `RULES` is their registry. Read `registry.py` first, then
one file per subject.
"""

from workflows.rules import chain, company, identity, name, organs, owners, premises, registration, text
from workflows.rules.credit_codes import (
    credit_code_faults,
    new_credit_code,
    organisation_check_character,
)
from workflows.rules.food import (
    FOOD_PERMIT,
    FOOD_RULES,
    PERMIT_LABELS,
    business_kind,
    permit_facts,
    permit_number,
)
from workflows.rules.identity_numbers import age_on, birth_date, identity_faults
from workflows.rules.licence import (
    DELIVERED_LABELS,
    INTERNAL_FIELDS,
    LICENCE_LABELS,
    REGISTRAR,
    delivered_facts,
    licence_facts,
    place_in_address,
)
from workflows.rules.masks import mask_address, mask_email, mask_identity, mask_name, mask_phone
from workflows.rules.matters import findings_for, subject_name
from workflows.rules.name import compose_name
from workflows.rules.name_check import CheckedName, check_name, name_page
from workflows.rules.phones import is_mobile, is_phone, normalise_phone
from workflows.rules.reading import comparable, normalise_number
from workflows.rules.records import records
from workflows.rules.registry import (
    ALWAYS,
    APPROVAL,
    BLOCK,
    DRAFT,
    RECORD,
    RULES,
    STAGES,
    SUBMISSION,
    WARN,
    Finding,
    RegisteredName,
    Rule,
    RuleContext,
    blocking,
    findings,
)
from workflows.rules.reservations import last_day_of_reservation, readable_reservation_number, reservation_number

SUBJECTS = (text, name, registration, premises, company, owners, organs, identity, chain)
"""The files of rules, in reading order."""

__all__ = [
    "ALWAYS",
    "APPROVAL",
    "BLOCK",
    "DELIVERED_LABELS",
    "DRAFT",
    "FOOD_PERMIT",
    "FOOD_RULES",
    "INTERNAL_FIELDS",
    "LICENCE_LABELS",
    "PERMIT_LABELS",
    "RECORD",
    "REGISTRAR",
    "RULES",
    "STAGES",
    "SUBJECTS",
    "SUBMISSION",
    "WARN",
    "CheckedName",
    "Finding",
    "RegisteredName",
    "Rule",
    "RuleContext",
    "age_on",
    "birth_date",
    "blocking",
    "business_kind",
    "check_name",
    "comparable",
    "compose_name",
    "credit_code_faults",
    "delivered_facts",
    "findings",
    "findings_for",
    "identity_faults",
    "is_mobile",
    "is_phone",
    "last_day_of_reservation",
    "licence_facts",
    "mask_address",
    "mask_email",
    "mask_identity",
    "mask_name",
    "mask_phone",
    "name_page",
    "new_credit_code",
    "normalise_number",
    "normalise_phone",
    "organisation_check_character",
    "permit_facts",
    "permit_number",
    "place_in_address",
    "readable_reservation_number",
    "records",
    "reservation_number",
    "subject_name",
]

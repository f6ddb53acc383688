"""What people have to do beside the form: confirm who they are and sign. The history keeps the list; signing answers it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from workflows.rules.reading import Application
from workflows.rules.registry import APPROVAL, RULES, RuleContext

CONFIRMATIONS = ("registration.real-name", "registration.articles-signed", "registration.application-signed")
"""The rules whose findings are no faults but acts that somebody owes: 细则 第十四条、第十六条, 公司法 第四十六条."""


def records(values: Mapping[str, Any], today: date) -> list[list[str]]:
    """Who owes which act, as pairs of a rule and the field that names the person.

    The field is a path into the submission, so that no name and no number is copied into the history. The list is the same
    on every day; ``today`` only completes the context of the rules.
    """
    application, context = Application(values), RuleContext(today, APPROVAL)
    return [[name, problem.field] for name in CONFIRMATIONS for problem in RULES[name].check(application, context)]

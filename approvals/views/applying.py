"""What all pages of an application share: the draft of the person who asks, its definition, lists and findings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from flask import Blueprint, abort, redirect, url_for
from sqlalchemy import select

from approvals.forms import Choices
from approvals.forms.progress import PageProgress, progress
from approvals.models import Case, Draft, Person
from approvals.operations import drafts as writing
from approvals.operations.delegation import refuse_preparing
from approvals.operations.errors import NotFound
from approvals.operations.walk_ins import windows_of
from approvals.queries import drafts
from approvals.queries.drafts import Returned
from approvals.queries.lists import choices_of
from approvals.queries.queue import Queue, queue_of
from workflows.county import county_catalogue
from workflows.engine.definition import Definition, Field, Form
from workflows.rules import DRAFT, RECORD, SUBMISSION, Finding

from . import counter, request

blueprint = Blueprint("applications", __name__)


@dataclass
class Written:
    """A draft as its owner sees it."""

    draft: Draft
    definition: Definition
    lists: Choices

    @property
    def token(self) -> str:
        return self.draft.token

    @property
    def is_walk_in(self) -> bool:
        return self.draft.office_id is not None

    @cached_property
    def queue(self) -> Queue:
        """Who waits at the windows of the clerk who writes it; one statement."""
        return queue_of(request.session(), request.acting().person_id, windows_of(request.acting()), request.now())

    @property
    def is_prepared(self) -> bool:
        """Whether an agent fills it in for a delegated case, which files it later."""
        return self.draft.delegated_id is not None and self.draft.case_id is None

    @cached_property
    def delegated(self) -> Case | None:
        """The delegated case on whose mandate it is written, be it for the first time or to correct it."""
        root_id = self.draft.delegated_id
        return request.session().get_one(Case, root_id) if root_id is not None else None

    @cached_property
    def returned(self) -> Returned | None:
        """What this draft corrects, if it is a correction."""
        return drafts.returned(request.session(), self.draft.case_id) if self.draft.case_id is not None else None

    def page(self, name: str) -> Form:
        """The page of that name. Raises NotFound when the form has none."""
        try:
            return self.definition.page(name)
        except KeyError:
            raise NotFound from None

    def findings(self, stage: str) -> tuple[Finding, ...]:
        """What the law finds today."""
        return writing.check_draft(request.session(), self.draft, request.now(), stage)

    def progress(self, stage: str = DRAFT, found: tuple[Finding, ...] | None = None) -> list[PageProgress]:
        """Every page with its state; ``submission`` also tells what the law misses."""
        untouched = self.returned.open_pages(self.draft.content) if self.returned is not None else frozenset()
        found = self.findings(stage) if found is None else found
        return progress(self.definition.pages, self.draft.content, found, self.lists, untouched)

    def next_page(self, name: str) -> str:
        """The address after a page: the next page, and after the last one the check of all answers."""
        if self.returned is not None:
            return self._next_to_correct(name)
        names = [page.name for page in self.definition.pages]
        place = names.index(name) + 1
        if place == len(names):
            return url_for("applications.check", token=self.token)
        return url_for("applications.page", token=self.token, page_name=names[place])

    def _next_to_correct(self, name: str) -> str:
        """The next page that the department wants changed and that nobody has touched, and after the last one the check."""
        assert self.returned is not None
        left = self.returned.open_pages(self.draft.content) - {name}
        for page in self.definition.pages:
            if page.name in left:
                return url_for("applications.page", token=self.token, page_name=page.name)
        return url_for("applications.check", token=self.token)


def written(token: str) -> Written:
    """The draft of that token. Raises NotFound for unknown and foreign ones; one that was filed leads to its receipt.

    What is written on a mandate opens to whoever acts on it today; raises Refusal when it is not in force any more.
    """
    session = request.session()
    draft = drafts.draft_of(session, token)
    if draft is None or (draft.delegated_id is None and draft.person_id != request.acting().person_id):
        raise NotFound
    if draft.delegated_id is not None:
        refuse_preparing(session, request.acting(), draft.delegated_id, request.now())
    if draft.filed_case_id is not None and draft.delegated_id is not None:
        abort(redirect(url_for("cases.case_page", token=drafts.case_token_of(session, draft.delegated_id)), code=303))
    if draft.filed_case_id is not None:
        abort(redirect(url_for("applications.receipt", token=drafts.case_token_of(session, draft.filed_case_id)), code=303))
    if draft.office_id is not None and draft.delegated_id is None:
        counter.open_draft(draft.token, str(draft.walk_in.get("name", "")))
    definition = county_catalogue().version(draft.workflow, draft.version)
    if draft.office_id is None and draft.case_id is None:
        definition = replace(definition, pages=tuple(_for_applicants(page) for page in definition.pages))
    return Written(draft, definition, choices_of(session, request.today()))


def _for_applicants(page: Form) -> Form:
    """A page as it is asked online: nobody files there as the clerk of a window."""
    if page.name != "declaration":
        return page
    return replace(page, fields=tuple(_less_clerk(field) if field.name == "filed_by" else field for field in page.fields))


def _less_clerk(field: Field) -> Field:
    return replace(field, options=tuple(option for option in field.options if option[0] != "clerk"))


def applicant_of(draft: Draft) -> tuple[str, str]:
    """Name and telephone of the applicant: the walk-in's, the principal's, else those of the person who is signed in."""
    if draft.office_id is not None:
        return str(draft.walk_in.get("name", "")), str(draft.walk_in.get("phone", ""))
    name, phone = request.session().execute(select(Person.name, Person.phone).where(Person.id == person_behind(draft))).one()
    return name, phone


def person_behind(draft: Draft) -> int:
    """Who applies: the person that the draft is of, or whoever entrusted an agent with it."""
    if draft.delegated_id is None:
        return draft.person_id
    principal = request.session().get_one(Case, draft.delegated_id).applicant_id
    assert principal is not None
    return principal


def to_confirm(found: tuple[Finding, ...]) -> list[Finding]:
    """What is left to the people themselves after filing: who they are, and their signatures."""
    return [finding for finding in found if finding.severity == RECORD]


__all__ = ["SUBMISSION", "Written", "applicant_of", "blueprint", "person_behind", "to_confirm", "written"]

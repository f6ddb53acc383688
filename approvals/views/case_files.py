"""The materials of a case on its page, and the files that were handed in with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, url_for

from approvals.models import Document
from approvals.operations.errors import NotFound
from approvals.queries import uploads
from approvals.queries.cases import chain_of
from approvals.queries.materials import FILED, SIGNING, Materials, materials_shown

from . import request
from .access import requires
from .case_access import Seen, seen
from .materials import sent

blueprint = Blueprint("files", __name__)


@blueprint.get("/cases/<string:token>/files/<string:file>")
@requires("applicant")
def file_of_case(token: str, file: str) -> Response:
    """A file of the case, or with ``?small`` a small picture of it."""
    view = seen(token)
    found = uploads.file_of_case(request.session(), view.family.root.case.id, file)
    if found is None or not may_open(view, found.workflow):
        raise NotFound
    return sent(found)


def may_open(view: Seen, workflow: str) -> bool:
    """Whether the person may open files of a matter: they show identity papers, so the rule is that of numbers in full."""
    member = view.family.member_of(workflow)
    return view.is_applicant or (member is not None and view.sees_numbers(member))


def materials_of_case(view: Seen, content: Mapping[str, Any], issued: Sequence[Document]) -> Materials:
    """The materials of the whole chain on the page of the root, else of the one matter."""
    family, subject, session = view.family, view.subject, request.session()
    matters = [subject.definition]
    if subject.is_root:
        matters += [node.definition for column in chain_of(family).columns for node in column]
    keys = {matter.key for matter in matters}
    files = [file for file in uploads.files_of_case(session, family.root.case.id) if file.workflow in keys]
    stage = SIGNING if any(member.state.stage == "signing" for member in family.members) else FILED
    return materials_shown(session, matters, content, files, stage=stage, issued=issued)


def address_of(view: Seen, materials: Materials) -> Callable[[str], str]:
    """Where a file is opened, "" for whoever may only know that it is there."""
    kept = [*materials.others, *(file for line in materials.lines for item in line.items for file in item.files)]
    workflows = {file.token: file.workflow for file in kept}

    def address(token: str) -> str:
        if not may_open(view, workflows[token]):
            return ""
        return url_for("cases.files.file_of_case", token=view.subject.case.token, file=token)

    return address

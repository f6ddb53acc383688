"""What happens when a delegated case reaches the centre: the application that the agent prepared is filed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from approvals.db import canonical_json, new_id
from approvals.models.history import digest
from workflows.clock import OFFICE_ZONE
from workflows.county import county_catalogue
from workflows.engine.facts import Actor
from workflows.rules import compose_name, records

from . import statements
from .consent_rows import follow_application
from .effects import carries_out, chosen_with, openings_of
from .errors import Refusal
from .routing import offices_of, tell_supervisors
from .upload_files import take_files

if TYPE_CHECKING:
    from .snapshot import CaseNow
    from .unit import Unit


@carries_out("file_matter")
def file_matter(
    unit: Unit, case: CaseNow, actor: Actor, parameters: Mapping[str, Any], form: Mapping[str, Any], payload: dict[str, Any]
) -> None:
    """File what the agent prepared as the first submission of a delegated case; the state entered then opens its matter.

    Who pressed the button is the actor of this event, who prepared it stands in the payload (国市监注规〔2025〕3号 asks third
    parties who submit for others to say so).
    """
    rows = statements.prepared_draft.rows(unit.connection, {"root_id": case.id})
    if not rows:
        raise Refusal(
            "nothing-prepared",
            {
                "zh": "还没有填写申请，请服务点的代办员先填好。",
                "en": "Nothing was filled in yet; the agent of the point does that first.",
            },
        )
    _content, draft_id, prepared_by = rows[0]
    application, today = unit.application(case), unit.now.astimezone(OFFICE_ZONE).date()
    matter = county_catalogue().latest(next(key for key in case.chosen if key in openings_of(case.definition)))
    routed = offices_of(unit.connection, matter, application, case.offices["receiving"], today)
    asked = {name: office for name, office in routed.offices.items() if name != "receiving"}
    body = canonical_json(application)
    case.submissions += 1
    content_digest = digest("", body)
    unit.submissions.append(
        {
            "id": new_id(), "case_id": case.id, "number": case.submissions, "content": body, "digest": content_digest,
            "filed_by_id": actor.person_id, "filed_at": unit.at,
        }
    )  # fmt: skip
    payload["submission"] = {"number": case.submissions, "digest": content_digest}
    payload["offices"], payload["routing"], payload["prepared_by"] = asked, routed.why, prepared_by
    payload["records"] = records(application, today)
    if files := take_files(unit.connection, draft_id, case.id):
        payload["uploads"] = files
    case.company = compose_name(application.get("name", {}))
    case.chosen = chosen_with(case.definition, case.chosen, application)
    case.offices = {**case.offices, **asked}
    follow_application(unit, case, actor, application, None)
    if routed.alarm:
        tell_supervisors(unit, case, routed)
    unit.add(statements.mark_draft, {"draft_id": draft_id, "filed_case_id": case.id})

"""Effects that definitions may name. What they do is carried out by the verbs, in the transaction of the action."""

from __future__ import annotations

from .registry import effect

effect("accept_submission", needs=("application",))
effect("restart_clock")
effect("extend_statutory", parameters=("working_days",))
effect("establish_enterprise", needs=("application",))
effect("issue_document", parameters=("kind",))
effect("record_contact", parameters=("kind",))
effect("override_identity")
effect("cast_vote")

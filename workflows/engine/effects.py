"""Effects that definitions may name. What they do is carried out by the verbs, in the transaction of the action."""

from __future__ import annotations

from .registry import effect

# Whoever filed at the window has no account: what the applicant files again, the clerk can file for them.
effect(
    "accept_submission",
    needs=("application",),
    roles=("applicant", "clerk"),
    guards=("registration_rules_hold",),
)
effect("restart_clock")
# A name of its own: that of the case alone is what older versions mean by restarting.
effect("begin_clocks")
effect("extend_statutory", parameters=("working_days",))
# A licence: the clock begins at acceptance, or at receipt where nobody said a word in time; it is extended once, and in time.
effect("begin_clock_at_acceptance")
effect("begin_clock_at_receipt")
effect("extend_once", parameters=("working_days",))
# ``ground``, ``from``, ``expected`` (working days that it will take) and ``to`` name fields of the action's form; the paper is the
# document that the same action issues. The first one, which does not say how long, is for versions that were published with it.
effect("suspend_clock", parameters=("kind", "ground", "from"))
effect("suspend_clock_announced", parameters=("kind", "ground", "from", "expected"))
effect("resume_clock", parameters=("to",))
# What leads out of a suspended state without a form; where nothing stands still, it does nothing.
effect("resume_clock_now")
# As accept_submission, for matters that other rules than those of company registration hold for.
effect("accept_filing", needs=("application",), roles=("applicant", "clerk"), guards=("filing_rules_hold",))
effect("establish_enterprise", needs=("application",), guards=("registration_rules_hold",))
effect("issue_document", parameters=("kind",))
effect("replace_document", parameters=("kind",))
effect("revoke_document", parameters=("kind",))
effect("revoke_enterprise")
effect("record_contact", parameters=("kind",))
# Both name fields of the action's form: how much the applicant was charged, and for what.
effect("record_fee", parameters=("amount", "purpose"))
# The window has the person and the card before it.
effect("override_identity", roles=("clerk",))
effect("cast_vote")
# Delegated handling: the mandate, the papers on their way, and the application that an agent prepared.
effect("draft_mandate")
effect("sign_mandate")
effect("file_matter", needs=("application",), guards=("mandate_in_force", "registration_rules_hold"))
effect("send_hand_over", parameters=("direction",))
effect("receive_hand_over")
effect("deliver_items", guards=("nothing_missing", "linked_cases_settled_now"))

"""What belongs to a case beside its row: tasks, documents, submissions, notices and the registered name, held against its history."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from approvals.calendar import due
from approvals.db import canonical_json
from approvals.models.history import digest
from workflows.engine.definition import OUTSIDE_ROLES, Definition
from workflows.network import office_for
from workflows.rules import comparable, compose_name

from .document_story import told_documents
from .families import Family
from .replay import RATED, Problem, Replayed, Stay, problem
from .retelling import Story, by_the_calendar_of


def task_problems(case: Any, replayed: Replayed, tasks: list[Any]) -> Iterator[Problem]:
    """One row for each stay, and exactly one of them open while the case is."""
    rows = {task.id: task for task in tasks}
    for stay in replayed.stays:
        task = _row_of(stay, rows)
        if task is None:
            yield problem(stay.position, f"状态“{stay.state}”的待办缺失", f"the task of state {stay.state} is missing")
            continue
        del rows[task.id]
        yield from _stay_problems(case, replayed, stay, task)
    for task in rows.values():
        yield problem(case.position, f"多出一条待办（“{task.state}”）", f"there is a task ({task.state}) that no event explains")


def _row_of(stay: Stay, rows: Mapping[int, Any]) -> Any:
    """The row of a stay: the one that its events name, or the open one when it has had none yet."""
    if stay.closed_at is not None:
        return rows.get(next(iter(stay.task_ids)) or 0) if len(stay.task_ids) == 1 else None
    open_ids = {task_id for task_id, task in rows.items() if task.closed_at is None}
    return rows[open_ids.pop()] if len(open_ids) == 1 and stay.task_ids <= open_ids else None


def _stay_problems(case: Any, replayed: Replayed, stay: Stay, task: Any) -> Iterator[Problem]:
    state = replayed.definition.states[stay.state]
    role, department = _addressee(replayed.definition, stay.state)
    if (task.state, task.role, task.department) != (stay.state, role, department):
        yield problem(
            stay.position, "待办的状态、岗位或部门与办理记录不符", "the task's state, role or department is not that of the history"
        )
    if (task.opened_at, task.closed_at, task.closed_by) != (stay.opened_at, stay.closed_at, stay.closed_by):
        yield problem(stay.position, "待办的起止时间与办理记录不符", "the task was not opened and closed when the history says")
    if task.counted_from != stay.counted_from:
        yield problem(stay.position, "待办时限的起算时间与办理记录不符", "the task's time does not count since when the history says")
    if (task.workflow, task.root_id) != (case.workflow, case.root_id):
        yield problem(stay.position, "待办的流程或主办件与办件不符", "the task's workflow or root is not that of the case")

    def told() -> tuple[int | None, int | None]:
        return due(stay.since, state.time) if state.time else None, _timer(replayed.definition, stay)

    found = (task.due_at, task.timer_at)
    if by_the_calendar_of(stay.closed_at, told, found) != found:
        yield problem(stay.position, "待办的期限或计时与流程不符", "the task is not due, or its timer does not run out, as defined")
    if (task.holder_id, task.held_at) not in (stay.holding, stay.also):
        yield problem(stay.position, "待办的认领人与办理记录不符", "the task is not held by whom the history says")


def _addressee(definition: Definition, state: str) -> tuple[str, str]:
    to = definition.states[state].task
    if to is None:
        return "", ""
    return to.role, "" if to.role in OUTSIDE_ROLES else to.department


def _timer(definition: Definition, stay: Stay) -> int | None:
    return min(
        (
            due(stay.opened_at, action.when.parameters["after"])
            for action in definition.actions.values()
            if action.when is not None and action.when.name == "timer" and stay.state in action.source
        ),
        default=None,
    )


def office_problems(replayed: Replayed, tasks: list[Any], story: Story) -> Iterator[Problem]:
    """Each task is at the office that its state's symbol meant when it was opened."""
    rows = {task.id: task for task in tasks}
    for stay in replayed.stays:
        task, to = _row_of(stay, rows), replayed.definition.states[stay.state].task
        if task is None:
            continue
        offices = story.offices_at(stay.opened_at)
        addressed = to is not None and to.role not in OUTSIDE_ROLES
        key = replayed.definition.key
        deciding = office_for(offices, key, "deciding", offices["deciding"])
        office_id = office_for(offices, key, to.office, deciding) if to is not None and addressed else None
        if task.office_id != office_id:
            yield problem(stay.position, "待办的服务点与办理记录不符", "the task is not at the office that the history says")


def document_problems(case: Any, events: Iterable[Any], replayed: Replayed, documents: list[Any]) -> Iterator[Problem]:
    """Each document that an event issued is there as it was issued, in force as later events left it, and no other."""
    rows = {document.number: document for document in documents}
    numbers = {document.id: document.number for document in documents}
    for told in told_documents(events, replayed.payloads).values():
        number = told.number
        document = rows.pop(number, None)
        if document is None:
            yield problem(told.issued_in, f"文书{number}缺失", f"document {number} is missing")
            continue
        if digest("", document.content) != told.digest or document.digest != told.digest:
            yield problem(told.issued_in, f"文书{number}的内容被改动", f"document {number} was changed")
        elif (document.kind, document.issued_at, document.root_id) != (told.kind, told.issued_at, case.root_id):
            yield problem(
                told.issued_in,
                f"文书{number}的种类、日期或主办件被改动",
                f"the kind, date or root of document {number} was changed",
            )
        if told.token and digest("", document.token) != told.token:
            yield problem(
                told.issued_in, f"文书{number}二维码的地址被改动", f"the address behind the code of document {number} was changed"
            )
        successor = "" if document.replaced_by_id is None else numbers.get(document.replaced_by_id)
        status = (document.status, document.status_at, document.status_reason, successor)
        if status != (told.status, told.status_at, told.status_reason, told.replaced_by):
            yield problem(
                told.position,
                f"文书{number}的状态（有效、已换发或已撤销）被改动",
                f"whether document {number} is genuine, replaced or revoked was changed",
            )
    if all(payload is not None for payload in replayed.payloads.values()):
        for number in rows:
            yield problem(len(replayed.payloads), f"文书{number}没有办理记录", f"no event issued document {number}")


def submission_problems(family: Family) -> Iterator[tuple[str, Problem]]:
    """Each submission that an event filed is there as it was filed, under the root, and no other."""
    root = family.root
    rows = {submission.number: submission for submission in family.submissions if submission.case_id == root.id}
    if len(rows) != len(family.submissions) or root.submissions != len(rows):
        yield root.number, problem(root.position, "申报的份数与办件不符", "the number of submissions is not that of the case")
    purged, named = False, set()
    for case in family.cases:
        for event in family.events[case.id]:
            payload = family.replayed[case.id].payloads[event.position]
            purged = purged or payload is None
            recorded = (payload or {}).get("submission")
            if recorded is not None:
                named.add(recorded["number"])
                for text in _filing_problems(event, recorded, rows.get(recorded["number"])):
                    number = recorded["number"]
                    yield case.number, problem(event.position, f"第{number}次申报{text['zh']}", f"submission {number} {text['en']}")
    if not purged:
        for number in rows.keys() - named:
            yield root.number, problem(root.position, f"第{number}次申报没有办理记录", f"no event filed submission {number}")


def _filing_problems(event: Any, recorded: Mapping[str, Any], submission: Any) -> Iterator[Mapping[str, str]]:
    if submission is None:
        yield {"zh": "缺失", "en": "is missing"}
    elif digest("", submission.content) != recorded["digest"] or submission.digest != recorded["digest"]:
        yield {"zh": "的内容被改动", "en": "was changed"}
    elif (submission.filed_at, submission.filed_by_id) != (event.happened_at, event.actor_id):
        yield {"zh": "的提交人或时间被改动", "en": "was filed by someone else or at another time"}


def applications(family: Family) -> dict[int, Mapping[str, Any]]:
    """What was filed, by number; for submissions that were found unharmed."""
    return {submission.number: json.loads(submission.content) for submission in family.submissions}


def notice_problems(family: Family, case: Any, story: Story) -> Iterator[Problem]:
    """Each event told its notices, to whoever is the applicant, and nothing else was told. Whether one was read is not history."""
    replayed = family.replayed[case.id]
    told = Counter((notice.created_at, notice.text) for notice in family.notices[case.id])
    for event in family.events[case.id]:
        action = replayed.definition.actions.get(event.action)
        for name in action.notices if action is not None else ():
            values = _values(case, story.company_at(event.happened_at), replayed.payloads[event.position] or {})
            text = replayed.definition.notices[name].text
            expected = (
                event.happened_at,
                canonical_json({language: _filled(sentence, values) for language, sentence in text.items()}),
            )
            if told[expected] > 0:
                told[expected] -= 1
            else:
                yield problem(event.position, f"通知“{name}”缺失或被改动", f"the notice {name} is missing or was changed")
    if +told:
        yield problem(case.position, "有通知没有办理记录", "no event told a notice that is there")
    if any((notice.person_id, notice.root_id) != (story.applicant_id, case.root_id) for notice in family.notices[case.id]):
        yield problem(case.position, "通知的收件人或主办件被改动", "a notice is for another person or root")


def _values(case: Any, company: str, payload: Mapping[str, Any]) -> dict[str, str]:
    reason = str((payload.get("form") or {}).get("reason", "")).rstrip("。.；; \n")
    return {"number": case.number, "company": company, "reason": reason}


def _filled(sentence: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        sentence = sentence.replace("{" + name + "}", value)
    return sentence


def name_problems(family: Family, case: Any, story: Story) -> Iterator[Problem]:
    """The name that a licence registered is in the register as it was filed, with its code, and no other for this case."""
    rows = {row.credit_code: row for row in family.names[case.id]}
    payloads = [family.replayed[case.id].payloads[event.position] or {} for event in family.events[case.id]]
    revoked = {each["credit_code"]: each["revoked_on"] for payload in payloads if (each := payload.get("revoked_enterprise"))}
    for event in family.events[case.id]:
        enterprise = (family.replayed[case.id].payloads[event.position] or {}).get("enterprise")
        if enterprise is None:
            continue
        code = enterprise["credit_code"]
        status, since = ("revoked", revoked[code]) if code in revoked else ("registered", enterprise["established_on"])
        row = rows.pop(code, None)
        page = story.application_at(event.happened_at).get("name", {})
        if row is None:
            yield problem(event.position, f"代码为{code}的登记名称缺失", f"the registered name of {code} is missing")
            continue
        found = (row.full_name, row.trade_name, row.industry, row.status, row.since, row.until, row.holder)
        compared = (row.comparable_full, row.comparable_trade)
        full, trade_name = compose_name(page), page.get("trade_name", "")
        if found != (full, trade_name, page.get("industry", ""), status, since, None, code) or compared != (
            comparable(full),
            comparable(trade_name),
        ):
            yield problem(event.position, f"代码为{code}的登记名称被改动", f"the registered name of {code} was changed")
    for code in rows:
        yield problem(case.position, f"登记名称（代码{code}）没有办理记录", f"no event registered the name of {code}")


def rating_problems(family: Family) -> Iterator[tuple[str, Problem]]:
    """Each rating that the root's history records is there as it was given, and no other but scores that nobody gave."""
    root = family.root
    rows = {(row.service, row.number): row for row in family.ratings if row.channel != "default"}
    for event in family.events[root.id]:
        if event.action != RATED:
            continue
        payload = family.replayed[root.id].payloads[event.position] or {}
        given = payload["rating"]
        row = rows.pop((given["service"], given["number"]), None)
        if row is None:
            yield root.number, problem(event.position, "评价缺失", "the rating is missing")
            continue
        said = digest("", canonical_json([json.loads(row.reasons), row.text]))
        found = (row.score, row.channel, said, row.created_at, row.person_id, row.follow_up_id is not None)
        recorded = (given["score"], given["channel"], given["digest"], event.happened_at, event.actor_id, "follow_up" in payload)
        if found != recorded or digest("", row.rated) != payload.get("rated", digest("", row.rated)):
            yield root.number, problem(event.position, "评价被改动", "the rating was changed")
    if rows:
        yield root.number, problem(root.position, "有评价没有办理记录", "no event gave a rating that is there")

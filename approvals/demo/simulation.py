"""Four months of the county in fast motion: applicants, clerks, registrars and officers act one after the other.

A queue of what happens next drives a clock that only moves forward; every step is one of the product's verbs with its
own ``now``. What would happen after the end is left undone, so the last cases stand where a working county leaves them.
"""

from __future__ import annotations

import heapq
import random
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from approvals.calendar import county_calendar
from approvals.db import Database
from approvals.operations import notices
from approvals.operations.acting import Acting
from approvals.operations.errors import NotFound, Refusal
from approvals.operations.moving import Request

from . import invented, texts, verbs
from .applications import Generator
from .carried_plans import DELEGATED, carried_plans
from .carrying import Carrying
from .people import HALL, County
from .plans import DELIVERING, EXTENDED, REVIEWING, SIGNING, Plan, before, plans
from .signatories import Signatories
from .stories import Story, Tally
from .verbs import Open, Seen

SEED = 4011
CASES = 250
"""Ordinary applications; those that show each state come on top."""

CARRIED = 60
"""Ordinary delegated cases among them."""

MINUTE = 60
# Median minutes until somebody takes a task up, and until it is done, by role.
REACTION = {"registrar": 9, "registrar-head": 45, "officer": 11, "clerk": 30}
HANDLING = {"registrar": 16, "registrar-head": 10, "officer": 14, "clerk": 6}
COLLECTION_HOURS = {"window": 10, "point": 14, "post": 4}
"""Median working hours until results are fetched or posted."""

ANSWER_HOURS = 26
"""Median hours, by day and night, until an applicant answers a correction."""

READ_BEFORE = timedelta(days=4)
"""The applicant who signs in has read what is older."""

CLAIMING = 0.35
"""The share of walk-ins who claim their case with an account later."""

WINDOWS = ((HALL, 60), ("sub-lizhuang", 20), ("sub-zaohuli", 12), ("town-huji", 8))


class Simulation(Signatories, Carrying):
    """The demo county at work until ``end``."""

    def __init__(self, database: Database, county: County, end: datetime, cases: int, seed: int = SEED) -> None:
        self.database, self.county, self.end = database, county, end
        self.calendar = county_calendar()
        self.source = random.Random(seed)
        banks = sorted(code for code in county.offices if code.startswith("bank-"))
        self.generator = Generator(self.source, banks)
        self.plans = plans(self.source, self.calendar, end, cases)
        self.plans += carried_plans(
            self.source, end, county.points, partial(before, self.calendar, end), self.calendar, CARRIED * cases // CASES
        )
        self.tally = Tally()
        self._queue: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._count = 0
        self._busy: dict[int, datetime] = {}

    def run(self) -> Tally:
        """Let everything happen that happens before the end."""
        for plan in sorted(self.plans, key=lambda plan: plan.filed_at):
            story = self._story(plan)
            self._at(plan.filed_at, lambda now, story=story: self._file(story, now))  # type: ignore[misc]
        self._at(self.end - READ_BEFORE, self._read_notices)
        while self._queue:
            moment, _, happen = heapq.heappop(self._queue)
            happen(moment)
        firm = self.generator.firm(self._day(self.end), founder=self.county.applicant.name, filed_by="applicant")
        half = {page: firm.content[page] for page in ("name", "premises")}
        self.database.write(verbs.keep_draft, self.county.applicant, half, self.end - timedelta(hours=20))
        return self.tally

    def _read_notices(self, now: datetime) -> None:
        self.database.write(notices.mark_read, self.county.applicant.person_id, now, now)

    # ---- time -----------------------------------------------------------------------------------------------------

    def _at(self, moment: datetime, happen: Callable[[datetime], None]) -> None:
        if moment <= self.end:
            self._count += 1
            heapq.heappush(self._queue, (moment.astimezone(UTC), self._count, happen))

    def _day(self, moment: datetime) -> Any:
        return self.calendar.local(moment).date()

    def _some(self, median: float, pace: float = 1.0) -> int:
        """A time around the median, in its unit times sixty: most are near it, a few are several times as long."""
        return max(20, int(median * MINUTE * pace * self.source.lognormvariate(0, 0.6)))

    def _awake(self, moment: datetime) -> datetime:
        """The moment, or the next morning for one in the night."""
        local = self.calendar.local(moment)
        if 8 <= local.hour < 22:
            return moment
        morning = local.replace(hour=8, minute=self.source.randrange(60)) + timedelta(days=local.hour >= 22)
        return max(moment, morning)

    # ---- filing ---------------------------------------------------------------------------------------------------

    def _story(self, plan: Plan) -> Story:
        source = self.source
        if plan.point:
            return self._carried_story(plan)
        window = source.choices([code for code, _ in WINDOWS], [weight for _, weight in WINDOWS])[0] if plan.window else None
        if window is not None:
            filer = self._worker("clerk", "approval-bureau", self.county.offices[window])
            founder = source.choice(invented.PERSON_NAMES)
        else:
            filer = self.county.applicant if plan.own else source.choice(self.county.applicants[1:])
            founder = filer.name
        firm = self.generator.firm(
            self._day(plan.filed_at), founder=founder, filed_by="clerk" if window else "applicant", chosen=plan.chosen,
            odd_card=plan.odd_card,
        )  # fmt: skip
        if plan.way is not None:
            office = {"window": HALL, "point": "town-lizhuang"}.get(plan.way, "")
            address = "惠民县示例路1号" if plan.way in ("post", "electronic") else ""
            firm.content["delivery"].update(way=plan.way, office=office, address=address)
        story = Story(plan, firm, filer, window, deque(plan.route), source.choice(texts.CORRECTIONS), hitch=plan.hitch)
        if plan.route[0] == "return":
            story.correction.spoil(firm.content)
        return story

    def _file(self, story: Story, now: datetime) -> None:
        if story.plan.point:
            self._take_in(story, now)
            return
        lead = story.firm.content["people"]["people"][0]
        walk_in, office_id = None, None
        if story.window is not None:
            walk_in = {name: lead[name] for name in ("name", "id_kind", "id_number", "phone")} | {"checked_in_person": True}
            office_id = self.county.offices[story.window]
        seen = self._do(story, now, verbs.file, story.filer, story.firm.content, now, office_id, walk_in)
        if seen is None:
            return
        self.tally.cases += 1
        if seen.claim_code and self.source.random() < CLAIMING:
            moment = self._awake(now + timedelta(hours=self._some(ANSWER_HOURS) / MINUTE))
            self._at(moment, lambda now: self._adopt(story, seen, now))

    def _adopt(self, story: Story, receipt: Seen, now: datetime) -> None:
        """A walk-in makes an account after all; the case is theirs from then on."""
        person = self.source.choice(self.county.applicants[1:])
        if self._do(story, now, verbs.adopt, person, story.root_id, receipt.number, receipt.claim_code, now):
            story.filer, story.window = person, None

    # ---- acting ---------------------------------------------------------------------------------------------------

    def _do(self, story: Story, now: datetime, verb: Callable[..., Seen], *values: Any) -> Seen | None:
        """Call a verb and look what it has opened. A refusal, which gives None, ends this story and is counted."""
        try:
            seen = self.database.write(verb, *values)
        except (Refusal, NotFound) as refusal:
            self.tally.refused.append(f"{verb.__name__} {story.plan.route}: {refusal}")
            return None
        self.tally.actions += 1
        story.root_id = seen.root_id
        for task in seen.tasks:
            story.cases[task.workflow] = task.case_id
            if task.task_id not in story.known:
                story.known.add(task.task_id)
                self._open(story, task, now)
        return seen

    def _act(self, story: Story, now: datetime, who: Acting, task: Open, action: str, form: Mapping[str, Any]) -> None:
        key = f"demo-{task.task_id}-{action}"
        self._do(story, now, verbs.act, who, story.root_id, Request(task.case_id, action, task.task_id, key, form), now)

    def _worker(self, role: str, department: str, office_id: int | None) -> Acting:
        """Whoever of them is free first."""
        workers = self.county.workers(role, department, office_id or 0)
        return min(self.source.sample(workers, len(workers)), key=lambda each: self._busy.get(each.person_id, _LONG_AGO))

    def _open(self, story: Story, task: Open, now: datetime) -> None:
        """Decide who takes up a task, and when."""
        if task.workflow == DELEGATED:
            self._carry(story, task, now)
            return
        stalled = task.place in story.plan.stalls and (not story.route or story.route[0] == "approve")
        if task.place == SIGNING:
            self._ask_to_sign(story, task, now, stalled=stalled)
            return
        if task.role == "applicant":
            if not stalled:
                self._applicant_turn(story, task, now)
            return
        if task.role == "":
            return
        if task.place == REVIEWING and story.route and story.route[0] == "withdraw" and story.window is None:
            self._withdraw_later(story, task, now)
            return
        who = self._worker(task.role, task.department, task.office_id)
        begin = self._begin(story, task, who, now)
        if stalled:
            if story.plan.stalls[task.place]:
                self._at(begin, lambda now: self._claim(story, task, who, now))
            return
        end = self.calendar.add_working_seconds(begin, self._some(HANDLING[task.role], story.plan.pace))
        self._busy[who.person_id] = end
        self._take_up(story, task, who, begin, end)

    def _begin(self, story: Story, task: Open, who: Acting, now: datetime) -> datetime:
        start = max(now, self._busy.get(who.person_id, _LONG_AGO))
        if task.place == DELIVERING:
            way = story.firm.content["delivery"]["way"]
            return self.calendar.add_working_seconds(now, self._some(COLLECTION_HOURS.get(way, 4) * 60, story.plan.pace))
        return self.calendar.add_working_seconds(start, self._some(REACTION[task.role], story.plan.pace))

    def _take_up(self, story: Story, task: Open, who: Acting, begin: datetime, end: datetime) -> None:
        """Most claim a task before they work on it; now and then somebody gives it back and a colleague does it."""
        chance = self.source.random()
        if chance < 0.75:
            self._at(begin, lambda now: self._claim(story, task, who, now))
        if chance < 0.03:
            self._at(end, lambda now: self._give_back(story, task, who, now))
            return
        self._at(end, lambda now: self._decide(story, task, who, now))

    def _claim(self, story: Story, task: Open, who: Acting, now: datetime) -> None:
        self._do(story, now, verbs.claim, who, story.root_id, task, now)

    def _give_back(self, story: Story, task: Open, who: Acting, now: datetime) -> None:
        if self._do(story, now, verbs.release, who, story.root_id, task, now):
            other = self._worker(task.role, task.department, task.office_id)
            end = self.calendar.add_working_seconds(now, self._some(HANDLING[task.role]))
            self._at(end, lambda now: self._decide(story, task, other, now))

    # ---- the applicant's turn -------------------------------------------------------------------------------------

    def _applicant_turn(self, story: Story, task: Open, now: datetime) -> None:
        """Answer a correction, withdraw, or say nothing until the case lapses."""
        turn = story.route.popleft() if story.route else "silent"
        if turn == "silent" or (turn == "withdraw" and story.window is not None):
            self._lapse_in_time(story, task)
            return
        after = timedelta(hours=self._some(ANSWER_HOURS, story.plan.pace) / MINUTE)
        moment = self.calendar.next_opening(now + after) if story.window else self._awake(now + after)
        if turn == "withdraw":
            self._at(moment, lambda now: self._withdraw(story, task, now))
        else:
            self._at(moment, lambda now: self._correct(story, now))

    def _lapse_in_time(self, story: Story, task: Open) -> None:
        if task.timer_at is not None:
            self._at(task.timer_at + timedelta(seconds=self.source.randrange(1, 30)), lambda now: self._lapse(story, task, now))

    def _lapse(self, story: Story, task: Open, now: datetime) -> None:
        self._do(story, now, verbs.fire, story.root_id, task, now)

    def _correct(self, story: Story, now: datetime) -> None:
        story.correction.mend(story.firm.content, self.source)
        self._do(story, now, verbs.correct, story.filer, story.root_id, story.firm.content, now)

    def _withdraw_later(self, story: Story, task: Open, now: datetime) -> None:
        story.route.popleft()
        self._at(now + timedelta(minutes=self.source.randrange(3, 50)), lambda now: self._withdraw(story, task, now))

    def _withdraw(self, story: Story, task: Open, now: datetime) -> None:
        self._act(story, now, story.filer, task, "withdraw", {"reason": self.source.choice(texts.WITHDRAWALS)})

    # ---- the departments' turn ------------------------------------------------------------------------------------

    def _decide(self, story: Story, task: Open, who: Acting, now: datetime) -> None:
        if task.place in (REVIEWING, EXTENDED):
            self._review(story, task, who, now)
        elif task.role == "registrar-head":
            self._head(story, task, who, now)
        elif task.place == DELIVERING:
            self._hand_out(story, task, who, now)
        else:
            self._matter(story, task, who, now)

    def _review(self, story: Story, task: Open, who: Acting, now: datetime) -> None:
        source = self.source
        turn = story.route.popleft() if story.route else "approve"
        if turn == "return":
            items = [{"page": story.correction.page, "text": story.correction.text}]
            self._act(story, now, who, task, "return_for_correction", {"items": items})
        elif turn == "refuse":
            self._act(story, now, who, task, "refuse", {"reason": source.choice(texts.REFUSALS)})
        elif turn == "extend":
            self._act(story, now, who, task, "request_extension", {"reason": source.choice(texts.EXTENSIONS)})
        else:
            if story.firm.misprinted:
                form = {"id_number": story.firm.misprinted, "reason": texts.OVERRIDE}
                self._act(story, now, who, task, "override_identity", form)
            self._act(story, now, who, task, "approve", {"opinion": source.choice(texts.OPINIONS)})

    def _head(self, story: Story, task: Open, who: Acting, now: datetime) -> None:
        if story.route and story.route.popleft() == "decline":
            self._act(story, now, who, task, "decline_extension", {"reason": self.source.choice(texts.DECLINED)})
        else:
            self._act(story, now, who, task, "grant_extension", {"opinion": ""})

    def _hand_out(self, story: Story, task: Open, who: Acting, now: datetime) -> None:
        """Hand the results out, unless a matter was started again: then later, together with its result."""
        if self._is_open(story):
            self._at(self.calendar.next_opening(now + timedelta(hours=3)), lambda now: self._hand_out(story, task, who, now))
            return
        delivery = story.firm.content["delivery"]
        form = {"way": delivery["way"], "receiver": delivery["recipient"]}
        if delivery["way"] == "post":
            form["tracking_number"] = f"SL{self.source.randrange(10**9):09d}"
        self._act(story, now, who, task, "hand_out", form)
        story.handed_out = (who, form)
        for matter in story.plan.restarts_late & story.failed:
            again = partial(self._restart, story, story.cases[matter], story.filer)
            self._at(self._awake(now + timedelta(hours=20)), again)

    def _hand_out_again(self, story: Story, now: datetime) -> None:
        """What was started again after the results were handed out is handed out by the same clerk."""
        if story.handed_out is not None and not self._is_open(story):
            who, form = story.handed_out
            request = Request(story.root_id, "hand_out_again", None, f"demo-{int(now.timestamp())}", form)
            self._do(story, now, verbs.act, who, story.root_id, request, now)

    def _is_open(self, story: Story) -> bool:
        with self.database.reading() as session:
            return verbs.has_open_matters(session, story.cases.get(verbs.WORKFLOW, story.root_id))

    def _matter(self, story: Story, task: Open, who: Acting, now: datetime) -> None:
        matter = task.workflow
        if matter in story.plan.fails and matter not in story.failed:
            story.failed.add(matter)
            self._act(story, now, who, task, "fail", {"reason": self.source.choice(texts.FAILURES[matter])})
            if matter in story.plan.restarts:
                self._restart_later(story, task, who, now)
            return
        form = texts.completion(matter, self._day(now), story.firm.content, self.source)
        self._act(story, now, who, task, "complete", form)
        if matter in story.failed and story.handed_out is not None:
            self._at(self.calendar.next_opening(now + timedelta(hours=2)), lambda now: self._hand_out_again(story, now))
        if matter == "company-seal" and matter in story.failed and "bank-account" in story.cases:
            self._at(self._awake(now + timedelta(hours=2)), lambda now: self._restart_bank(story, now))

    def _restart_later(self, story: Story, task: Open, who: Acting, now: datetime) -> None:
        """The applicant starts a failed matter again; for a walk-in without an account the department does."""
        after = now + timedelta(hours=self._some(ANSWER_HOURS) / MINUTE)
        moment = self.calendar.next_opening(after) if story.window else self._awake(after)
        person = who if story.window else story.filer
        self._at(moment, lambda now: self._restart(story, task.case_id, person, now))

    def _restart(self, story: Story, case_id: int, person: Acting, now: datetime) -> None:
        request = Request(case_id, "restart", None, f"demo-{case_id}-{int(now.timestamp())}")
        self._do(story, now, verbs.act, person, story.root_id, request, now)

    def _restart_bank(self, story: Story, now: datetime) -> None:
        """Once the seals are filed after all, the bank can begin."""
        case_id = story.cases["bank-account"]
        with self.database.reading() as session:
            waits = verbs.state_of(session, case_id) == "not_opened"
        if waits and story.window is None:
            self._restart(story, case_id, story.filer, now)


_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

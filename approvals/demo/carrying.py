"""The part of the simulation in which agents carry applications from the villages to the centres and the results back."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from approvals.operations.acting import Acting
from approvals.operations.delegation import Principal, Wish
from approvals.operations.signing import DECLINE, SIGN
from workflows.network.custody import CONFIRMED, DAMAGED, MISSING

from . import carried_verbs, invented, texts, verbs
from .carried_plans import PAPERS, RESULTS, Hitch
from .people import HALL
from .plans import Plan
from .stories import Story
from .verbs import Open

SIGN_MINUTES = 12
CARRYING_HOURS = {"moving": 3, "agent": 2, "coordinator": 1}
"""Median working hours: a bag on its way, an agent's and a coordinator's turn."""


class Carrying:
    """What agents, coordinators and those who entrust them do; the departments are the simulation's."""

    _at: Any
    _act: Any
    _do: Any
    _some: Any
    _lapse_in_time: Any
    _claim: Any
    _worker: Any
    _awake: Any
    _day: Any
    calendar: Any
    county: Any
    generator: Any
    source: Any
    database: Any

    # ---- beginning ------------------------------------------------------------------------------------------------

    def _carried_story(self, plan: Plan) -> Story:
        """A delegated case: the premises lie where the point serves, the agent prepares it."""
        # The first agent of a point is the one with a sign-in, where there are two.
        agent = self.county.workers("agent", "approval-bureau", self.county.offices[plan.point])[0]
        founder = self.source.choice(invented.PERSON_NAMES)
        firm = self.generator.firm(self._day(plan.filed_at), founder=founder, filed_by="agent", place=self.county.places[plan.point])
        address = "惠民县示例路1号" if plan.way == "electronic" else ""
        above = {office_id: code for code, office_id in self.county.offices.items()}[self.county.town_of(plan.point)]
        office = {"point": above, "window": HALL}.get(plan.way or "", "")
        firm.content["delivery"].update(way=plan.way, office=office, address=address)
        story = Story(plan, firm, agent, None, deque(plan.route), self.source.choice(texts.CORRECTIONS))
        story.hitches = set(plan.hitches)
        return story

    def _take_in(self, story: Story, now: datetime) -> None:
        """At the counter of the point, or asked for online by somebody with an account."""
        point = self.county.offices[story.plan.point]
        lead = story.firm.content["people"]["people"][0]
        story.firm.content["declaration"]["filed_by"] = "agent"
        who = Principal(lead["name"], invented.IDENTITY_CARD, lead["id_number"], story.firm.content["premises"]["phone"])
        terms = {"relation": self.source.choice(("self", "self", "family", "home"))}
        wish = Wish(
            "company-opening", story.firm.content["premises"]["place"], terms, f"demo-{story.firm.content['name']['trade_name']}"
        )
        if Hitch.REQUESTED in story.plan.hitches or Hitch.DECLINED in story.plan.hitches:
            person = self.source.choice(self.county.applicants[1:])
            with self.database.reading() as session:
                number, phone = verbs.identity_of(session, person.person_id)
            who = Principal(person.name, invented.IDENTITY_CARD, number, phone)
            self._do(story, now, carried_verbs.request_help, person, point, who, Wish("company-opening", wish.place, {}, wish.key), now)
        else:
            self._do(story, now, carried_verbs.take_in, story.filer, point, who, wish, now)

    # ---- the next step --------------------------------------------------------------------------------------------

    def _carry(self, story: Story, task: Open, now: datetime) -> None:
        """Decide what happens next on a delegated case that has come into a state."""
        if task.state == "handling":
            if story.take_hitch(Hitch.REVOKED_LATE):
                self._at(now + timedelta(seconds=50), lambda at: self._revoke(story, at))
            return
        if task.place in story.plan.stalls:
            if story.plan.stalls[task.place]:
                who = self._worker(task.role, task.department, task.office_id)
                self._soon(story, now, 1, lambda at: self._claim(story, task, who, at))
            elif task.timer_at is not None:
                self._lapse_in_time(story, task)
            return
        if task.role == "signatory":
            self._principal_turn(story, task, now)
            return
        moving = task.state.startswith(("moving", "returning"))
        hours = CARRYING_HOURS["moving" if moving else task.role]
        who = self._worker(task.role, task.department, task.office_id)
        if task.role == "agent" and story.filer is not None and any(held.office_id == task.office_id for held in story.filer.positions):
            who = story.filer
        self._soon(story, now, hours, lambda at: self._step(story, task, who, at))

    def _soon(self, story: Story, now: datetime, hours: float, happen: Any) -> None:
        self._at(self.calendar.add_working_seconds(now, self._some(hours * 60, story.plan.pace)), happen)

    def _step(self, story: Story, task: Open, who: Acting, now: datetime) -> None:
        state, root = task.state, story.root_id
        if state == "requested":
            if story.take_hitch(Hitch.DECLINED):
                self._act(story, now, who, task, "decline_request", {"reason": "这个事项本人到县中心当场就能办，请直接去"})
            else:
                story.filer = who
                self._act(story, now, who, task, "accept", {"relation": "phone"})
        elif state in ("collecting", "supplementing"):
            self._collect(story, task, who, now)
        elif state.startswith(("moving", "returning")):
            self._receive(story, task, who, now)
        elif state == "checking" and story.take_hitch(Hitch.MISSING):
            self._act(story, now, who, task, "ask_for_missing", {"reason": "袋里缺身份证原件，请补送"})
        elif state == "checking":
            self._send(story, task, who, "pass_on", now)
        elif state == "filing":
            self._act(story, now, who, task, "file", {})
        elif state == "packing":
            self._do(story, now, carried_verbs.enter_results, who, root, RESULTS, now)
            self._send(story, task, who, "send_down", self.calendar.add_working_seconds(now, 40))
        elif state == "relaying":
            self._send(story, task, who, "relay", now)
        elif state == "delivering":
            with self.database.reading() as session:
                name = carried_verbs.principal_name(session, root)
            way = self.source.choice(("door", "door", "point"))
            self._act(story, now, who, task, "deliver", {"way": way, "receiver": name})
        elif state == "giving_back":
            self._return_papers(story, task, who, now)

    def _collect(self, story: Story, task: Open, who: Acting, now: datetime) -> None:
        """Take papers, fill the application in and send it all up; fetch what was missing first."""
        root = story.root_id
        if task.state == "supplementing":
            self._do(story, now, carried_verbs.find_missing, who, root, now)
            self._send(story, task, who, "pass_up", now + timedelta(seconds=30))
            return
        if story.plan.papers and not story.resumed:
            self._do(story, now, carried_verbs.take_papers, who, root, PAPERS[: story.plan.papers], now)
        if story.take_hitch(Hitch.REVOKED) or story.take_hitch(Hitch.RESUMED):
            self._soon(story, now, 1, lambda at: self._revoke(story, at))
            return
        after = now + timedelta(minutes=25)
        self._at(after, lambda at: self._do(story, at, carried_verbs.prepare, who, root, story.firm.content, at))
        self._send(story, task, who, "pass_up", after + timedelta(minutes=5))

    def _send(self, story: Story, task: Open, who: Acting, action: str, moment: datetime) -> None:
        def send(now: datetime) -> None:
            with self.database.reading() as session:
                items = carried_verbs.items_at(session, story.root_id, task.office_id or 0)
            bag = f"FD{self.source.randrange(10**6):06d}" if items else ""
            self._act(story, now, who, task, action, {"bag": bag, "items": [str(item) for item in items]})

        self._at(moment, send)

    def _receive(self, story: Story, task: Open, who: Acting, now: datetime) -> None:
        with self.database.reading() as session:
            items = carried_verbs.items_in_transit(session, story.root_id)
        outcomes: dict[str, Mapping[str, str]] = {str(item): {"outcome": CONFIRMED, "remark": ""} for item in items}
        if items and task.state == "moving_to_town" and Hitch.MISSING in story.hitches:
            outcomes[str(items[0])] = {"outcome": MISSING, "remark": "袋里没有"}
        elif items and story.take_hitch(Hitch.DAMAGED):
            outcomes[str(items[-1])] = {"outcome": DAMAGED, "remark": "封皮折了一个角"}
        action = {
            "moving_to_town": "receive_at_town", "moving_to_centre": "receive_at_centre", "returning_to_town": "receive_back_at_town",
            "returning_to_point": "receive_at_point",
        }[task.state]  # fmt: skip
        self._act(story, now, who, task, action, {"outcomes": outcomes})

    # ---- whoever entrusts -----------------------------------------------------------------------------------------

    def _principal_turn(self, story: Story, task: Open, now: datetime) -> None:
        """Sign, redraft, decline, sign on paper, dispute, or say nothing until it lapses."""
        if story.take_hitch(Hitch.SILENT):
            self._lapse_in_time(story, task)
            return
        delivery = task.state == "confirming"
        if story.take_hitch(Hitch.PAPER_RECEIPT if delivery else Hitch.PAPER):
            self._soon(story, now, 2, lambda at: self._on_paper(story, task, at))
            return
        if not delivery and story.take_hitch(Hitch.REDRAFT):
            self._soon(story, now, 1, lambda at: self._act(story, at, story.filer, task, "redraft", {"relation": "family"}))
            return
        refuses = story.take_hitch(Hitch.DISPUTED if delivery else Hitch.NOT_SIGNED)
        moment = self._awake(now + timedelta(seconds=self._some(SIGN_MINUTES, story.plan.pace)))
        reason = "印章没有收到" if delivery else "先不办了"
        self._at(moment, lambda at: self._answer(story, DECLINE if refuses else SIGN, reason if refuses else "", at))

    def _answer(self, story: Story, action: str, reason: str, now: datetime) -> None:
        with self.database.reading() as session:
            asked = [each for each in verbs.unsigned(session, story.root_id) if each.acts in (["mandate"], ["delivery"])]
        if asked:
            self._do(story, now, carried_verbs.answer, asked[-1], action, reason, now)

    def _on_paper(self, story: Story, task: Open, now: datetime) -> None:
        """Somebody other than the agent takes the paper in: the coordinator of the town."""
        with self.database.reading() as session:
            asked = [each for each in verbs.unsigned(session, story.root_id) if each.acts in (["mandate"], ["delivery"])]
        town = self.county.town_of(story.plan.point)
        who = self._worker("coordinator", "approval-bureau", town)
        action = "confirm_on_paper" if task.state == "confirming" else "sign_on_paper"
        title = "送达回执" if task.state == "confirming" else "委托书"
        upload = self.database.write(carried_verbs.photo_of_paper, who, story.root_id, title, now)
        form = {
            "signatory": str(asked[-1].id), "way": "paper", "upload": str(upload), "checked_in_person": True,
            "signed_on": self.calendar.local(now).date().isoformat(),
        }  # fmt: skip
        self._act(story, now, who, task, action, form)

    def _revoke(self, story: Story, now: datetime) -> None:
        self._do(story, now, carried_verbs.revoke, story.root_id, "家里人自己去办", now)

    def _return_papers(self, story: Story, task: Open, who: Acting, now: datetime) -> None:
        """Give everything back, or, where the person thinks better of it, resume with a new mandate."""
        if Hitch.RESUMED in story.plan.hitches and not story.resumed:
            story.resumed = True
            self._act(story, now, who, task, "resume", {"relation": "phone"})
            return
        with self.database.reading() as session:
            name = carried_verbs.principal_name(session, story.root_id)
        self._do(story, now, carried_verbs.give_back, who, story.root_id, task.office_id or 0, name, now)

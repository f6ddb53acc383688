"""Food business permits of the demo county: one in every state, two being inspected, one deemed accepted, one extended; and those
of the months before, so many that the guide can say how long a permit takes."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from approvals.calendar import county_calendar
from approvals.db import Database
from approvals.operations.acting import Acting
from approvals.operations.moving import Request
from workflows.rules import new_credit_code

from . import verbs
from .people import HALL, County
from .plans import before

WORKFLOW = "food-permit"
HOUR = 3600
GROUND = "《行政许可法》第三十四条第三款；《食品经营许可和备案管理办法》"
FIRST_SERIAL = 900_000
"""Serial numbers of credit codes that no company of the demo has drawn."""

OFFICER, HEAD, CLERK, APPLICANT, TIMER = "officer", "registrar-head", "clerk", "applicant", "timer"
CORRECTIONS = [{"page": "premises", "text": "请写明门牌号，并说明后厨和就餐区怎样分开。"}]
Step = tuple[float, str]
"""Working hours after the step before it, and the action."""

ACCEPT, INSPECT, INSPECTED, PROPOSE = (5, "accept"), (4, "order_inspection"), (16, "finish_inspection"), (6, "propose")
ASK, EXTEND = (3, "request_extension"), (4, "grant_extension")

WHO: Mapping[str, str] = {
    "accept": OFFICER, "return_for_correction": OFFICER, "reject": OFFICER, "order_inspection": OFFICER,
    "finish_inspection": OFFICER, "propose": OFFICER, "propose_without_inspection": OFFICER, "request_extension": OFFICER,
    "grant_extension": HEAD, "grant": HEAD, "refuse": HEAD, "hand_out": CLERK, "withdraw": APPLICANT, "resubmit": APPLICANT,
    "decline_extension": HEAD, "deemed_accepted": TIMER, "lapse": TIMER,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """One application: who applies for what, how many working hours before the end it is filed, and what happens then."""

    name: str
    kind: str
    items: tuple[str, ...]
    hours: float
    route: tuple[Step, ...] = ()
    way: str = "electronic"
    own: bool = False


PLANS = (
    Plan("惠民县示例早点铺", "catering", ("hot", "pastry"), 3),
    Plan("惠民县示例面馆", "catering", ("hot",), 20, ((6, "return_for_correction"),), own=True),
    Plan("惠民县示例奶茶店", "catering", ("drinks",), 34, ((5, "return_for_correction"), (14, "resubmit"))),
    Plan("惠民县示例干果店", "sales", ("bulk", "prepackaged"), 12, (ACCEPT,)),
    Plan("惠民县示例副食店", "sales", ("bulk",), 44, ((35, "deemed_accepted"),)),
    Plan("惠民县示例小吃店", "catering", ("hot", "cold"), 26, (ACCEPT, INSPECT), own=True),
    Plan("惠民县示例学校食堂", "canteen", ("hot", "cold"), 38, (ACCEPT, INSPECT)),
    Plan("惠民县示例烧烤店", "catering", ("hot",), 36, (ACCEPT, INSPECT, INSPECTED)),
    Plan(
        "惠民县示例酒店", "catering", ("hot", "cold", "raw"), 28,
        ((2, "accept"), (1, "order_inspection"), (20, "finish_inspection"), (1, "request_extension"), (2, "grant_extension")),
    ),
    Plan("惠民县示例快餐店", "catering", ("hot",), 48, (ACCEPT, INSPECT, INSPECTED, PROPOSE)),
    Plan("惠民县示例糕点店", "catering", ("pastry",), 70, (ACCEPT, INSPECT, INSPECTED, PROPOSE, (5, "grant")), "window"),
    Plan(
        "惠民县示例饺子馆", "catering", ("hot",), 150,
        (ACCEPT, INSPECT, INSPECTED, ASK, (3, "decline_extension"), PROPOSE, (4, "grant")), own=True,
    ),
    Plan("惠民县示例火锅店", "catering", ("hot", "raw"), 52, (ACCEPT, INSPECT, INSPECTED, ASK)),
    Plan("惠民县示例冷饮摊", "catering", ("drinks",), 480, ((6, "return_for_correction"), (420, "lapse"))),
    Plan(
        "惠民县示例散酒店", "sales", ("bulk",), 180, (ACCEPT, (6, "propose_without_inspection"), (5, "grant"), (12, "hand_out")),
        "window",
    ),
    Plan("惠民县示例海鲜店", "catering", ("raw",), 130, (ACCEPT, INSPECT, INSPECTED, PROPOSE, (5, "refuse"))),
    Plan("惠民县示例农产品店", "sales", ("bulk",), 100, ((8, "reject"),)),
    Plan("惠民县示例夜宵店", "catering", ("hot",), 120, (ACCEPT, INSPECT, (9, "withdraw"))),
)  # fmt: skip

KITCHENS = (
    "包子铺", "拉面馆", "米线店", "炒菜馆", "烤鸭店", "粥铺", "砂锅店", "蒸菜馆", "烙饼店", "麻辣烫店", "馄饨店", "全羊馆", "快捷餐厅",
    "家常菜馆",
)  # fmt: skip
SHOPS = ("炒货店", "粮油店", "茶叶店", "糖果店", "蜜饯店", "杂粮店")
BETWEEN = 24
"""Working hours from one of the permits of the months before to the next."""


def granted_before() -> Iterator[Plan]:
    """The permits of the months before: kitchens were inspected, a shop now and then was not."""
    for number, shop in enumerate((*KITCHENS, *SHOPS)):
        name, hours = f"惠民县示例{shop}", 60 + BETWEEN * (number * 7 % (len(KITCHENS) + len(SHOPS)))
        accept, grant = (2 + number % 5, "accept"), (3 + number % 4, "grant")
        if shop in SHOPS:
            yield Plan(name, "sales", ("bulk",), hours, (accept, (4 + number % 6, "propose_without_inspection"), grant))
        else:
            route = accept, INSPECT, (7 + 2 * (number % 6), "finish_inspection"), PROPOSE, grant
            yield Plan(name, "catering", ("hot",), hours, route)


def permit_cases(database: Database, county: County, end: datetime, seed: int) -> None:
    """File the applications and let everything happen that happens before ``end``."""
    source = random.Random(seed)
    for number, plan in enumerate((*PLANS, *granted_before())):
        who = county.applicant if plan.own else county.applicants[1 + source.randrange(len(county.applicants) - 1)]
        _Run(database, county, end, source, who, plan, number).run()


class _Run:
    def __init__(
        self, database: Database, county: County, end: datetime, source: random.Random, who: Acting, plan: Plan, number: int
    ) -> None:
        self.database, self.county, self.end, self.source, self.who, self.plan = database, county, end, source, who, plan
        self.calendar = county_calendar()
        self.content = _application(plan, who, source.choice(list(county.places.values())), FIRST_SERIAL + number)

    def run(self) -> None:
        now = before(self.calendar, self.end, self.plan.hours)
        seen = self.database.write(verbs.file, self.who, self.content, now, None, None, WORKFLOW)
        for hours, action in self.plan.route:
            (task,) = seen.tasks
            pace = self.source.uniform(0.85, 1.0)
            now = self.calendar.add_working_seconds(now, int(hours * HOUR * pace))
            if WHO[action] == TIMER:
                assert task.timer_at is not None
                now = task.timer_at + timedelta(seconds=self.source.randrange(1, 30))
            if now >= self.end:
                return
            seen = self._step(seen, task, action, now)

    def _step(self, seen: verbs.Seen, task: verbs.Open, action: str, now: datetime) -> verbs.Seen:
        role = WHO[action]
        if role == TIMER:
            return self.database.write(verbs.fire, seen.root_id, task, now)
        if action == "resubmit":
            self.content["premises"]["address"] += "一层，后厨在北侧"
            return self.database.write(verbs.correct, self.who, seen.root_id, self.content, now)
        who = self.who
        if role != APPLICANT:
            who = self.source.choice(self.county.workers(role, "approval-bureau", self.county.offices[HALL]))
        day = self.calendar.local(now).date().isoformat()
        request = Request(task.case_id, action, task.task_id, f"demo-{task.task_id}-{action}", _form(action, day, self.content))
        return self.database.write(verbs.act, who, seen.root_id, request, now)


def _form(action: str, day: str, content: Mapping[str, Any]) -> dict[str, Any]:
    name = str(content["delivery"]["recipient"])
    forms: Mapping[str, dict[str, Any]] = {
        "return_for_correction": {"items": CORRECTIONS},
        "reject": {"reason": "销售自产食用农产品不需要取得许可（食品安全法第三十五条）。"},
        "order_inspection": {
            "starts_on": day, "expected_days": 3, "ground": GROUND, "inspectors": "许可经办甲、许可经办乙",
            "content": "核查加工、储存、清洗的布局和设备，请准备进货查验制度和从业人员健康证明。",
        },
        "finish_inspection": {"ended_on": day, "result": "mended", "found": "生熟分开存放当场整改，其余符合要求。"},
        "propose": {"proposed": "grant", "opinion": "现场核查符合要求。"},
        "propose_without_inspection": {"opinion": "只销售散装食品，材料足以认定。"},
        "request_extension": {"reason": "生食加工间的改造需要专家论证。"},
        "grant_extension": {"reason": "生食加工间的改造需要专家论证，十个工作日内不能作出决定"},
        "decline_extension": {"reason": "情形不复杂，请在期限内作出决定。"},
        "refuse": {"reason": "没有与生食加工相适应的专用操作间（食品安全法第三十三条）。"},
        "withdraw": {"reason": "改变经营地点，另行申请。"},
        "hand_out": {"way": "window", "receiver": name, "identity_checked": True},
    }  # fmt: skip
    return forms.get(action, {})


def _application(plan: Plan, who: Acting, place: str, serial: int) -> dict[str, Any]:
    phone = f"1390000{serial % 10000:04d}"
    return {
        "business": {
            "name": plan.name, "credit_code": new_credit_code(serial), "representative": who.name, "phone": phone, "kind": plan.kind,
        },
        "premises": {"place": place, "address": f"示例路{serial % 90 + 1}号", "area": 40 + serial % 120},
        "food": {
            "items": list(plan.items), "staff_number": 2 + serial % 5, "safety_manager": who.name, "rules_kept": True,
        },
        "delivery": {
            "way": plan.way, "recipient": who.name, "phone": phone, "address": "",
            "office": HALL if plan.way == "window" else "",
        },
        "declaration": {"truthful": True, "signature": who.name},
    }  # fmt: skip

"""The check of a name while it is typed, among fifty thousand names: the law's findings and the similar names, as one request asks."""

from __future__ import annotations

import random
import time
from itertools import accumulate
from statistics import median
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from approvals.db import Database, new_id
from approvals.models import CompanyName
from approvals.operations import names
from approvals.queries.name_index import written_sound
from approvals.queries.names import similar_names
from tests.support.seed import NOW
from workflows.rules import comparable

NAMES, CHECKS, SEED = 50_000, 400, 20_261_123
_CHUNK = 5_000
_A_DAY = 86_400_000 << 22
"""A day in identifiers: the names were registered before, not while they are searched."""

# The commonest first: in a real register a few dozen characters make up most trade names.
CHARACTERS = (
    "鑫华兴盛达隆祥源丰顺通泰安宏瑞恒信诚德嘉美佳和康健福禄喜金银玉宝明亮光辉东方南北新春海江河山水田园林森禾苗青绿"
    "红云天地人文武勇智仁义礼孝忠国民众益创联科远航腾飞龙凤鹏鹤鸿雁润泽雨露雅韵博学思维启智立业成功伟胜利凯旋万千百"
    "亿聚汇集广大长久永固坚强柏松竹梅兰菊荷莲桂樱杏桃李果粮油棉麻丝绸锦绣彩虹星月辰朝阳晨曦晓晴朗清风正气乾坤"
)
INDUSTRIES = (
    "商贸", "农业科技", "建材", "餐饮管理", "物流", "机械制造", "装饰工程", "养殖", "纺织", "绳网制品", "信息科技", "农产品销售",
    "食品", "运输", "建筑工程", "化纤", "园林绿化", "汽车销售", "文化传媒", "家具",
)  # fmt: skip


def measure(kind: str, database: Database) -> dict[str, Any]:
    """Milliseconds of a check: the first one of a process, and the median, the 95th and the slowest of four hundred others."""
    chance = random.Random(SEED)
    _fill(database, chance)
    with database.reading() as session:
        registered = session.scalar(select(func.count()).select_from(CompanyName))
    first = _check(database, _page(chance))
    times = sorted(_check(database, _page(chance)) for _ in range(CHECKS))
    return {
        "bench": "names",
        "db": kind,
        "names": registered,
        "p50_ms": round(median(times), 1),
        "p95_ms": round(times[int(0.95 * CHECKS)], 1),
        "max_ms": round(times[-1], 1),
        "first_ms": round(first),
    }


def _trade_name(chance: random.Random) -> str:
    # A frequency that falls with the rank, as that of words does.
    weights = list(accumulate(1 / (8 + rank) for rank in range(len(CHARACTERS))))
    length = chance.choices((2, 3, 4), (62, 25, 13))[0]
    return "".join(chance.choices(CHARACTERS, cum_weights=weights, k=length))


def _page(chance: random.Random) -> dict[str, Any]:
    trade_name, industry = _trade_name(chance), chance.choice(INDUSTRIES)
    return {"region": "惠民县", "trade_name": trade_name, "industry": industry, "organisation": "有限公司"}


def _fill(database: Database, chance: random.Random) -> None:
    rows: dict[str, dict[str, Any]] = {}
    while len(rows) < NAMES:
        page = _page(chance)
        full = "".join(page.values())
        compared, trade_name = comparable(full), comparable(page["trade_name"])
        rows[compared] = {
            "id": new_id() - _A_DAY, "full_name": full, "trade_name": page["trade_name"], "comparable_full": compared,
            "comparable_trade": trade_name, "sound": written_sound(trade_name), "industry": page["industry"], "status": "registered",
            "since": "2020-01-01", "until": None, "holder": "", "content": {},
        }  # fmt: skip
    entered = list(rows.values())
    for place in range(0, NAMES, _CHUNK):
        database.write(_insert, entered[place : place + _CHUNK])


def _insert(session: Session, rows: list[dict[str, Any]]) -> None:
    session.execute(insert(CompanyName), rows)


def _check(database: Database, page: dict[str, Any]) -> float:
    begun = time.perf_counter()
    with database.reading() as session:
        names.check(session, page, NOW)
        similar_names(session, page, NOW.date())
    return 1000 * (time.perf_counter() - begun)

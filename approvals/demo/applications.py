"""Invented applications for a company opening, varied, and free of any fault that the law's rules would find."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from approvals.operations.network import read_data
from workflows.rules.chain import MATTERS

from . import invented

# What a firm does, as it stands in its name, with the business items that go with it.
TRADES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("农业科技", ("谷物种植", "农业机械服务", "肥料销售")),
    ("农产品销售", ("初级农产品销售", "初级农产品收购", "农副产品销售")),
    ("蔬菜种植", ("蔬菜种植", "初级农产品销售")),
    ("果业", ("水果种植", "农副产品销售")),
    ("养殖", ("家禽饲养", "农副产品销售")),
    ("农机", ("农业机械销售", "农业机械服务", "机械设备维修")),
    ("渔具", ("渔具制造", "渔具销售")),
    ("绳网", ("绳、缆、网制造", "绳网销售")),
    ("园林绿化", ("苗木花卉种植销售", "园林绿化工程施工")),
    ("家纺", ("纺织品零售", "服装零售", "日用品批发")),
    ("家具", ("家具制造", "家具销售")),
    ("建材", ("建筑材料销售", "五金产品零售")),
    ("商贸", ("日用百货零售", "办公用品销售", "日用品批发")),
    ("电子商务", ("电子产品销售", "日用百货零售", "信息技术咨询服务")),
    ("汽车维修", ("汽车维护与修理", "机械设备维修")),
    ("仓储物流", ("普通货物仓储服务", "国内货运代理", "道路货物运输站经营")),
    ("餐饮管理", ("餐饮管理", "餐饮服务")),
    ("食品销售", ("食品经营", "农副产品销售")),
    ("货物运输", ("道路普通货物运输", "国内货运代理")),
    ("文化传媒", ("会议及展览服务", "广告设计与制作", "专业设计服务")),
    ("信息技术", ("软件开发", "信息技术咨询服务")),
    ("企业管理咨询", ("企业管理咨询", "教育咨询服务（不含培训）")),
    ("物业管理", ("物业管理", "园林绿化工程施工")),
    ("劳务服务", ("劳务派遣服务", "企业管理咨询")),
)
CAPITALS = (100_000, 300_000, 500_000, 1_000_000, 1_000_000, 2_000_000, 3_000_000, 5_000_000, 10_000_000, 12_000_000)
SPLITS: tuple[tuple[int, ...], ...] = (
    (100,), (100,), (60, 40), (51, 49), (70, 30), (80, 20), (34, 33, 33), (40, 30, 30), (50, 30, 20), (40, 20, 20, 20),
    (30, 20, 20, 15, 15),
)  # fmt: skip
STREETS = ("示例路", "样例街", "演示大街", "示范路", "模拟街")
LARGEST_EXEMPT = 10_000_000
LICENCE_YEARS = (1, 2, 3, 4)


@dataclass(slots=True)
class Firm:
    """An application together with what the simulation has to know of it."""

    content: dict[str, Any]
    town: str
    misprinted: str = ""
    """An identity number that fails its check although the card shows it so, if the application holds one."""


@dataclass(slots=True)
class Generator:
    """Makes applications, one after the other, from a source of chance; places and items come from the shipped lists."""

    source: random.Random
    banks: Sequence[str]
    _names: Iterator[str] = field(init=False)
    _places: list[str] = field(init=False)
    _items: dict[str, tuple[str, bool]] = field(init=False)

    def __post_init__(self) -> None:
        self._names = invented.trade_names(self.source)
        self._places = [row["code"] for row in read_data("places")["places"] if row["level"] in ("community", "village")]
        self._items = {row["text"]: (row["code"], row["licensed"]) for row in read_data("business_items")["items"]}

    def new_name(self) -> str:
        """A trade name that no other application of this generator has."""
        return next(self._names)

    def firm(
        self, day: date, *, founder: str, filed_by: str, chosen: Sequence[str] | None = None, odd_card: bool = False, place: str = ""
    ) -> Firm:
        """An application as it may be filed on that day. ``founder`` signs it; ``odd_card`` gives them a number that fails;
        ``place`` is where the premises lie, anywhere in the county if left out."""
        source = self.source
        industry, items = source.choice(TRADES)
        split = source.choice(SPLITS)
        number = invented.random_identity_number(source)
        if odd_card:
            number = invented.misprinted(number)
        lead = self._person(founder, number, odd_card)
        others = self._others(founder, number)
        backed = len(split) > 1 and source.random() < 0.12
        capital, kind, holders = self._capital(day, split, [lead, *others], backed)
        place = place or source.choice(self._places)
        town = place[:9]
        matters = self._matters(chosen)
        content = {
            "name": self._name(industry, kind),
            "premises": self._premises(day, place, items),
            "capital": capital,
            "people": self._people(lead, others, len(holders)),
            "matters": matters,
            "delivery": self._delivery(founder, town, matters["chosen"]),
            "declaration": {"truthful": True, "disqualified": "no", "filed_by": filed_by, "signature": founder},
        }
        return Firm(content, town, number if odd_card else "")

    def _person(self, name: str, number: str | None = None, as_on_card: bool = False) -> dict[str, Any]:
        return {
            "name": name,
            "id_kind": invented.IDENTITY_CARD,
            "id_number": number or invented.random_identity_number(self.source),
            "id_as_on_card": as_on_card,
        }

    def _others(self, founder: str, number: str) -> list[dict[str, Any]]:
        """Four more people. Invented numbers differ by the day of birth alone, so a number is drawn again if it is taken."""
        taken, found = {number}, []
        for name in [name for name in self.source.sample(invented.PERSON_NAMES, 5) if name != founder][:4]:
            person = self._person(name)
            while person["id_number"] in taken:
                person = self._person(name)
            taken.add(person["id_number"])
            found.append(person)
        return found

    def _street(self) -> str:
        return f"{self.source.choice(STREETS)}{self.source.randrange(1, 300)}号"

    def _name(self, industry: str, kind: str) -> dict[str, Any]:
        source = self.source
        every_industry = source.random() < 0.04
        return {
            "region": source.choices(("惠民县", "滨州市惠民县", "山东惠民", "山东省惠民县"), (80, 8, 6, 6))[0],
            "trade_name": self.new_name(),
            "industry": "" if every_industry else industry,
            "multi_industry": every_industry,
            "organisation": source.choices(("有限公司", "有限责任公司"), (9, 1))[0],
            "company_type": kind,
            "reservation_number": "",
            "state_council_approval": "",
            "alternative_meaning": False,
        }

    def _premises(self, day: date, place: str, items: Sequence[str]) -> dict[str, Any]:
        source = self.source
        rows = []
        for text in items[: source.randint(1, len(items))] if source.random() < 0.4 else items:
            code, licensed = self._items[text]
            until = day + timedelta(days=365 * source.choice(LICENCE_YEARS))
            rows.append(
                {
                    "item": code,
                    "text": text,
                    "licensed": licensed,
                    "approval_number": f"示例许字〔{day.year}〕{source.randrange(1, 999):03d}号" if licensed else "",
                    "approval_valid_until": until.isoformat() if licensed else "",
                }
            )
        years = source.random() < 0.15
        return {
            "place": place,
            "address": self._street() + f"{source.randrange(1, 20)}号楼{source.randrange(101, 820)}室",
            "business_address": "",
            "phone": invented.phone(source),
            "postcode": "251700",
            "staff_number": source.choice((1, 2, 3, 5, 8, 12, 20, 35)),
            "right": source.choices(("rented", "owned", "free"), (6, 3, 1))[0],
            "commitment": True,
            "items": rows,
            "term": "years" if years else "long",
            "term_years": source.choice((10, 20, 30)) if years else None,
        }

    def _capital(
        self, day: date, split: Sequence[int], people: Sequence[dict[str, Any]], backed: bool
    ) -> tuple[dict[str, Any], str, list[dict[str, Any]]]:
        """The page, the type of company, and the shareholders; ``backed`` puts a firm in the place of the second one."""
        source = self.source
        total = source.choice(CAPITALS)
        holders = [{**person, "kind": "natural"} for person in people[: len(split)]]
        if backed:
            number = invented.firm_number(source)
            holders[1] = {
                "name": f"示例投资{source.randrange(1, 99)}号有限公司", "kind": "enterprise", "id_kind": "credit-code",
                "id_number": number, "id_as_on_card": False,
            }  # fmt: skip
        rows = [
            {
                **holder,
                "amount": _money(Decimal(total) * percent / 100),
                "method": "money" if source.random() < 0.93 else "goods",
                "paid_by": (day + timedelta(days=source.randrange(200, 1700))).isoformat(),
            }
            for holder, percent in zip(holders, split, strict=True)
        ]
        exempt = total <= LARGEST_EXEMPT and not backed
        owners = [
            {name: row[name] for name in ("name", "id_kind", "id_number", "id_as_on_card")}
            | {"basis": "shares", "share": f"{percent}.00"}
            for row, percent in zip(rows, split, strict=True)
            if percent >= 25 and row["kind"] == "natural" and not exempt
        ]
        kind = "llc-other" if backed else "llc-natural-sole" if len(split) == 1 else "llc-natural-persons"
        page = {
            "capital": _money(Decimal(total)),
            "shareholders": rows,
            "other_controller": False,
            "owners_exempt": exempt,
            "owners": owners,
        }
        return page, kind, rows

    def _people(self, lead: dict[str, Any], others: Sequence[dict[str, Any]], holders: int) -> dict[str, Any]:
        """Small firms have one director; larger ones a board of three. Sole owners often do without a supervisor."""
        source = self.source
        board = holders >= 4 or source.random() < 0.08
        alone = holders == 1 and source.random() < 0.5
        rows = [self._officer(lead, "legal-representative", "executive-director", "manager")]
        helpers = list(others)
        if board:
            rows += [self._officer(helpers.pop(0), "director"), self._officer(helpers.pop(0), "director")]
        if not alone:
            rows.append(self._officer(helpers.pop(0), "supervisor"))
        rows.append(self._officer(helpers.pop(0), "finance-officer", "liaison"))
        return {
            "people": rows,
            "director_term_years": 3,
            "supervision": "consent" if alone else "supervisors",
        }

    def _officer(self, person: dict[str, Any], *positions: str) -> dict[str, Any]:
        number = invented.phone(self.source)
        return {
            **person,
            "phone": number,
            "email": f"{number}@example.org",
            "positions": list(positions),
            "staff_representative": False,
        }

    def _matters(self, chosen: Sequence[str] | None) -> dict[str, Any]:
        source = self.source
        if chosen is None:
            chosen = MATTERS if source.random() < 0.6 else [each for each in MATTERS if source.random() < 0.7]
        picked = [each for each in MATTERS if each in chosen and (each != "bank-account" or "company-seal" in chosen)]
        bank = "bank-account" in picked
        return {
            "chosen": picked,
            "taxpayer_kind": source.choice(("small", "small", "small", "general")) if "tax-registration" in picked else "",
            "employees": source.choice((0, 1, 2, 3, 5, 10)),
            "housing_fund_ratio": source.choice(("5", "5", "8", "12")) if "housing-fund" in picked else "",
            "bank": source.choice(self.banks) if bank else "",
            "bank_consent": bank,
        }

    def _delivery(self, founder: str, town: str, chosen: Sequence[str]) -> dict[str, Any]:
        """Seals cannot be sent by wire: whoever has them made collects them or gives an address."""
        source = self.source
        weights = (35, 25, 20, 20) if "company-seal" in chosen else (80, 8, 6, 6)
        way = source.choices(("electronic", "post", "point", "window"), weights)[0]
        offices = {row["place"]: row["code"] for row in read_data("offices")["offices"]}
        office = {"point": offices[town], "window": "hall"}.get(way, "")
        return {
            "way": way,
            "recipient": founder,
            "phone": invented.phone(source),
            "address": f"惠民县{self._street()}" if way == "post" or (way == "electronic" and "company-seal" in chosen) else "",
            "office": office,
            "paper_copies": 0 if way == "electronic" else source.choice((0, 1, 1, 2)),
        }


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}"

"""What managers call things: the kinds of offices from the top of the network to its ends, and the columns of the record."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path

from workflows.network import KINDS

Text = Mapping[str, str]
WORDS = Path(__file__).resolve().parents[2] / "data" / "office_words.json"

KIND_TITLES: Mapping[str, Text] = {
    "county_hall": {"zh": "县政务服务大厅", "en": "County service hall"},
    "sub_centre": {"zh": "审批服务分中心", "en": "Approval sub-centre"},
    "town_centre": {"zh": "镇街便民服务中心", "en": "Town service centre"},
    "village_point": {"zh": "村（社区）帮办代办点", "en": "Village point"},
    "grid_point": {"zh": "网格帮办代办点", "en": "Grid point"},
    "bank": {"zh": "政银合作网点", "en": "Partner bank"},
    "post": {"zh": "政邮合作网点", "en": "Partner post office"},
    "merchant_point": {"zh": "政商合作网点", "en": "Partner shop"},
}
CO_OPERATION = ("grid_point", "bank", "post", "merchant_point")
"""Kinds that no public list has: the county enters them, singly or from a file."""


def kind_of(typed: str) -> str:
    """The kind that somebody means: its key, its name in either language, or a usual short form; "" for none."""
    wanted = typed.strip().casefold().replace("-", "_").replace(" ", "_")
    for kind, title in KIND_TITLES.items():
        if wanted in (kind, title["zh"], title["en"].casefold().replace("-", "_").replace(" ", "_")):
            return kind
    return str(words()["kinds"].get(wanted, ""))


@functools.cache
def words() -> Mapping[str, Mapping[str, str]]:
    """What people write for the kinds of offices and the columns of a list of them."""
    found: Mapping[str, Mapping[str, str]] = json.loads(WORDS.read_text(encoding="utf-8"))
    return found


def rank(kind: str) -> int:
    """How far down the network a kind stands: the hall 0; the points of grids, banks, post and shops are all at its ends."""
    return min(KINDS.index(kind), KINDS.index("grid_point")) if kind in KINDS else len(KINDS)


COLUMN_TITLES: Mapping[str, Text] = {
    "code": {"zh": "代码", "en": "Code"},
    "name": {"zh": "名称", "en": "Name"},
    "kind": {"zh": "类型", "en": "Kind"},
    "place": {"zh": "地点", "en": "Place"},
    "parent": {"zh": "上级服务点", "en": "Office above"},
    "address": {"zh": "地址", "en": "Address"},
    "phone": {"zh": "电话", "en": "Telephone"},
    "hours": {"zh": "开放时间", "en": "Opening hours"},
    "valid_from": {"zh": "启用日期", "en": "First day"},
    "valid_to": {"zh": "最后一天", "en": "Last day"},
    "successor": {"zh": "接替的服务点", "en": "Successor"},
    "closed_from": {"zh": "闭门第一天", "en": "Closed from"},
    "closed_to": {"zh": "闭门最后一天", "en": "Closed to"},
    "why": {"zh": "原因", "en": "Reason"},
    "department": {"zh": "部门", "en": "Department"},
    "office": {"zh": "服务点", "en": "Office"},
    "matter": {"zh": "事项", "en": "Matter"},
    "power": {"zh": "权限", "en": "Competence"},
    "basis": {"zh": "依据", "en": "Basis"},
    "person": {"zh": "人员", "en": "Person"},
    "role": {"zh": "岗位角色", "en": "Role"},
    "stands_in_for": {"zh": "替谁", "en": "Stands in for"},
    "sign_in_name": {"zh": "登录名", "en": "Sign-in name"},
    "password": {"zh": "密码", "en": "Password"},
    "locked": {"zh": "停用", "en": "Locked"},
    "notice_name": {"zh": "通知", "en": "Notice"},
    "notice_number": {"zh": "文号", "en": "Number"},
    "official": {"zh": "已公布", "en": "Official"},
    "off": {"zh": "放假", "en": "Days off"},
    "worked": {"zh": "调休上班", "en": "Make-up workdays"},
    "near": {"zh": "提醒经办人", "en": "Holder told at"},
    "due": {"zh": "提醒负责人", "en": "Head told at"},
    "escalated": {"zh": "报督查", "en": "Supervisor told at"},
    "target_on_time": {"zh": "按时办结率目标", "en": "Target of cases on time"},
    "target_p90": {"zh": "90 分位数目标（工作日）", "en": "Target of the 90th percentile (working days)"},
}
SUBJECT_TITLES: Mapping[str, Text] = {
    "office": {"zh": "服务点", "en": "Office"},
    "closure": {"zh": "临时闭门", "en": "Closure"},
    "department": {"zh": "进驻部门", "en": "Department present"},
    "competence": {"zh": "权限", "en": "Competence"},
    "position": {"zh": "岗位", "en": "Position"},
    "stand-in": {"zh": "替岗", "en": "Stand-in"},
    "account": {"zh": "账号", "en": "Account"},
    "calendar": {"zh": "工作日历", "en": "Working calendar"},
    "warning-rule": {"zh": "预警比例", "en": "Warning percentages"},
    "target": {"zh": "办理目标", "en": "Targets"},
}
POWER_TITLES: Mapping[str, Text] = {"take-in": {"zh": "收件", "en": "Take in"}, "decide": {"zh": "决定", "en": "Decide"}}

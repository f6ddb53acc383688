"""The people of the demo county, all invented: who works where, who signs in for a look around, who founds companies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Office, Person, Position
from approvals.operations.acting import Acting, Held

from .invented import IDENTITY_CARD, PERSON_NAMES, identity_number

PASSWORD = "huimin-demo"
"""Everybody's in the demo. It is public, which is why a production start refuses a database with demo persons."""

SINCE = date(2020, 7, 1)
HALL = "hall"
TOWNS = "*towns"
"""Stands for every sub-centre and town centre: whoever tries the demo needs one window for all of them."""

DEMO_POINT = "point-371621104300"
"""The point of a village of 胡集镇, whose agent signs in: from there the way leads over the town centre to the hall."""

CENTRES = ("county_hall", "sub_centre", "town_centre")

APPLICANT = "applicant"


@dataclass(frozen=True, slots=True)
class DemoSignIn:
    """A way into the demo: name, password and what it shows."""

    sign_in_name: str
    password: str
    title: str


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Who works where. ``office`` is a code or ``TOWNS``; without ``sign_in_name`` only the simulation acts for them."""

    name: str
    role: str
    department: str
    office: str
    sign_in_name: str | None = None
    title: str = ""


STAFF = (
    StaffMember("登记员甲", "registrar", "approval-bureau", HALL, "registrar", "登记员：审查、登记、退回补正"),
    StaffMember("登记员乙", "registrar", "approval-bureau", HALL),
    StaffMember("登记员丙", "registrar", "approval-bureau", HALL),
    StaffMember("登记负责人丁", "registrar-head", "approval-bureau", HALL, "registrar-head", "登记机关负责人：批准延期"),
    StaffMember("李庄登记员甲", "registrar", "approval-bureau", "sub-lizhuang", "registrar-lizhuang", "李庄分中心登记员：在镇上登记"),
    StaffMember("李庄登记员乙", "registrar", "approval-bureau", "sub-lizhuang"),
    StaffMember("李庄分中心负责人", "registrar-head", "approval-bureau", "sub-lizhuang", "head-lizhuang", "李庄分中心负责人：批准延期"),
    StaffMember("窗口员甲", "clerk", "approval-bureau", HALL, "clerk", "县中心综合窗口：收件、发件"),
    StaffMember("窗口员乙", "clerk", "approval-bureau", HALL),
    StaffMember("镇街窗口员丙", "clerk", "approval-bureau", TOWNS, "town-clerk", "分中心和镇街窗口：收件、发件"),
    StaffMember("许可经办甲", "officer", "approval-bureau", HALL, "permits", "审批局：食品经营许可的受理、审查、核查"),
    StaffMember("许可经办乙", "officer", "approval-bureau", HALL),
    StaffMember("公安经办甲", "officer", "public-security", HALL, "police", "公安局：公章刻制备案"),
    StaffMember("公安经办乙", "officer", "public-security", HALL),
    StaffMember("税务经办甲", "officer", "tax", HALL, "tax", "税务局：税务信息确认、发票申领"),
    StaffMember("税务经办乙", "officer", "tax", HALL),
    StaffMember("社保经办甲", "officer", "human-resources", HALL, "social", "人社局：社会保险登记"),
    StaffMember("社保经办乙", "officer", "human-resources", HALL),
    StaffMember("医保经办甲", "officer", "medical-insurance", HALL, "medical", "医保局：医疗保险登记"),
    StaffMember("医保经办乙", "officer", "medical-insurance", HALL),
    StaffMember("公积金经办甲", "officer", "housing-fund", HALL, "fund", "公积金中心：缴存登记"),
    StaffMember("公积金经办乙", "officer", "housing-fund", HALL),
    StaffMember("银行经办甲", "officer", "bank", "bank-a", "bank-a", "示例银行甲：预约开户"),
    StaffMember("银行经办乙", "officer", "bank", "bank-b", "bank-b", "示例银行乙：预约开户"),
    StaffMember("银行经办丙", "officer", "bank", "bank-c", "bank-c", "示例银行丙：预约开户"),
    StaffMember("评价回访员甲", "rating-officer", "approval-bureau", HALL, "rating-officer", "评价回访员：差评回访、整改"),
    StaffMember("评价回访员乙", "rating-officer", "approval-bureau", HALL),
    StaffMember("督查员甲", "supervisor", "approval-bureau", HALL, "supervisor", "督查：总览"),
    StaffMember("帮办协调员甲", "coordinator", "approval-bureau", TOWNS, "coordinator", "镇街帮办协调员：签收、核对、上送、转送"),
    StaffMember("帮办协调员乙", "coordinator", "approval-bureau", HALL, "coordinator-hall", "县中心帮办协调员：签收、提交、送回"),
    StaffMember("管理员甲", "administrator", "approval-bureau", HALL, "administrator", "系统管理员：服务点、权限、导入"),
    StaffMember("安全管理员甲", "security-administrator", "approval-bureau", HALL, "security", "安全管理员：人员、岗位、替岗"),
    StaffMember("审计管理员甲", "auditor", "approval-bureau", HALL, "auditor", "审计管理员：管理记录、查看登记"),
)
APPLICANT_TITLE = "申请人：网上申报、补正、查进度"


@dataclass(frozen=True, slots=True)
class County:
    """The demo county as the simulation sees it: staff by role, department and office, and people who found companies."""

    staff: dict[tuple[str, str, int], list[Acting]]
    applicants: Sequence[Acting]
    applicant: Acting
    offices: dict[str, int]
    points: Sequence[str]
    """Codes of the offices where agents take cases in, the one with a demo sign-in first."""

    places: dict[str, str]
    towns: dict[str, int]
    """For each such office the unit that it serves, and the town centre (or hall) above it."""

    def town_of(self, point: str) -> int:
        """The office above a point."""
        return self.towns[point]

    def workers(self, role: str, department: str, office_id: int) -> list[Acting]:
        """Everyone who may take a task addressed so. Window clerks serve every department."""
        return self.staff.get((role, "approval-bureau" if role == "clerk" else department, office_id), [])


def load_people(session: Session, password_hash: str, now: datetime) -> County:
    """Enter everybody, with one password hash for all: it is slow on purpose."""
    offices: dict[str, int] = {code: office_id for code, office_id in session.execute(select(Office.code, Office.id))}
    kinds: dict[int, str] = {office_id: kind for office_id, kind in session.execute(select(Office.id, Office.kind))}
    towns = list(session.scalars(select(Office).where(Office.kind.in_(["sub_centre", "town_centre"])).order_by(Office.code)))
    staff: dict[tuple[str, str, int], list[Acting]] = {}
    members = [*STAFF, *_windows(towns), *_carriers(session)]
    for member in members:
        places = [office.id for office in towns] if member.office == TOWNS else [offices[member.office]]
        person = _person(member.name, member.sign_in_name, password_hash if member.sign_in_name else None, now)
        session.add(person)
        session.flush()
        session.add_all(
            Position(person_id=person.id, role=member.role, department=member.department, office_id=place, valid_from=SINCE)
            for place in places
        )
        acting = Acting(person.id, person.name, tuple(Held(member.role, member.department, place, kinds[place]) for place in places))
        for place in places if member.office != TOWNS else ():
            staff.setdefault((member.role, member.department, place), []).append(acting)
    applicants = [Acting(person.id, person.name) for person in _applicants(session, password_hash, now)]
    first = Office.code != DEMO_POINT
    points = list(session.scalars(select(Office).where(Office.kind == "village_point").order_by(first, Office.code)))
    places = {office.code: office.place_code for office in points}
    above = {office.code: office.parent_id or 0 for office in points}
    return County(staff, applicants, applicants[0], offices, list(places), places, above)


def _windows(towns: Sequence[Office]) -> Iterator[StaffMember]:
    for office in towns:
        yield StaffMember(f"{_short(office.name)}窗口员", "clerk", "approval-bureau", office.code)


def _carriers(session: Session) -> Iterator[StaffMember]:
    """An agent at every point, one who stands beside them at the demo's own, and a coordinator at every centre."""
    offices = session.scalars(select(Office).where(Office.kind.in_(["village_point", *CENTRES])).order_by(Office.code))
    for office in offices:
        if office.kind != "village_point":
            yield StaffMember(f"{_short(office.name)}协调员", "coordinator", "approval-bureau", office.code)
        elif office.code == DEMO_POINT:
            title = f"代办员（{office.name}）：代办、上门、送达"
            yield StaffMember("代办员甲", "agent", "approval-bureau", office.code, "agent", title)
            yield StaffMember("代办员乙", "agent", "approval-bureau", office.code)
        else:
            yield StaffMember(f"{office.name.removesuffix('便民服务点')}代办员", "agent", "approval-bureau", office.code)


def _short(name: str) -> str:
    return name.removesuffix("便民服务中心").removesuffix("审批服务分中心") + ("分中心" if "分中心" in name else "")


def _person(name: str, sign_in_name: str | None, password_hash: str | None, now: datetime) -> Person:
    return Person(sign_in_name=sign_in_name, name=name, password_hash=password_hash, demo=True, created_at=now)


def _applicants(session: Session, password_hash: str, now: datetime) -> Iterator[Person]:
    """The first one signs in; the others have filed over the last months."""
    for number, name in enumerate(PERSON_NAMES[:90]):
        first = number == 0
        person = _person(name, APPLICANT if first else None, password_hash if first else None, now)
        person.phone, person.identity_kind = f"1380000{number:04d}", IDENTITY_CARD
        person.identity_number = identity_number(date(1970 + number % 30, 1 + number % 12, 1 + number % 28))
        session.add(person)
        session.flush()
        yield person


def demo_sign_ins(session: Session) -> list[DemoSignIn]:
    """The ways into the demo that this database holds."""
    known = set(session.scalars(select(Person.sign_in_name).where(Person.demo, Person.sign_in_name.is_not(None))))
    titles = {APPLICANT: APPLICANT_TITLE, **{member.sign_in_name: member.title for member in STAFF if member.sign_in_name}}
    return [DemoSignIn(name, PASSWORD, title) for name, title in titles.items() if name in known]

"""Places and the offices that serve them: what each may take in and decide, and when it is open."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from approvals.db import CanonicalJson, UtcDateTime

from .base import Base, Identified


class Place(Base):
    """地点: an administrative unit of the national list, with the dates it stands, the last one included.

    ``name`` is today's; what it was called before is told by its changes. ``successor_code`` is the unit that took its place.
    """

    __tablename__ = "places"

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    level: Mapped[str] = mapped_column(String(20))
    parent_code: Mapped[str | None] = mapped_column(String(12), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    successor_code: Mapped[str | None] = mapped_column(String(12))


class PlaceChange(Identified, Base):
    """区划变动: what an update of the national list did to a unit on a day: added, renamed, moved (to a successor) or ended."""

    __tablename__ = "place_changes"
    __table_args__ = (Index("ix_place_changes_code", "code"),)

    code: Mapped[str] = mapped_column(String(12))
    changed_on: Mapped[date]
    kind: Mapped[str] = mapped_column(String(10))
    old_name: Mapped[str] = mapped_column(String(100), default="")
    new_name: Mapped[str] = mapped_column(String(100), default="")
    successor_code: Mapped[str | None] = mapped_column(String(12))
    source: Mapped[str] = mapped_column(String(200))


class Office(Identified, Base):
    """服务点: a place of the network where people are served or cases decided. ``code`` is the readable key in forms.

    ``hours`` are its opening hours in words where they differ from the county's office hours. ``parent_id`` is the office one
    level up; ``successor_id`` the one that took over when it closed. The last valid day is included.
    """

    __tablename__ = "offices"
    __table_args__ = (Index("ix_offices_kind", "kind"),)

    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(20))
    place_code: Mapped[str] = mapped_column(String(12))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("offices.id"))
    address: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    hours: Mapped[str] = mapped_column(String(200), default="")
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("offices.id"))


class OfficeClosure(Identified, Base):
    """临时闭门: days, the last one included, on which an office serves nobody though it stands."""

    __tablename__ = "office_closures"
    __table_args__ = (Index("ix_office_closures_office_id", "office_id"),)

    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    closed_from: Mapped[date]
    closed_to: Mapped[date]
    reason: Mapped[str] = mapped_column(String(200))


class OfficeDepartment(Identified, Base):
    """进驻部门: a department present at an office between two dates."""

    __tablename__ = "office_departments"
    __table_args__ = (UniqueConstraint("office_id", "department", "valid_from"),)

    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    department: Mapped[str] = mapped_column(String(40))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class Competence(Identified, Base):
    """权限: an office may take in, or decide, a matter between two dates, the last one included.

    ``matter`` is the key of a workflow, or "*" for every one; ``power`` take-in or decide; ``basis`` the paper it rests on.
    """

    __tablename__ = "competences"
    __table_args__ = (Index("ix_competences_office_id", "office_id"),)

    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    matter: Mapped[str] = mapped_column(String(60))
    power: Mapped[str] = mapped_column(String(10))
    basis: Mapped[str] = mapped_column(String(200), default="")
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class AdministrationChange(Identified, Base):
    """管理记录: what a manager changed: an office, a competence, a position, a closure, a stand-in, a unit. Append-only.

    ``before`` and ``after`` hold the columns that changed; ``subject`` is the kind of row and ``subject_id`` its identifier.
    """

    __tablename__ = "administration_changes"
    __table_args__ = (
        Index("ix_administration_changes_changed_at", "changed_at"),
        Index("ix_administration_changes_subject_id", "subject_id"),
    )

    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    person_name: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(String(200))
    before: Mapped[Any] = mapped_column(CanonicalJson)
    after: Mapped[Any] = mapped_column(CanonicalJson)
    reason: Mapped[str] = mapped_column(String(300), default="")


class BusinessItem(Base):
    """经营范围规范表述: an entry of the official list of business items; licensed ones need an approval first."""

    __tablename__ = "business_items"

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    text: Mapped[str] = mapped_column(String(300))
    licensed: Mapped[bool] = mapped_column(default=False)


class Counter(Base):
    """A running number: of cases in a day, of organisation codes. Gaps are allowed, repeats are not."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[int] = mapped_column(default=0)

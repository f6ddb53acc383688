"""Places and the offices that serve them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Identified


class Place(Base):
    """地点: an administrative unit of the national list, with the dates it stands."""

    __tablename__ = "places"

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    level: Mapped[str] = mapped_column(String(20))
    parent_code: Mapped[str | None] = mapped_column(String(12), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class Office(Identified, Base):
    """服务点: a place of the network where people are served or cases decided. ``code`` is the readable key in forms.

    ``hours`` are its opening hours in words where they differ from the county's office hours.
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

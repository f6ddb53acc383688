"""Persons, how they sign in, and the positions they hold."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from approvals.db import CanonicalJson, UtcDateTime

from .base import Base, Identified
from .network import Office


class Person(Identified, Base):
    """自然人: anyone who files, serves or supervises. Without ``password_hash`` the person has no account.

    ``password_is_first``: somebody else chose the password and the person has to choose another. ``locked_at``: since when
    the account is locked by a manager; nobody signs in to it.
    ``channels`` are the ways in which they want to be told beside the product: mail, sms, wechat. ``large_type``: 长辈版.
    """

    __tablename__ = "persons"

    sign_in_name: Mapped[str | None] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str] = mapped_column(String(40), default="")
    email: Mapped[str] = mapped_column(String(200), default="")
    identity_kind: Mapped[str] = mapped_column(String(20), default="identity-card")
    identity_number: Mapped[str] = mapped_column(String(40), default="", index=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    password_is_first: Mapped[bool] = mapped_column(default=False)
    locked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    session_version: Mapped[int] = mapped_column(default=0)
    language: Mapped[str] = mapped_column(String(5), default="zh")
    large_type: Mapped[bool] = mapped_column(default=False)
    channels: Mapped[Any] = mapped_column(CanonicalJson, default=lambda: ["sms"])
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    positions: Mapped[list[Position]] = relationship(back_populates="person")


class Position(Identified, Base):
    """岗位: a role held at an office and department between two dates, the last one included."""

    __tablename__ = "positions"
    __table_args__ = (Index("ix_positions_person_id", "person_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    role: Mapped[str] = mapped_column(String(40))
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    department: Mapped[str] = mapped_column(String(40))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    person: Mapped[Person] = relationship(back_populates="positions")
    office: Mapped[Office] = relationship()


class StandIn(Identified, Base):
    """替岗: somebody serves in another's position while its holder is away; both days included."""

    __tablename__ = "stand_ins"
    __table_args__ = (Index("ix_stand_ins_person_id", "person_id"), Index("ix_stand_ins_position_id", "position_id"))

    position_id: Mapped[int] = mapped_column(ForeignKey("positions.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    reason: Mapped[str] = mapped_column(String(200), default="")

    position: Mapped[Position] = relationship()


class PasswordTries(Base):
    """Passwords tried in a row for one sign-in name, whether or not somebody has it, or for one person's change of password.

    ``digest`` is that of the name: what people type there by mistake may be a password.
    """

    __tablename__ = "password_tries"
    __table_args__ = (Index("ix_password_tries_last_at", "last_at"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    tried: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)

"""Delegated handling: who was entrusted with what, who has the papers in hand, and who was shown or given whose data."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from approvals.db import CanonicalJson, UtcDateTime

from .base import Base, Identified


class Mandate(Identified, Base):
    """委托: an applicant (principal) entrusts an agent of a service point with matters for a term (民法典 第一百六十五条).

    ``case_id`` is the delegated-handling case, ``number`` counts its mandates: a renewal is a new one. ``scope`` holds the keys
    of the matters and of the acts that the agent may do. ``digest`` is that of the text which the principal signs. In force
    from ``signed_at`` until the end of ``valid_to``, unless revoked before (民法典 第九百三十三条). ``way`` is online (the
    principal's own telephone) or paper (a photo of the signed paper, taken in by ``witness_id``, who is not the agent).
    """

    __tablename__ = "mandates"
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        Index("ix_mandates_agent_id", "agent_id"),
        Index("ix_mandates_principal_id", "principal_id"),
        Index("ix_mandates_office_id_created_at", "office_id", "created_at"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    number: Mapped[int]
    principal_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    principal_name: Mapped[str] = mapped_column(String(200))
    identity_kind: Mapped[str] = mapped_column(String(20))
    identity_number: Mapped[str] = mapped_column(String(40))
    phone: Mapped[str] = mapped_column(String(40))
    relation: Mapped[str] = mapped_column(String(40), default="")
    agent_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    agent_name: Mapped[str] = mapped_column(String(200))
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    scope: Mapped[Any] = mapped_column(CanonicalJson)
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    digest: Mapped[str] = mapped_column(String(64))
    way: Mapped[str] = mapped_column(String(10), default="")
    upload_id: Mapped[int | None] = mapped_column(BigInteger)
    witness_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoke_reason: Mapped[str] = mapped_column(String(500), default="")


class CustodyItem(Identified, Base):
    """经手材料: a paper or thing that was given into the network's hands for a case.

    ``kind`` is original (原件), copy (复印件) or result (办理结果). Where it is, only its moves tell.
    """

    __tablename__ = "custody_items"
    __table_args__ = (Index("ix_custody_items_root_id", "root_id"),)

    root_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(10))
    quantity: Mapped[int] = mapped_column(default=1)
    remark: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class HandOver(Identified, Base):
    """交接: papers on their way from one office to the next, done when the receiver has answered for every item.

    ``direction`` is up or down; ``bag`` the number of the seal bag. Until ``received_at`` the case is in transit and the sender
    still answers for what was sent. ``due_at`` is a working day after sending; ``alarmed_at`` when both ends were told it passed.
    """

    __tablename__ = "hand_overs"
    __table_args__ = (
        UniqueConstraint("root_id", "number"),
        Index(
            "ix_hand_overs_open", "due_at",
            sqlite_where=text("received_at IS NULL"), postgresql_where=text("received_at IS NULL"),
        ),
        Index("ix_hand_overs_to_office_id", "to_office_id"),
        Index("ix_hand_overs_from_office_id", "from_office_id"),
    )

    root_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    number: Mapped[int]
    direction: Mapped[str] = mapped_column(String(5))
    from_office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    to_office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    bag: Mapped[str] = mapped_column(String(40), default="")
    remark: Mapped[str] = mapped_column(String(300), default="")
    sent_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    received_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    discrepancies: Mapped[int] = mapped_column(default=0)
    alarmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CustodyMove(Identified, Base):
    """One line of an item's ledger, append-only; the holder after the last move has the item.

    ``kind``: taken (from the applicant), issued (by an authority), sent (the sender still holds it), confirmed, damaged,
    missing (listed but not in the bag: the sender still holds it), lost, found, returned (to the applicant), delivered.
    ``holder_office_id`` is None while the applicant holds it; ``holder_id`` is the person who signed for it.
    """

    __tablename__ = "custody_moves"
    __table_args__ = (UniqueConstraint("item_id", "number"), Index("ix_custody_moves_root_id", "root_id"))

    item_id: Mapped[int] = mapped_column(ForeignKey("custody_items.id"))
    number: Mapped[int]
    root_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(10))
    hand_over_id: Mapped[int | None] = mapped_column(ForeignKey("hand_overs.id"))
    holder_office_id: Mapped[int | None] = mapped_column(ForeignKey("offices.id"))
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    remark: Mapped[str] = mapped_column(String(300), default="")
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Consent(Identified, Base):
    """单独同意: data of a case may go to a bank, post office or merchant (个人信息保护法 第二十三条), until withdrawn.

    ``data`` are the kinds of data named to the person, ``purpose`` what for; ``way`` is online or paper, and ``recorded_by_id``
    who typed it in where that was not the person. ``person_id`` is None for a walk-in without an account.
    """

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_root_id", "root_id"),)

    root_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    data: Mapped[Any] = mapped_column(CanonicalJson)
    purpose: Mapped[str] = mapped_column(String(300))
    way: Mapped[str] = mapped_column(String(10))
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Disclosure(Identified, Base):
    """查看登记: somebody on the authorities' side looked at identity data in full, and why."""

    __tablename__ = "disclosures"
    __table_args__ = (Index("ix_disclosures_disclosed_at", "disclosed_at"), Index("ix_disclosures_root_id", "root_id"))

    root_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    person_name: Mapped[str] = mapped_column(String(200))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("offices.id"))
    role: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(300))
    disclosed_at: Mapped[datetime] = mapped_column(UtcDateTime)

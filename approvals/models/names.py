"""The register of company names."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from approvals.db import CanonicalJson

from .base import Base, Identified


class CompanyName(Identified, Base):
    """A company name that is taken: registered (then with its credit code), reserved, or given up less than a year ago.

    ``comparable_full`` and ``comparable_trade`` are the names as ``workflows.rules.comparable`` writes them: whoever asks
    whether a name is taken asks these. ``holder`` is a credit code or, of a reservation, its number as
    ``normalise_number`` writes it; a reservation that became a company is ``used``, one that ended otherwise ``released``.
    ``sound`` is how the trade name is read, by which names that sound alike are found. ``person_id`` is who reserved it, and
    ``content`` the page ``name`` as it was reserved.
    """

    __tablename__ = "company_names"
    __table_args__ = (
        Index("ix_company_names_comparable_full", "comparable_full"),
        Index("ix_company_names_comparable_trade", "comparable_trade"),
        # Names that differ by one character share the first or the last one.
        Index("ix_company_names_first_character", text("substr(comparable_trade, 1, 1)")),
        Index("ix_company_names_last_character", text("substr(comparable_trade, length(comparable_trade), 1)")),
        Index(
            "ix_company_names_reserved", "holder",
            sqlite_where=text("status = 'reserved'"), postgresql_where=text("status = 'reserved'"),
        ),
        # Two registrars who approve the same name in the same moment: the database lets one of them.
        Index(
            "uq_company_names_registered", "comparable_full", unique=True,
            sqlite_where=text("status = 'registered'"), postgresql_where=text("status = 'registered'"),
        ),
    )

    full_name: Mapped[str] = mapped_column(String(400))
    trade_name: Mapped[str] = mapped_column(String(200))
    comparable_full: Mapped[str] = mapped_column(String(400))
    comparable_trade: Mapped[str] = mapped_column(String(200))
    industry: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(20))
    since: Mapped[str] = mapped_column(String(10))
    until: Mapped[str | None] = mapped_column(String(10))
    holder: Mapped[str] = mapped_column(String(60))
    sound: Mapped[str] = mapped_column(String(600), default="")
    credit_code: Mapped[str | None] = mapped_column(String(18), unique=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), unique=True)
    person_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    content: Mapped[Any] = mapped_column(CanonicalJson, default=dict)

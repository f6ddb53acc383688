"""The verbs of delegated handling as the simulation calls them, one transaction each."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Case, Draft, Mandate, Signature, Upload
from approvals.operations import confirming, custody, delegation, renewing, signing
from approvals.operations.acting import Acting
from approvals.operations.custody_ledger import read_ledger
from approvals.operations.delegation import Principal, Wish
from workflows.network.custody import ASTRAY, HELD, IN_TRANSIT, ORIGINAL, RESULT

from .verbs import Seen, _look, _save


def take_in(session: Session, acting: Acting, office_id: int, who: Principal, wish: Wish, now: datetime) -> Seen:
    """An agent takes a request in at the counter."""
    filed = delegation.take_in(session, acting, office_id, who, wish, now)
    return replace(_look(session, filed.case_id), number=filed.number)


def request_help(session: Session, acting: Acting, office_id: int, who: Principal, wish: Wish, now: datetime) -> Seen:
    """An applicant asks for an agent online."""
    filed = delegation.request_help(session, acting, office_id, who, wish, now)
    return replace(_look(session, filed.case_id), number=filed.number)


def answer(session: Session, signature: Signature, action: str, reason: str, now: datetime) -> Seen:
    """The principal answers by their own link."""
    confirming.mark_confirmed(session, signature.id, now)
    signing.answer(session, signature.id, action, signature.digest, now, reason)
    return _look(session, signature.root_id)


def take_papers(session: Session, acting: Acting, root_id: int, names: Sequence[str], now: datetime) -> Seen:
    """Take originals from the applicant."""
    custody.take_in(session, acting, root_id, [custody.Listed(name, ORIGINAL) for name in names], f"demo-{root_id}-taken", now)
    return _look(session, root_id)


def enter_results(session: Session, acting: Acting, root_id: int, names: Sequence[str], now: datetime) -> Seen:
    """Enter what the authorities made, at the centre."""
    custody.enter_results(session, acting, root_id, [custody.Listed(name, RESULT) for name in names], f"demo-{root_id}-made", now)
    return _look(session, root_id)


def prepare(session: Session, acting: Acting, root_id: int, content: Mapping[str, Any], now: datetime) -> Seen:
    """Fill the application in."""
    token = delegation.prepare(session, acting, session.scalars(select(Case.token).where(Case.id == root_id)).one(), now)
    _save(session, acting, token, content, now)
    return _look(session, root_id)


def is_prepared(session: Session, root_id: int) -> bool:
    """Whether the application of a delegated case was filled in."""
    return session.scalar(select(Draft.id).where(Draft.delegated_id == root_id).limit(1)) is not None


def items_at(session: Session, root_id: int, office_id: int) -> list[int]:
    """What an office has in hand of a case."""
    ledger = read_ledger(session.connection(), root_id)
    return [item.id for item in ledger.with_status(HELD) if ledger.standing(item.id).office_id == office_id]


def items_in_transit(session: Session, root_id: int) -> list[int]:
    """What is in the bag on its way."""
    return [item.id for item in read_ledger(session.connection(), root_id).with_status(IN_TRANSIT)]


def find_missing(session: Session, acting: Acting, root_id: int, now: datetime) -> Seen:
    """Whoever sent the bag finds what was missing from it."""
    for item in read_ledger(session.connection(), root_id).with_status(ASTRAY):
        custody.report_found(session, acting, root_id, item.id, "留在了柜台抽屉里", f"demo-found-{item.id}", now)
    return _look(session, root_id)


def give_back(session: Session, acting: Acting, root_id: int, office_id: int, receiver: str, now: datetime) -> Seen:
    """Give everything back that an office has in hand."""
    items = items_at(session, root_id, office_id)
    custody.give_back(session, acting, root_id, items, receiver, f"demo-back-{root_id}", now)
    return _look(session, root_id)


def revoke(session: Session, root_id: int, reason: str, now: datetime) -> Seen:
    """The principal revokes the mandate by the link on which they signed it."""
    signed = select(Signature).where(Signature.case_id == root_id, Signature.vote == "yes").order_by(Signature.asked_at.desc())
    mandate = next(each for each in session.scalars(signed) if each.acts == ["mandate"])
    renewing.revoke_by_link(session, mandate.id, reason, now)
    return _look(session, root_id)


def photo_of_paper(session: Session, acting: Acting, root_id: int, title: str, now: datetime) -> int:
    """A photo of a paper that says that it is an example."""
    content = _example()
    digest = hashlib.sha256(content).hexdigest()
    upload = Upload(
        token=secrets.token_urlsafe(18), root_id=root_id, person_id=acting.person_id, workflow="delegated-handling",
        material="mandate", subject="", name=f"{title}.png", media_type="image/png", size=len(content), digest=digest,
        sent_digest=digest, content=content, uploaded_at=now,
    )  # fmt: skip
    session.add(upload)
    session.flush()
    return upload.id


def _example() -> bytes:
    import io

    from PIL import Image, ImageDraw

    image = Image.new("RGB", (420, 594), "white")
    drawing = ImageDraw.Draw(image)
    drawing.rectangle((20, 20, 400, 574), outline="black")
    drawing.text((120, 280), "EXAMPLE / DEMO", fill="black")
    made = io.BytesIO()
    image.save(made, "PNG")
    return made.getvalue()


def principal_name(session: Session, root_id: int) -> str:
    """Who entrusted the agent."""
    return session.scalars(select(Mandate.principal_name).where(Mandate.case_id == root_id).limit(1)).one()

"""The tables."""

from .base import Base
from .cases import Case, Draft, Event, EventPayload, Submission, Task
from .delegation import Consent, CustodyItem, CustodyMove, Disclosure, HandOver, Mandate
from .names import CompanyName
from .network import (
    AdministrationChange,
    BusinessItem,
    Competence,
    Counter,
    Office,
    OfficeClosure,
    OfficeDepartment,
    Place,
    PlaceChange,
)
from .notices import Delivery, Notice, Worker
from .papers import Document, DocumentFile, Upload
from .people import PasswordTries, Person, Position, StandIn
from .ratings import Rating
from .signatures import Signature

__all__ = [
    "AdministrationChange", "Base", "BusinessItem", "Case", "CompanyName", "Competence", "Consent", "Counter", "CustodyItem",
    "CustodyMove", "Delivery", "Disclosure", "Document", "DocumentFile", "Draft", "Event", "EventPayload", "HandOver", "Mandate",
    "Notice", "Office", "OfficeClosure", "OfficeDepartment", "PasswordTries", "Person", "Place", "PlaceChange", "Position", "Rating",
    "Signature", "StandIn", "Submission", "Task", "Upload", "Worker",
]  # fmt: skip

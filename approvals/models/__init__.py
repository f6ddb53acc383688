"""The tables."""

from .base import Base
from .cases import Case, Draft, Event, EventPayload, Submission, Task
from .names import CompanyName
from .network import BusinessItem, Counter, Office, Place
from .notices import Delivery, Notice, Worker
from .papers import Document, DocumentFile, Upload
from .people import PasswordTries, Person, Position
from .ratings import Rating
from .signatures import Signature

__all__ = [
    "Base", "BusinessItem", "Case", "CompanyName", "Counter", "Delivery", "Document", "DocumentFile", "Draft", "Event", "EventPayload",
    "Notice", "Office", "PasswordTries", "Person", "Place", "Position", "Rating", "Signature", "Submission", "Task", "Upload", "Worker",
]  # fmt: skip

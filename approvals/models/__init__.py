"""The tables."""

from .base import Base
from .cases import Case, CompanyName, Document, Draft, Event, EventPayload, Notice, Submission, Task
from .network import BusinessItem, Counter, Office, Place
from .people import PasswordTries, Person, Position

__all__ = [
    "Base", "BusinessItem", "Case", "CompanyName", "Counter", "Document", "Draft", "Event", "EventPayload", "Notice",
    "Office", "PasswordTries", "Person", "Place", "Position", "Submission", "Task",
]  # fmt: skip

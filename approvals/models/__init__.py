"""The tables."""

from .base import Base
from .calendar import CalendarYear
from .cases import Case, Draft, Event, EventPayload, Submission, Task
from .clock import DeadlineWarning, Urging, WarningRule
from .delegation import Consent, CustodyItem, CustodyMove, Disclosure, HandOver, Mandate
from .logs import EventLog, LogEvent, LogFault, LogFigures, LogFile
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
from .statistics import CaseRollup, JudgedOpening, RollupState, SettledCase, StepArrival, StepRollup, WorkflowTarget
from .suspensions import ClockSuspension

__all__ = [
    "AdministrationChange", "Base", "BusinessItem", "CalendarYear", "Case", "CaseRollup", "ClockSuspension", "CompanyName",
    "Competence", "Consent", "Counter", "CustodyItem", "CustodyMove", "DeadlineWarning", "Delivery", "Disclosure",
    "Document", "DocumentFile", "Draft", "Event", "EventLog", "EventPayload", "HandOver", "JudgedOpening", "LogEvent", "LogFault",
    "LogFigures", "LogFile",
    "Mandate", "Notice", "Office", "OfficeClosure", "OfficeDepartment", "PasswordTries", "Person", "Place", "PlaceChange",
    "Position", "Rating", "RollupState", "SettledCase", "Signature", "StandIn", "StepArrival", "StepRollup", "Submission",
    "Task",
    "Upload", "Urging", "WarningRule", "Worker", "WorkflowTarget",
]  # fmt: skip

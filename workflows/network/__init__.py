"""The service network: which office stands where, what it may take in and decide, and where a matter goes. Pure and dated."""

from workflows.network.network import DECIDE, EVERY_MATTER, KINDS, POWERS, TAKE_IN, Competence, Network, Office, Place
from workflows.network.routing import NoCountyHall, Route, Step, office_for, route

__all__ = [
    "DECIDE",
    "EVERY_MATTER",
    "KINDS",
    "POWERS",
    "TAKE_IN",
    "Competence",
    "Network",
    "NoCountyHall",
    "Office",
    "Place",
    "Route",
    "Step",
    "office_for",
    "route",
]

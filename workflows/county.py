"""The county's catalogue: the general engine together with the guards of this law and of delegated handling."""

from __future__ import annotations

import functools

import workflows.network.custody_guards
import workflows.network.mandate_guards
import workflows.rules.guards  # noqa: F401  registers the guards of the registration law
from workflows.engine import effects as _effects  # noqa: F401  declares the effects
from workflows.engine import guards as _guards  # noqa: F401  registers the general guards
from workflows.engine import joins as _joins  # noqa: F401  registers the triggers
from workflows.engine.catalogue import Catalogue


@functools.cache
def county_catalogue() -> Catalogue:
    """All published definitions of the county, read once per process."""
    return Catalogue()

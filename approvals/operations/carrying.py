"""What the verbs can carry out, held against what the definitions in force ask for.

The engine is more general than its verbs: it decides sign-offs of anybody, for one, but only those who have to sign an
application are asked here. A definition that asks for more passes the linter; it must not come into force, where its cases
would stand still.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from workflows.county import county_catalogue
from workflows.engine.catalogue import Catalogue
from workflows.engine.definition import Definition

from . import clock_effects, custody_effects, document_effects, effects, mandates, matter_effects
from .effects import EFFECTS
from .sign_offs import SIGNATORY

_MODULES = (effects, clock_effects, document_effects, custody_effects, mandates, matter_effects)
"""Importing one registers what it carries out."""


class NotCarriedOut(ValueError):
    """A definition in force asks for something that the verbs do not do. Its text names every such place."""


def not_carried_out(definition: Definition) -> Iterator[str]:
    """What a definition asks for and the verbs do not do, a sentence for each place."""
    version = f"{definition.key}/{definition.version}"
    for state in definition.states.values():
        if state.sign_off is not None and (state.task is None or state.task.role != SIGNATORY):
            yield f"{version}: the state {state.name!r} asks others than signatories for sign-offs, which this product does not do"
    for action in definition.actions.values():
        for effect in action.effects:
            if effect.name not in EFFECTS:
                yield f"{version}: the action {action.name!r} has the effect {effect.name!r}, which this product does not carry out"


def refuse_not_carried_out(definitions: Iterable[Definition]) -> None:
    """Raises NotCarriedOut when one of the definitions asks for something that the verbs do not do."""
    found = [sentence for definition in definitions for sentence in not_carried_out(definition)]
    if found:
        raise NotCarriedOut("\n".join([*found, "Take these out of the definition, or do not publish that version."]))


@cache
def catalogue_in_force() -> Catalogue:
    """The county's definitions, once it is certain that the verbs carry out all they ask for. Raises NotCarriedOut."""
    catalogue = county_catalogue()
    refuse_not_carried_out(catalogue)
    return catalogue

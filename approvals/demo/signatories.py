"""The signatories' part of the simulation: most sign within minutes; somebody declines, somebody never does."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from . import texts, verbs
from .verbs import Open

if TYPE_CHECKING:
    from .stories import Story

MINUTES = 4
"""Median minutes until somebody signs who has got a link."""

AT_WINDOW = 0.25
"""The share of walk-ins with somebody who signs at the window."""


class Signatories:
    """What people do who are asked to sign; the rest of the county is the simulation's."""

    _at: Any
    _act: Any
    _do: Any
    _some: Any
    _lapse_in_time: Any
    source: Any
    database: Any

    def _ask_to_sign(self, story: Story, task: Open, now: datetime, *, stalled: bool) -> None:
        """Everybody signs by phone within the hour; at a window somebody without one may sign on the spot."""
        with self.database.reading() as session:
            signatures = verbs.unsigned(session, story.root_id)
        last, hitch = signatures[-1], story.hitch
        story.hitch = ""
        soon = now + timedelta(minutes=2)
        if stalled:
            signatures.remove(last)
            self._lapse_in_time(story, task)
        elif hitch == "decline":
            signatures.remove(last)
            self._at(soon, lambda now: self._do(story, now, verbs.decline, last, self.source.choice(texts.OBJECTIONS), now))
            return
        elif hitch == "change":
            self._at(soon, lambda now: self._act(story, now, story.filer, task, "change", {}))
            return
        elif story.window is not None and self.source.random() < AT_WINDOW:
            signatures.remove(last)
            form = {"signatory": str(last.id), "way": "in-person", "identity_checked": True}
            self._at(soon, lambda now: self._act(story, now, story.filer, task, "sign_in_person", form))
        for each in signatures:
            moment = now + timedelta(seconds=self._some(MINUTES, story.plan.pace))
            self._at(moment, lambda now, each=each: self._do(story, now, verbs.sign, each, now))

"""Where something is recorded: an agreement as it stands, or none yet, and who records."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from uuid import UUID

from fastapi import Request

from api.agreements import readable
from api.asking import Reading
from api.language import chosen
from api.pages.recording.offering import Offer, offer
from api.problems import Problem
from api.running import Running
from domain.agreement import EMPTY, History, State, derive
from domain.agreement.access import Actor, access, may
from domain.journal import Entry


@dataclass(frozen=True)
class Place:
    """An agreement with its trail, or a new one without; `language` is the reader's."""

    running: Running
    actor: Actor
    language: str
    trail: Sequence[Entry] = ()

    @property
    def agreement(self) -> UUID | None:
        """The agreement's id; None for a new one."""
        return self.trail[0].agreement if self.trail else None

    @property
    def version(self) -> int:
        """The newest version; 0 for a new one."""
        return len(self.trail)

    @cached_property
    def history(self) -> History:
        """What is recorded."""
        return self.running.journal.history(self.trail) if self.trail else EMPTY

    @cached_property
    def state(self) -> State | None:
        """How it stands today."""
        return derive(self.history, self.running.journal.today()) if self.trail else None

    @cached_property
    def offer(self) -> Offer:
        """What its forms can offer."""
        return offer(
            self.running, self.actor, self.language, trail=self.trail, state=self.state, history=self.history
        )

    def read_again(self) -> "Place":
        """The same, with what was recorded meanwhile."""
        if self.agreement is None:
            return self
        return replace(self, trail=self.running.journal.trail(self.agreement))


def new_place(request: Request, actor: Actor) -> Place:
    """Where a new agreement is opened.

    Raises:
        Problem: 403, the actor does not coordinate.
    """
    if actor.role != "coordinator":
        raise Problem("not_allowed", 403)
    return Place(request.app.state.running, actor, chosen(request))


def place_of(request: Request, agreement: str, actor: Actor) -> Place:
    """An agreement for one of its owner's coordinators.

    Raises:
        Problem: 404, there is none or it is hidden; 403, somebody else's.
    """
    running: Running = request.app.state.running
    _, trail = readable(running, agreement, actor, Reading())
    place = Place(running, actor, chosen(request), trail)
    if not may(actor, "record", access(place.history)):
        raise Problem("not_allowed", 403)
    return place

"""What the command line prints."""

import re
from collections.abc import Iterator
from datetime import date
from typing import get_args
from uuid import UUID

from api.agreements import known_version
from api.health import health
from api.running import Running
from domain.agreement import State, derive
from domain.agreement.access import Actor, Role
from domain.journal import Entry, Journal
from projections.rebuilding import Progress
from projections.summary import summary

VIEWS_SECONDS = 10.0  # that the views may take to show what was just loaded
ANYBODY = Actor("operator", "auditor", "operator")


def replayed(journal: Journal, agreement: UUID, day: date | None, known_at: str | None) -> list[str]:
    """Each entry of an agreement and the state after it; nothing if nothing was recorded by then."""
    trail = journal.trail(agreement)
    known = trail[: known_version(known_at, trail) if known_at else None]
    lines = []
    for entry in known:
        lines += [
            _entry_line(entry),
            _state_line(derive(journal.history(trail[: entry.version]), day or journal.today())),
        ]
    return lines


def state_of(running: Running) -> tuple[list[str], bool]:
    """Positions, lag, counts and health, and whether all is well."""
    report = health(running)
    lines = [f"journal   position {report['head']}"]
    lines += views_of(running)
    with running.views.on(running.journal.today()) as view:
        figures = summary(view, ANYBODY)
    counts = ", ".join(f"{name} {count}" for name, count in figures["by_status"].items() if count)
    lines.append(f"agreements {figures['agreements']} ({counts or 'none'}), networks {figures['networks']}")
    lines.append(f"health    {'stuck: ' + ', '.join(report['stuck']) if report['stuck'] else 'well'}")
    return lines, not report["stuck"]


def views_of(running: Running) -> list[str]:
    """How each view stands: its name and version, its position, what it lacks and what holds it back."""
    lines = []
    for standing in running.follower.standings():
        told = [f"position {standing.position}", f"{standing.behind} behind", standing.state]
        if standing.stuck_at is not None:
            told[-1] += f" at {standing.stuck_at}"
        if standing.error:
            told[-1] += f": {standing.error}"
        if standing.rebuilding is not None:
            told.append(f"rebuilt up to {standing.rebuilding}")
        if standing.skipped:
            told.append(f"skipped {' '.join(map(str, standing.skipped))}")
        lines.append(f"{standing.projection:<9} version {standing.version}, {', '.join(told)}")
    return lines


def welcome(running: Running, address: str, organisation: str) -> Iterator[str]:
    """Where the demo is; for each role a link that signs in and a token."""
    running.follower.wait_for(running.journal.head(), VIEWS_SECONDS, "register")
    with running.views.on(running.journal.today()) as view:
        figures = summary(view, None)
    yield f"Pakta serves {figures['agreements']} agreements and {figures['networks']} network on {address}"
    yield f"  Overview        {address}/"
    yield f"  Documentation   {address}/docs"
    yield "Sign in, once with each link. The coordinator's is the one that records:"
    for role in get_args(Role):
        yield f"  {role:<15} {address}/sign-in/{running.sessions.invite(organisation, role)}"
    yield f"Tokens of {organisation}:"
    for role in get_args(Role):
        yield f"  {role:<15} {running.directory.issue(organisation, role)}"
    yield "Stop with Ctrl-C."


def progress_line(progress: Progress) -> str:
    """How far a rebuild is, and about how long it may take yet."""
    left = "" if progress.seconds_left is None else f", about {progress.seconds_left:.0f} s left"
    return f"position {progress.position} of {progress.head}{left}"


def is_organisation(name: str) -> bool:
    """Whether a name can be an organisation's short name."""
    return len(name) <= 64 and re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", name) is not None


def _entry_line(entry: Entry) -> str:
    occurred = entry.fact.occurred.edtf if entry.fact.occurred else None
    who = f"{entry.recorded_by.role} of {entry.recorded_by.organisation}"
    when = entry.recorded_at.isoformat(timespec="seconds").replace("+00:00", "Z")
    recorded = f"recorded {when} by a {who}, position {entry.position}"
    return f"{entry.version:>4}  {entry.fact.type}  occurred {occurred or 'unknown'}  ({recorded})"


def _state_line(state: State) -> str:
    parts = [f"status {state.status or '–'}", f"instrument {state.instrument}", state.standing]
    if state.follow_up.state != "none":
        overdue = f", {state.follow_up.days_overdue} days overdue" if state.follow_up.days_overdue else ""
        parts.append(f"follow-up {state.follow_up.state} {state.follow_up.window or ''}{overdue}".rstrip())
    if state.realisation != "none":
        parts.append(f"realised {state.realisation} ({state.realisation_basis})")
    parts += [f"flags {' '.join(state.flags)}"] if state.flags else []
    parts += [f"warnings {' '.join(w.code for w in state.warnings)}"] if state.warnings else []
    return "      → " + "; ".join(["void"] if state.voided else parts)

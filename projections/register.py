"""The register: every agreement as it stands, for lists, search and counts."""

from collections.abc import Hashable, Iterable, Sequence
from operator import itemgetter
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.engine import Connection

from domain.agreement import State
from domain.agreement.transitions import RUNGS
from domain.uncertain_date import ANY_DAY, Span, bounds
from domain.words import fold
from projections.beside import at_hand
from projections.change import Change, runs, span_columns
from projections.covering import covering
from projections.searching import spelled, words, words_of
from projections.tallies import COUNTED, Tallying, tallies, turns
from projections.turning import Turns, add_up
from projections.writing import QUIET, Row

FLAGS = ("stalled", "dormant", "no_next_step", "expiring_30", "expiring_90", "expiring_180", "notice_due")
STATE: TypeAdapter[State] = TypeAdapter(State)
ORDERED = ("title_key", "rung", "proposed_on", "signed_on")
ANSWERS = ("status", "instrument", "standing", "kind")
HOLDS = ("until", "since", "agreement")  # on which days, and of what: all that is asked to find few by name
TOLD = ("visibility", "begun", "owner", *ANSWERS)  # who may see it, and what is asked of many
SELDOM = (
    *("overdue", "dormant", "expiring_30", "expiring_90", "expiring_180"),
    *("followed_up", "follow_up_held", "evidenced"),
)
EARLIEST = ""
AGREEMENTS_AT_ONCE = 500
ROWS_AT_ONCE = 5000
COUNTED_BY = itemgetter(*COUNTED)
TURNING = {"standing", "follow_up", "flags", "uncertain"}

metadata = sa.MetaData()
register = sa.Table(
    "register",
    metadata,
    *span_columns(index=False),
    sa.Column("recorded_on", sa.String(10), nullable=False, index=True),
    sa.Column("opened", sa.BigInteger, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("title_key", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("visibility", sa.Text, nullable=False),
    sa.Column("readers", sa.Text, nullable=False),
    sa.Column("begun", sa.Boolean, nullable=False),
    sa.Column("status", sa.Text),
    sa.Column("rung", sa.Integer, nullable=False),
    sa.Column("instrument", sa.Text, nullable=False),
    sa.Column("standing", sa.Text, nullable=False),
    sa.Column("realisation", sa.Text, nullable=False),
    sa.Column("evidenced", sa.Boolean, nullable=False),
    sa.Column("follow_up_held", sa.Boolean, nullable=False),
    sa.Column("followed_up", sa.Boolean, nullable=False),
    sa.Column("settled", sa.Boolean, nullable=False),
    sa.Column("has_end", sa.Boolean, nullable=False),
    sa.Column("overdue", sa.Boolean, nullable=False),
    sa.Column("overdue_from", sa.String(10)),
    *(sa.Column(flag, sa.Boolean, nullable=False) for flag in FLAGS),
    sa.Column("uncertain", sa.Integer, nullable=False),
    sa.Column("proposed_on", sa.String(10), nullable=False),
    sa.Column("signed_on", sa.String(10), nullable=False),
    sa.Column("signed_by", sa.String(10)),
    sa.Column("mou_by", sa.String(10)),
    sa.Column("loi_to_mou_days", sa.Float),
    sa.Column("search", sa.Text, nullable=False),
    sa.Column("document", sa.Text, nullable=False, info=QUIET),
    # A page in any order is read along an index, however large the register is. It tells besides which rows
    # are wanted, so that no other is read.
    covering("register_by_agreement", "agreement", told=("until", "since", "opened", *ORDERED, *TOLD)),
    covering("register_by_opening", "opened", told=(*HOLDS, *TOLD)),
    *(covering(f"register_by_{name}", name, "opened", told=(*HOLDS, *TOLD)) for name in ORDERED),
    covering("register_by_owner", "owner", "opened", told=HOLDS),
    *(covering(f"register_of_{name}", name, told=HOLDS) for name in ANSWERS),
    # Room in each page for rows that are told otherwise, so that no index has to know of it.
    postgresql_with={"fillfactor": 85},
)
for _mark in SELDOM:
    _marked = register.c[_mark] == sa.true()
    sa.Index(
        f"register_{_mark}",
        *(register.c[name] for name in HOLDS),
        sqlite_where=_marked,
        postgresql_where=_marked,
    )

# What a filter asks for word by word: parties, countries, fields.
terms = sa.Table(
    "register_terms",
    metadata,
    *span_columns(),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("term", sa.Text, nullable=False),
    covering("register_terms_by_term", "kind", "term", "agreement", told=("until", "since")),
)

readers = sa.Table(
    "register_readers",
    metadata,
    sa.Column("agreement", sa.Uuid, primary_key=True),
    sa.Column("organisation", sa.Text, primary_key=True),
    sa.Index("register_readers_by_organisation", "organisation", "agreement"),
)


class Register(Tallying):
    """One row for each stretch of days on which an agreement stands in one way."""

    name = "register"
    version = 5
    tables: Sequence[sa.Table] = (register, terms, words, readers, tallies)

    def rows(self, change: Change) -> Sequence[Iterable[Row]]:
        """See `Projection`. The tallies are of many agreements."""
        rows = list(_rows(change))
        spellings = {row["search"] for row in rows}
        found = sorted({word for search in spellings for word in words_of(search)})
        told = ({"agreement": change.agreement, "word": word} for word in found)
        return rows, runs(change, _terms, _term, lasting=True), told, _readers(change), ()

    def turns(self, rows: Sequence[Sequence[Row]]) -> Turns:
        """See `Projection`."""
        return turns(rows[0])

    def counted(self, rows: Sequence[Sequence[Row]]) -> Hashable:
        """See `Tallying`."""
        return tuple(map(COUNTED_BY, rows[0]))

    def tallied(self, connection: Connection, agreements: Sequence[UUID]) -> Turns:
        """See `Tallying`."""
        table = at_hand(connection, register)
        found: Turns = {}
        for start in range(0, len(agreements), AGREEMENTS_AT_ONCE):
            some = table.c.agreement.in_(agreements[start : start + AGREEMENTS_AT_ONCE])
            add_up(found, turns(connection.execute(_counted(connection).where(some)).mappings().all()))
        return found

    def turned(self, connection: Connection) -> Turns:
        """See `Projection`."""
        found: Turns = {}
        told = connection.execute(_counted(connection), execution_options={"yield_per": ROWS_AT_ONCE})
        for rows in told.mappings().partitions():
            add_up(found, turns(rows))
        return found


def _counted(connection: Connection) -> sa.Select[Any]:
    table = at_hand(connection, register)
    return sa.select(*(table.c[name] for name in COUNTED)).order_by(table.c.agreement, table.c.since)


def _rows(change: Change) -> Iterable[Row]:
    settled: State | None = None
    lasting: Row = {}
    document = ""
    for stretch in change.stretches:
        state = stretch.state
        if state.voided:
            continue
        if settled is None or state.milestones is not settled.milestones:  # the same as long as all else is
            settled, lasting, document = state, _lasting(state), _document(state)
        yield {
            "agreement": change.agreement,
            "since": stretch.since.isoformat(),
            "until": stretch.until.isoformat(),
            "recorded_on": change.recorded_on.isoformat(),
            "readers": " ".join(change.readers),
            "opened": change.entries[0].position,
            **lasting,
            **_of_the_day(state),
            "document": document + _document_of_the_day(state),
        }


def _lasting(state: State) -> Row:
    """What stays as it is until another fact counts."""
    proposed, mou = _span(state, "proposed"), _span(state, "mou_signed")
    signed = min(
        (_span(state, rung) for rung in ("loi_signed", "mou_signed") if state.milestones[rung]),
        default=None,
    )
    return {
        "title": state.title,
        "title_key": fold(state.title),
        "kind": state.kind,
        "owner": state.owner,
        "visibility": state.visibility,
        "begun": state.begun,
        "status": state.status,
        "rung": RUNGS.index(state.status) if state.status else -1,
        "instrument": state.instrument,
        "realisation": state.realisation,
        "evidenced": state.realisation_basis == "evidenced",
        "follow_up_held": any(visit.state == "held" and visit.follow_up for visit in state.visits),
        "proposed_on": proposed.earliest.isoformat() if proposed != ANY_DAY else EARLIEST,
        "signed_on": signed.earliest.isoformat() if signed else EARLIEST,
        "signed_by": signed.latest.isoformat() if signed else None,
        "mou_by": mou.latest.isoformat() if state.instrument == "mou" else None,
        "has_end": state.valid_until is not None,
        "loi_to_mou_days": _loi_to_mou(state),
        "search": _search(state),
    }


def _of_the_day(state: State) -> Row:
    """What may turn with the day."""
    named = state.follow_up.visit if state.follow_up.state == "overdue" else None
    pressing = next((v for v in state.visits if v.state == "overdue" and v.visit == named), None)
    steps = {visit.state for visit in state.visits if visit.follow_up}
    return {
        "standing": state.standing,
        "followed_up": bool(steps - {"cancelled"}),
        "settled": not steps.isdisjoint(("scheduled", "confirmed")),
        "overdue": state.follow_up.state == "overdue" and state.status is not None,
        "overdue_from": pressing.overdue_from.isoformat() if pressing and pressing.overdue_from else None,
        **{flag: flag in state.flags for flag in FLAGS},
        "uncertain": len(state.uncertain),
    }


def _span(state: State, rung: Any) -> Span:
    stated = state.milestones[rung]
    return bounds(stated) if stated else ANY_DAY


def _loi_to_mou(state: State) -> float | None:
    """Days between the middles of what is known of both; None where either is open."""
    loi, mou = _span(state, "loi_signed"), _span(state, "mou_signed")
    if ANY_DAY.earliest in (loi.earliest, mou.earliest) or ANY_DAY.latest in (loi.latest, mou.latest):
        return None
    return sum(day.toordinal() for day in mou) / 2 - sum(day.toordinal() for day in loi) / 2


def _search(state: State) -> str:
    told = [state.title, state.reference or "", *(field.name for field in state.fields)]
    for party in state.parties:
        told += [party.name, party.region or "", party.code or "", *party.aliases]
    return spelled(" ".join(told))


def _document(state: State) -> str:
    """All that a list shows, but for what turns with the day: a JSON object that is left open."""
    return STATE.dump_json(state, exclude={"visits", "commitments", *TURNING}).decode().removesuffix("}")


def _document_of_the_day(state: State) -> str:
    """The end of the document. What depends on the very day is filled in when it is read."""
    return "," + STATE.dump_json(state, include=TURNING).decode().removeprefix("{")


def _terms(state: State) -> Iterable[tuple[str, str]]:
    return sorted(set(_words(state)))


def _term(word: tuple[str, str]) -> Row:
    return dict(zip(("kind", "term"), word, strict=True))


def _words(state: State) -> Iterable[tuple[str, str]]:
    for party in state.parties:
        for name in (party.name, *party.aliases, *((party.code,) if party.code else ())):
            yield "party", fold(name)
        if party.country:
            yield "country", fold(party.country)
    for field in state.fields:
        yield "field", fold(field.name)


def _readers(change: Change) -> Iterable[Row]:
    for organisation in change.readers:
        yield {"agreement": change.agreement, "organisation": organisation}

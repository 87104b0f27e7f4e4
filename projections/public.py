"""The public read model: five SQL views with columns that stay, for other people's tools.

docs/read-models.md says what each column means. They show what the public may read, as of today where
the record is kept, and nothing else. On PostgreSQL they have a schema of their own, so that a role can be let
into it alone.

Views hold on to their tables: PostgreSQL drops no table under a view, and a view goes along with a table that
is renamed. Whoever drops or renames tables of projections calls `drop_views` before and `create_views` after,
in the same transaction.
"""

import hashlib
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from domain.databases import one_at_a_time
from projections.calendar import commitments, visits
from projections.entries import entries
from projections.parties import parties
from projections.register import FLAGS, register
from projections.sql_words import Postgresql, Sqlite, Text, Words

SCHEMA = "pakta"
MILESTONES = (
    *("proposed", "loi_signed", "mou_signed"),
    *("follow_up_visit_scheduled", "follow_up_visit_held", "realised"),
)
NO_DAYS = ("", "0001-01-01", "9999-12-31")  # what stands for a day that is not known

Columns = list[sa.ColumnElement[Any]]
Views = dict[str, sa.Select[*tuple[Any, ...]]]


def create_views(connection: Connection, zone: ZoneInfo) -> None:
    """Have the views there as they should be. What is right already is not touched: no reader has to wait."""
    one_at_a_time(connection, "public views")
    views = _views(connection, zone)
    schema = _schema(connection)
    statements = {name: sa.schema.CreateView(view, name, schema=schema) for name, view in views.items()}
    texts = {name: str(statement.compile(connection)).strip() for name, statement in statements.items()}
    mark = hashlib.sha256("\n".join(texts.values()).encode()).hexdigest()
    if _present(connection) in (texts, dict.fromkeys(texts, mark)):
        return
    drop_views(connection)
    if schema and not connection.scalar(sa.select(sa.func.to_regnamespace(schema).is_not(None))):
        connection.execute(sa.schema.CreateSchema(schema))
    for name, text in texts.items():
        connection.exec_driver_sql(text)
        if schema:
            connection.exec_driver_sql(f"COMMENT ON VIEW {schema}.{name} IS '{mark}'")


def drop_views(connection: Connection) -> None:
    """Take the views away, until `create_views`. Who may read them is not forgotten."""
    place = f"{SCHEMA}." if _schema(connection) else ""
    for name in _present(connection):
        connection.exec_driver_sql(f"DROP VIEW {place}{name}")


def public_tables(connection: Connection) -> list[sa.Table]:
    """The views, to be asked like tables."""
    metadata = sa.MetaData(schema=_schema(connection))
    return [
        sa.Table(name, metadata, *(sa.Column(column.name, column.type) for column in view.selected_columns))
        for name, view in _views(connection, ZoneInfo("UTC")).items()
    ]


def _schema(connection: Connection) -> str | None:
    return SCHEMA if connection.dialect.name == "postgresql" else None


def _present(connection: Connection) -> dict[str, str | None]:
    """The views that are there, with the text or the mark of the text that they were made with."""
    if _schema(connection):
        query = """SELECT relname, obj_description(oid, 'pg_class') FROM pg_class
                   WHERE relkind = 'v' AND relnamespace = to_regnamespace('pakta')"""
    else:
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'view'"
    return {row[0]: row[1] for row in connection.exec_driver_sql(query)}


def _views(connection: Connection, zone: ZoneInfo) -> Views:
    words: Words = Postgresql() if _schema(connection) else Sqlite()
    today = sa.select(words.today(zone).label("day")).subquery("today")
    columns = {
        "pakta_agreements": (register, _agreements(words)),
        "pakta_events": (entries, _events()),
        "pakta_visits": (visits, _visits(words, today.c.day)),
        "pakta_commitments": (commitments, _commitments(words, today.c.day)),
        "pakta_parties": (parties, _parties()),
    }
    return {
        name: sa.select(
            words.id(register.c.agreement).label("agreement"),
            *own,
            *([] if table is entries else [today.c.day.label("as_of")]),
        ).where(*_shown(table, today.c.day))
        for name, (table, own) in columns.items()
    }


def _shown(table: sa.Table, day: Text) -> list[sa.ColumnElement[bool]]:
    """Rows that hold today, of agreements that the public finds in the register today."""
    dated = [each for each in dict.fromkeys((register, table)) if "since" in each.c]
    conditions = [test for each in dated for test in (each.c.since <= day, each.c.until > day)]
    if table is not register:
        conditions.append(table.c.agreement == register.c.agreement)
    return [*conditions, register.c.visibility == "public", register.c.begun]


def _agreements(words: Words) -> Columns:
    c = register.c
    document = c.document
    return [
        sa.cast(words.told(document, "version"), sa.BigInteger).label("version"),
        *(c.title, c.kind, c.owner),
        words.told(document, "reference").label("reference"),
        *(c.status, c.instrument, c.standing, c.realisation),
        words.told(document, "realisation_basis").label("realisation_basis"),
        words.told(document, "follow_up", "state").label("follow_up"),
        words.told(document, "follow_up", "window").label("follow_up_window"),
        c.overdue,
        c.overdue_from.label("overdue_from"),
        *(words.told(document, "milestones", rung).label(rung) for rung in MILESTONES),
        _known(c.proposed_on).label("proposed_from"),
        _known(c.signed_on).label("signed_from"),
        words.told(document, "valid_until").label("valid_until"),
        *(c[flag] for flag in FLAGS),
        c.uncertain,
    ]


def _events() -> Columns:
    c = entries.c
    marks = (c.about, c.corrected_in, c.retracted)
    return [
        c.version,
        c.position,
        c.type,
        c.occurred,
        c.earliest,
        c.latest,
        c.recorded_at,
        c.organisation,
        *marks,
    ]


def _visits(words: Words, day: Text) -> Columns:
    c = visits.c
    return [
        *(c.version, c.visit, c.state, c.follow_up, c.visitor, c.host, c.place, c.purpose),
        c.window.label("planned"),  # PostgreSQL keeps the word `window` for itself
        c.held,
        _known(c.first_day).label("earliest"),
        _known(c.last_day).label("latest"),
        c.overdue_from,
        _overdue(words, visits, day),
    ]


def _commitments(words: Words, day: Text) -> Columns:
    c = commitments.c
    return [
        *(c.version, c.commitment, c.state, c.text),
        c.by.label("by_party"),
        c.to.label("to_party"),
        *(c.field, c.due),
        _known(c.last_day).label("due_by"),
        *(c.percent, c.outcome, c.overdue_from),
        _overdue(words, commitments, day),
    ]


def _parties() -> Columns:
    c = parties.c
    return [c.key.label("party"), c.name, c.kind, c.country, c.region, c.code, c.role]


def _overdue(words: Words, table: sa.Table, day: Text) -> sa.ColumnElement[Any]:
    """Days since the last day on which it was due; it is overdue from the day after."""
    days = words.days(table.c.overdue_from, day) + 1
    return sa.case((table.c.state == "overdue", days)).label("days_overdue")


def _known(day: sa.Column[str]) -> sa.ColumnElement[Any]:
    return sa.case((day.not_in(NO_DAYS), day))

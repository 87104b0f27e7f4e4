"""How rows of a store become rows of copies, in SQL that both engines know.

`o` is a row of the source, `n` how its agreement is named there, and `k` the number of the copy: the one with
0 keeps id, title and reference. The first digit of an id tells copies apart, so that they lie all over an
index, as ids at random do.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import sqlalchemy as sa

from domain.journal.schema import events, heads
from projections.register import register
from projections.searching import words
from projections.timeline import timeline

DIGITS = "0123456789abcdef"
_RENAMED = "CASE k WHEN 0 THEN {0} ELSE {1} END"
_TITLE = "n.title || ', tahap ' || k"
_REFERENCE = "n.reference || '/' || k"


class Engine(NamedTuple):
    """What the engines call the same thing; `source` is where a table of the source lies."""

    source: str
    find: str
    text_of_id: str
    id_of_text: str
    text_of_state: str
    state_of_text: str


SQLITE = Engine("source.{}", "instr", "{}", "{}", "CAST({} AS TEXT)", "CAST({} AS BLOB)")
POSTGRESQL = Engine(
    "source_{}",
    "strpos",
    "CAST({} AS text)",
    "CAST({} AS uuid)",
    "convert_from({}, 'UTF8')",
    "convert_to({}, 'UTF8')",
)


def copying(table: sa.Table, engine: Engine, times: int) -> list[str]:
    """The statements that fill a table with all copies of the rows that its namesake in the source has."""
    columns = ", ".join(f'"{column.name}"' for column in table.c)
    source = engine.source.format(table.name)
    if "agreement" not in table.c:  # what is counted of many agreements is there so many times
        told = columns.replace('"number"', f"number * {times}")
        return [f'INSERT INTO "{table.name}" ({columns}) SELECT {told} FROM {source}']  # noqa: S608  # our own names
    changed = _changed(table, engine, times)
    told = ", ".join(changed.get(column.name, f'o."{column.name}"') for column in table.c)
    # Entries are followed by their copies in the journal; the rows of an agreement in views lie together.
    sides = f"{source} AS o", "copies"
    rows = " CROSS JOIN ".join(sides if table is events else reversed(sides))
    statement = f"""INSERT INTO "{table.name}" ({columns})
        SELECT {told} FROM {rows} CROSS JOIN names AS n WHERE n.agreement = o.agreement"""  # noqa: S608  # our own names
    return [statement, *(_more_words(engine) if table is words else ())]


def _more_words(engine: Engine) -> Iterator[str]:
    """The words that only copies have; one may have them already."""
    for word in ("'tahap'", "CAST(k AS text)"):
        yield f"""INSERT INTO {words.name} (agreement, word)
            SELECT {_id(engine)}, {word} FROM copies CROSS JOIN names AS o WHERE k > 0 AND o.is_listed
            AND NOT EXISTS (SELECT 1 FROM {engine.source.format(words.name)} AS w
              WHERE w.agreement = o.agreement AND w.word = {word})"""  # noqa: S608  # our own names


def _changed(table: sa.Table, engine: Engine, times: int) -> Mapping[str, str]:
    """What is another in a copy, by its column."""
    found = {"agreement": _id(engine)}
    found |= {name: f"(o.{name} - 1) * {times} + k + 1" for name in ("position", "opened") if name in table.c}
    if table is events:
        state = engine.text_of_state.format("o.state")
        proposed = f"CASE o.version WHEN 1 THEN {_renamed(state)} ELSE {state} END"
        here = """'"agreement":"' || {}"""
        moved = f"replace({proposed}, {here.format(_first(engine))}, {here.format(_digit(engine))})"
        found["state"] = engine.state_of_text.format(moved)
    elif table is heads:
        found["reference"] = _RENAMED.format("o.reference", _REFERENCE)
    elif table is timeline:
        found["fact"] = f"CASE o.version WHEN 1 THEN {_renamed('o.fact')} ELSE o.fact END"
    elif table is register:
        found["title"] = _RENAMED.format("o.title", _TITLE)
        found["title_key"] = _RENAMED.format("o.title_key", "o.title_key || ', tahap ' || k")
        found["document"] = _renamed("o.document")
        found["search"] = _RENAMED.format("o.search", _searched())
    return found


def _renamed(json: str) -> str:
    """The JSON of a proposal or of an agreement under its new name."""
    told = json
    for name, old, new in (("title", "n.title", _TITLE), ("reference", "n.reference", _REFERENCE)):
        before, after = (f"""'"{name}":"' || coalesce({value}, '') || '"'""" for value in (old, new))
        told = f"replace({told}, {before}, {after})"
    return _RENAMED.format(json, told)


def _searched() -> str:
    """What is searched: what the title and the reference have more comes after the words of either."""
    title = "substr(o.search, 1, n.title_ends) || ' tahap ' || k"
    between = "substr(o.search, n.title_ends + 1, n.reference_ends - n.title_ends)"
    number = "CASE WHEN n.reference IS NULL THEN '' ELSE ' ' || k END"
    return f"{title} || {between} || {number} || substr(o.search, n.reference_ends + 1)"


def _first(engine: Engine) -> str:
    return f"substr({engine.text_of_id.format('o.agreement')}, 1, 1)"


def _digit(engine: Engine) -> str:
    return f"substr('{DIGITS}{DIGITS}', {engine.find}('{DIGITS}', {_first(engine)}) + k, 1)"


def _id(engine: Engine) -> str:
    rest = f"substr({engine.text_of_id.format('o.agreement')}, 2)"
    return engine.id_of_text.format(f"{_digit(engine)} || {rest}")

"""A form and the JSON it stands for: filled from a fact, and read back as the same fact.

The name of an input is the way to its value: `signatories.0.office` is /signatories/0/office.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from api.pages.recording.controls import DATES, Control, asked_of, kind_of_fact
from api.pages.recording.countries import country
from api.pages.recording.said_dates import keeping, shown, stored

Form = Mapping[str, str]
IN_ADDRESS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
WHOLE = re.compile(r"-?\d{1,18}", re.ASCII)
DECIMAL = re.compile(r"-?\d+[.,]\d+|-?\d{19,}", re.ASCII)
LONGEST_LIST = 1_000  # rows


def filled(kind: str, fact: Mapping[str, Any], path: str = "") -> dict[str, str]:
    """A form of a type of fact that says what the fact says."""
    return dict(pair for pair in filled_in(asked_of(kind), fact, path) if pair[1] != "")


def filled_in(controls: Sequence[Control], values: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """Each input's name and text."""
    for control in controls:
        if values.get(control.name) is not None:
            yield from _fill(control, values[control.name], path + control.name)


def _fill(control: Control, value: Any, path: str) -> Iterator[tuple[str, str]]:
    match control.kind:
        case "date":
            yield path, shown(value)
            yield f"{path}.kept", keeping(value)
        case "lines":
            yield path, "\n".join(value)
        case "rows" | "ids" | "pairs":
            for place, item in enumerate(_items(control, value)):
                yield from _fill(control.inside[0], item, f"{path}.{place}")
        case "truth":
            yield path, "true" if value else "false"
        case "fact":
            yield f"{path}.type", value["type"]
            yield from filled_in(asked_of(value["type"]), value, f"{path}.")
        case _ if control.inside:
            yield from filled_in(control.inside, _parts(control, value), f"{path}.")
        case _:
            yield path, str(value)


def _items(control: Control, value: Any) -> Sequence[Any]:
    if control.kind != "pairs":
        return list(value)
    return [
        {"key": key, "value": said if isinstance(said, str) else json.dumps(said)}
        for key, said in value.items()
    ]


def _parts(control: Control, value: Any) -> Mapping[str, Any]:
    """What is short for more, written out: a party by its name, somebody by the party spoken for."""
    if control.kind == "actor" and (isinstance(value, str) or "office" not in value):
        return {"party": value}
    return {"name": value} if isinstance(value, str) else value


def read(kind: str, form: Form, today: date, path: str = "") -> dict[str, Any]:
    """The fact that a form states, as JSON. What is left empty is left out."""
    return {"type": kind} | read_in(asked_of(kind), form, today, path)


def read_in(controls: Sequence[Control], form: Form, today: date, path: str) -> dict[str, Any]:
    """The values that a form states."""
    found = ((control.name, _read(control, form, today, path + control.name)) for control in controls)
    return {name: value for name, value in found if value is not None}


def _read(control: Control, form: Form, today: date, path: str) -> Any:
    match control.kind:
        case "date":
            found: Any = stored(form.get(path, ""), form.get(f"{path}.kept", ""), today)
        case "lines":
            found = [line for line in form.get(path, "").split("\n") if line.strip()] or None
        case "rows" | "ids" | "pairs":
            found = _listed(control, form, today, path)
        case "fact":
            kind = form.get(f"{path}.type", "")
            found = read(kind, form, today, f"{path}.") if kind_of_fact(kind) else None
        case _ if control.inside:
            found = _short(control, read_in(control.inside, form, today, f"{path}."))
        case _:
            found = _plain(control, form.get(path, ""))
    return found


def _listed(control: Control, form: Form, today: date, path: str) -> Any:
    rows = (_read(control.inside[0], form, today, f"{path}.{place}") for place in places(form, path))
    said = [row for row in rows if row is not None]
    if control.kind == "pairs":
        return {pair.get("key", ""): _said(pair, today) for pair in said} or None
    return said or ([] if control.required else None)


def _short(control: Control, value: dict[str, Any]) -> Any:
    if control.kind in ("party", "field") and value.keys() == {"name"}:
        return value["name"]
    if control.kind == "actor" and value.keys() == {"party"}:
        return value["party"]
    return value or None


def _plain(control: Control, text: str) -> Any:
    bare = text.strip()
    if not bare or bare == control.default:
        return None
    if control.name == "country":
        return country(bare)
    if control.kind in ("line", "text"):
        return text
    if control.kind == "truth" and bare in ("true", "false"):
        return bare == "true"
    if control.kind in ("number", "version"):
        return _number(bare)
    address = IN_ADDRESS.search(bare.lower()) if control.kind == "agreement" else None
    return address[0] if address else bare


def _number(text: str) -> int | float | str:
    """A number as people write it, with a point or a comma; anything else is for the schema to refuse."""
    if WHOLE.fullmatch(text):
        return int(text)
    return float(text.replace(",", ".")) if DECIMAL.fullmatch(text) else text


def _said(pair: Mapping[str, str], today: date) -> Any:
    """What is said of a field: of a date what the words mean, if they mean anything."""
    text = pair.get("value", "")
    if pair.get("key") in DATES:
        when = stored(text, "", today)
        if isinstance(when, str) or (when and when["edtf"]):
            return when
    if text[:1] in ("{", "["):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def places(form: Form, path: str) -> list[int]:
    """The rows of a list of which the form says anything, by number."""
    start = f"{path}."
    found = {
        name[len(start) :].partition(".")[0] for name, text in form.items() if name.startswith(start) and text
    }
    numbers = sorted(int(place) for place in found if place.isascii() and place.isdigit() and len(place) < 5)
    return numbers[:LONGEST_LIST]


class Gap(NamedTuple):
    """A list of the form, and the numbers of its rows that say something."""

    path: str
    kept: list[int]


def tidy(controls: Sequence[Control], form: Form, today: date, path: str = "") -> dict[str, str]:
    """The same form with its rows numbered from 0 without gaps, as they will stand in the fact."""
    tidied = dict(form)
    for gap in _gaps(controls, form, today, path):
        start = f"{gap.path}."
        rows = {name: tidied.pop(name) for name in list(tidied) if name.startswith(start)}
        for new, old in enumerate(gap.kept):
            for name, text in rows.items():
                place, dot, rest = name[len(start) :].partition(".")
                if place == str(old):
                    tidied[f"{start}{new}{dot}{rest}"] = text
    return tidied


def _gaps(controls: Sequence[Control], form: Form, today: date, path: str) -> Iterator[Gap]:
    for control in controls:
        at = path + control.name
        if control.kind == "fact" and kind_of_fact(form.get(f"{at}.type", "")):
            yield from _gaps(asked_of(form[f"{at}.type"]), form, today, f"{at}.")
        elif control.kind in ("rows", "ids", "pairs"):
            inner = control.inside[0]
            kept = [n for n in places(form, at) if _read(inner, form, today, f"{at}.{n}") is not None]
            yield Gap(at, kept)


def unclear(controls: Sequence[Control], form: Form, today: date, path: str = "") -> Iterator[str]:
    """The dates whose words mean nothing that we understand, by name of the input."""
    for control in controls:
        at = path + control.name
        if control.kind == "date":
            value = stored(form.get(at, ""), form.get(f"{at}.kept", ""), today)
            agreed = bool(form.get(f"{at}.kept")) and keeping(value) == form[f"{at}.kept"]
            if isinstance(value, dict) and not value["edtf"] and value["basis"] != "unknown" and not agreed:
                yield at
        elif control.kind == "fact" and kind_of_fact(form.get(f"{at}.type", "")):
            yield from unclear(asked_of(form[f"{at}.type"]), form, today, f"{at}.")
        elif control.kind == "rows":
            for place in places(form, at):
                yield from unclear(control.inside[0].inside, form, today, f"{at}.{place}.")

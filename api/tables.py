"""Tables for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from fastapi import Request
from fastapi.responses import Response, StreamingResponse

COLUMNS = (
    *("agreement", "title", "kind", "status", "instrument", "standing", "realisation", "owner"),
    *("parties", "fields", "proposed", "loi_signed", "mou_signed"),
    *("follow_up", "window", "days_overdue", "valid_until", "flags", "warnings"),
)
# A cell that begins so is taken for a formula by spreadsheets; full-width forms are too by some.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
BYTE_ORDER_MARK = "\ufeff"


def csv_of(items: Iterable[dict[str, Any]], *, with_heading: bool = True) -> str:
    """Agreements as CSV."""
    return table_of(COLUMNS, map(_row, items), with_heading=with_heading)


def table_of(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], *, with_heading: bool = True) -> str:
    """Rows as CSV (RFC 4180), with a byte order mark so that spreadsheets read it as UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text)
    if with_heading:
        writer.writerow(columns)
    for row in rows:
        writer.writerow([_harmless(row[column]) for column in columns])
    return BYTE_ORDER_MARK * with_heading + text.getvalue()


def file_of(request: Request, name: str, parts: Iterator[str]) -> Response:
    """A table as a file, sent part by part. To a HEAD nothing is worked out: its answer has no body."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    sent: Iterator[str] = iter(()) if request.method == "HEAD" else parts
    return StreamingResponse(sent, headers=headers, media_type="text/csv; charset=utf-8")


def _row(item: dict[str, Any]) -> dict[str, Any]:
    return {
        **item,
        **item["milestones"],
        "parties": "; ".join(party["name"] for party in item["parties"]),
        "fields": "; ".join(field["name"] for field in item["fields"]),
        "follow_up": item["follow_up"]["state"],
        "window": item["follow_up"]["window"],
        "days_overdue": item["follow_up"]["days_overdue"],
        "flags": " ".join(item["flags"]),
        "warnings": " ".join(warning["code"] for warning in item["warnings"]),
    }


def _harmless(value: Any) -> Any:
    if isinstance(value, str) and value.lstrip(" \n").startswith(FORMULA_STARTS):
        return f"'{value}"
    return value

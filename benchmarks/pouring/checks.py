"""What must hold after everything was poured, asked of the doors that everybody uses."""

import time
from typing import Any, NamedTuple

from benchmarks.pouring.client import Client
from benchmarks.pouring.pour import KEY

PAGE = 500
VIEW_SECONDS = 600.0
OLD = "1351"


class Walked(NamedTuple):
    """The feed from end to end."""

    entries: int
    ours: int
    dense: bool


class Order(NamedTuple):
    """The register by day of signature, and where 1351 and the newest year stand in it."""

    agreements: int
    ascending: bool
    places: dict[str, int]


def seconds_until_views_follow(client: Client) -> float | None:
    """How long the views need from now; None if they don't get there."""
    started = time.monotonic()
    while (passed := time.monotonic() - started) < VIEW_SECONDS:
        report = client.get("/readyz")
        if report["position"] >= report["head"]:
            return passed
        if report["stuck"]:
            return None
        time.sleep(0.05)
    return None


def walk(client: Client) -> Walked:
    """Every entry of the journal, in order of position."""
    entries, ours, dense, last = 0, 0, True, 0
    path: str | None = f"/api/v1/events?limit={PAGE}"
    while path:
        page = client.get(path)
        for item in page["items"]:
            dense = dense and item["position"] == last + 1
            last = item["position"]
            ours += item["command_id"].startswith(KEY)
        entries += len(page["items"])
        path = page["next"]
    return Walked(entries, ours, dense)


def signed_in_order(client: Client) -> Order:
    """Whether the register sorted by signature goes from the oldest to the newest."""
    years: list[str] = []
    listed = 0
    path: str | None = f"/api/v1/agreements?sort=signed&limit={PAGE}"
    while path:
        page = client.get(path)
        years += [year for item in page["items"] if (year := _year(item))]
        listed += len(page["items"])
        path = page["next"]
    places = {year: years.index(year) for year in (OLD, *years[-1:]) if year in years}
    return Order(listed, years == sorted(years), places)


def _year(item: dict[str, Any]) -> str | None:
    signed = item["milestones"]["mou_signed"]
    return signed[:4] if signed and signed[:4].isdigit() else None

"""The figures of a run, for people."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.pouring.checks import Order, Walked
from benchmarks.pouring.pour import Tally
from benchmarks.pouring.rows import Mapped


@dataclass(frozen=True)
class Told:
    """Everything that a run found out."""

    mapped: list[Mapped]
    tally: Tally
    seconds: float
    behind: float | None
    walked: Walked
    order: Order
    report: Path


def lines(told: Told) -> Iterator[str]:
    """The summary."""
    tally = told.tally
    yield from _rows(told.mapped)
    yield ""
    yield _figure("agreements", len(told.mapped))
    yield _figure("facts sent", tally.sent)
    yield _figure("stored", tally.stored)
    if tally.stored_before:
        yield _figure("stored before", tally.stored_before)
    yield _figure("refused", sum(tally.refused.values()))
    yield from _refusals(tally)
    yield _figure("warnings", sum(tally.warnings.values()))
    yield from (_figure(f"  {code}", count) for code, count in tally.warnings.most_common())
    yield ""
    yield f"{'seconds':<36}{told.seconds:>10.1f}"
    yield _figure("requests", tally.requests)
    yield _figure("events stored per second", round(tally.stored / max(told.seconds, 0.001)))
    behind = "never" if told.behind is None else f"{told.behind:.1f}"
    yield f"{'seconds until the views followed':<36}{behind:>10}"
    yield ""
    yield from (f"{'holds' if held else 'FAILS':<7}{claim}" for claim, held in claims(told))
    yield f"The refusals are listed in {told.report}"


def claims(told: Told) -> list[tuple[str, bool]]:
    """What must hold, and whether it does."""
    tally, walked, order = told.tally, told.walked, told.order
    refused = sum(tally.refused.values())
    kept = tally.stored + tally.stored_before
    found = [
        (f"sent {tally.sent:,} = stored {kept:,} + refused {refused:,}", tally.sent == kept + refused),
        (f"the feed holds the {walked.ours:,} facts that were stored", walked.ours >= kept),
        (f"positions 1 to {walked.entries:,} are dense", walked.dense),
        (f"the views have followed; {order.agreements:,} agreements are listed", told.behind is not None),
        ("sort=signed goes from the oldest to the newest", order.ascending),
    ]
    if len(order.places) == 2:
        (old, first), (new, last) = order.places.items()
        found.append((f"{old} (place {first + 1:,}) comes before {new} (place {last + 1:,})", first < last))
    return found


def holds(told: Told) -> bool:
    """Whether every claim does."""
    return all(held for _, held in claims(told))


def _rows(mapped: list[Mapped]) -> Iterator[str]:
    became: Counter[str] = Counter()
    for agreement in mapped:
        became.update(agreement.rows)
    yield _figure("rows", sum(became.values()))
    for what in sorted(became):
        yield _figure(f"  {what}", became[what])
    yield _figure("openings inferred", len(mapped))
    yield _figure("titles cut, whole in the note", sum("note" in agreement.facts[0] for agreement in mapped))


def _refusals(tally: Tally) -> Iterator[str]:
    for code, count in tally.refused.most_common():
        yield _figure(f"  {code}", count)
        for refusal in tally.examples[code]:
            when = refusal.fact.get("occurred")
            yield f"      {refusal.agreement}: {refusal.fact['type']} {when}: {refusal.detail[:120]}"
    if tally.whole:
        yield _figure("agreements refused as a whole", len(tally.whole))


def _figure(what: str, number: int) -> str:
    return f"{what:<36}{number:>10,}"

"""Facts of every type with dates of every vagueness, and the histories they make, for hypothesis to draw."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from domain.agreement import Recorded
from domain.agreement.transitions import TRANSITIONS
from domain.facts import Fact
from tests.facts import BANDUNG, KERINCI, NANNING, SUCCESSOR
from tests.given import fact

Strategy = st.SearchStrategy[Any]

MENDS = {"corrected", "retracted"}
LATER = tuple(sorted(TRANSITIONS.keys() - {"proposed"}))
LIFECYCLE = tuple(name for name in LATER if TRANSITIONS[name].subject != "record")

days = st.dates(date(2010, 1, 1), date(2032, 12, 31))
past = st.dates(date(2016, 1, 1), date(2026, 11, 22))
recording_days = st.dates(date(2018, 1, 1), date(2026, 11, 21))
some_day = past.map(date.isoformat)
some_month = some_day.map(lambda day: day[:7])
vague = st.one_of(
    some_day,
    some_month,
    some_month.map(lambda month: month + "~"),
    some_day.map(lambda day: day + "?"),
    some_day.map(lambda day: day[:4]),
    some_day.map(lambda day: "../" + day),
    some_day.map(lambda day: day + "/.."),
    st.tuples(some_day, some_month).map(lambda ends: f"{min(ends)[:7]}/{max(ends)[:7]}"),
    st.just({"edtf": None, "as_stated": "tahun lalu", "basis": None}),
)
maybe_vague = st.none() | vague
planned = st.none() | days.map(date.isoformat) | days.map(lambda day: day.isoformat()[:7])
visits = st.sampled_from(["v1", "v2", "v3"])
promises = st.sampled_from(["c1", "c2"])
versions = st.integers(1, 9)
party = st.sampled_from(["Kota Bandung", "kota nanning", "Kota Serang", KERINCI, None])
named = st.sampled_from(["Kota Bandung", KERINCI, {"name": "Kota Serang", "code": "36.73"}])
reason = st.sampled_from([None, "It is right"])
words = st.text("abZ é南.\n-", max_size=8).map("x".__add__)
proof = st.fixed_dictionaries({"title": words, "grade": st.sampled_from(["primary", "secondary", None])})
fields = st.lists(
    st.sampled_from(["waste", "Waste", {"name": "health", "standing": "exploring"}]), max_size=2
)
organisation = st.sampled_from(["kota-bandung", "kota-serang", "otorita-ikn"])
paper: dict[str, Strategy] = {
    "effective": maybe_vague,
    "valid_until": planned,
    "notice_days": st.none() | st.integers(0, 400),
    "override_reason": reason,
    "fields": fields,
}
turn: dict[str, Strategy] = {"effective": maybe_vague}
FIELDS: dict[str, dict[str, Strategy]] = {
    "loi_signed": paper,
    "mou_signed": paper,
    "arrangement_signed": paper,
    "amended": {"valid_until": planned, "fields": fields},
    "extended": {"valid_until": planned},
    "approval_recorded": {"gate": st.sampled_from(["dprd", "full_powers", "other"])},
    "entered_into_force": turn,
    "suspended": turn,
    "resumed": turn,
    "terminated": turn,
    "withdrawn": turn,
    "succeeded": turn | {"by": st.just(SUCCESSOR)},
    "party_joined": {"party": named},
    "party_left": {"party": named},
    "invitation_received": {"title": words, "possibly_same_as": st.none() | visits},
    "follow_up_visit_scheduled": {
        "visit": visits,
        "window": vague | days.map(date.isoformat),
        "visitor": party,
        "certainty": st.sampled_from(["tentative", "confirmed", None]),
    },
    "visit_confirmed": {"visit": visits},
    "visit_rescheduled": {"visit": visits, "window": vague | days.map(date.isoformat)},
    "visit_cancelled": {"visit": visits},
    "visit_held": {"visit": st.none() | visits, "host": party},
    "commitment_made": {"commitment": promises, "text": words, "due": planned, "by": party},
    "progress_reported": {"commitment": promises, "percent": st.none() | st.integers(0, 100)},
    "commitment_realised": {"commitment": promises},
    "commitment_dropped": {"commitment": promises},
    "replication_recorded": {"application": words, "from_": party, "to": party},
    "realised": {
        "extent": st.sampled_from(["partly", "fully"]),
        "commitments": st.lists(promises, max_size=1),
        "override_reason": reason,
    },
    "engagement_held": {"title": words},
    "initiative_proposed": {"title": words, "proposer": party},
    "directive_issued": {"text": words, "to": party},
    "statement_recorded": {"text": words, "said_by": party},
    "evidence_attached": {
        "version": versions,
        "evidence": st.lists(proof, min_size=1, max_size=2),
        "says": st.dictionaries(st.sampled_from(["occurred", "note"]), some_day, max_size=1),
    },
    "annotated": {"note": words},
    "granted": {"organisation": organisation},
    "revoked": {"organisation": organisation},
    "handed_over": {"organisation": organisation},
    "visibility_changed": {"visibility": st.sampled_from(["public", "organisation"])},
    "retracted": {"version": versions, "reason": words},
}

openings = st.builds(
    fact,
    st.just("proposed"),
    maybe_vague,
    title=words,
    kind=st.sampled_from(["sister_city", "regional", "network"]),
    parties=st.sampled_from([[BANDUNG, NANNING], [BANDUNG, KERINCI], []]),
    fields=fields,
    visibility=st.sampled_from(["public", "organisation"]),
)


def of_type(name: str) -> st.SearchStrategy[Fact]:
    """A later fact of one type."""
    if name == "corrected":
        right = openings | st.sampled_from([t for t in LATER if t not in MENDS]).flatmap(of_type)
        return st.builds(fact, st.just(name), maybe_vague, version=versions, reason=words, fact=right)
    always = {"evidence": st.lists(proof, max_size=1), "note": st.none() | words} | FIELDS[name]
    return st.builds(fact, st.just(name), maybe_vague, **always)


later_facts = st.sampled_from(LATER).flatmap(of_type)
lifecycle_facts = st.sampled_from(LIFECYCLE).flatmap(of_type)


@st.composite
def histories(draw: st.DrawFn, size: int = 9) -> list[Recorded]:
    """Entries by version, recorded on days that never go back; nobody has checked that they can be true."""
    told = [draw(openings), *draw(st.lists(later_facts, max_size=size - 1))]
    when = sorted(draw(st.lists(recording_days, min_size=len(told), max_size=len(told))))
    by = draw(organisation)
    return [
        Recorded(number, item, day, by) for number, (item, day) in enumerate(zip(told, when, strict=True), 1)
    ]

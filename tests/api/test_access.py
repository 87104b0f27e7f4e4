"""Who may see and do what: every door, every role, every relation to the agreement. Hidden means 404."""

import json
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any, get_args

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from domain.agreement.access import Role
from tests.api.doors import Doors, fact, problem

ROLES: tuple[Role, ...] = get_args(Role)
# The organisation of whoever asks, and what it is to the agreements.
RELATIONS = {"owner": "kota-bandung", "granted": "provinsi-jawa-barat", "once-granted": "kota-cimahi"}
RELATIONS |= {"other": "kota-serang"}
ASKERS = [*product(ROLES, RELATIONS), (None, "public")]
SCAN = b"%PDF-1.7 the letter, "
FACTS = (
    fact("loi_signed", "2024-02-01"),
    fact("follow_up_visit_scheduled", "2024-02-01", visit="v", window="2024-06"),
    fact("commitment_made", "2024-02-01", commitment="c", text="Help"),
    fact("granted", organisation=RELATIONS["granted"]),
    fact("granted", organisation=RELATIONS["once-granted"]),
    fact("revoked", organisation=RELATIONS["once-granted"]),
)


class World:
    """A public and a hidden agreement of one owner, with nothing in common, each with a scan."""

    def __init__(self, client: TestClient) -> None:
        self.owner = Doors.of(client).as_(RELATIONS["owner"])
        self.askers: dict[tuple[Role, str], Doors] = {}
        self.scans = {name: self._scan(name) for name in ("public", "organisation")}
        self.ids = {name: self._open(name) for name in self.scans}

    def _scan(self, name: str) -> str:
        answer = self.owner.ask("POST", "/documents", content=SCAN + name.encode())
        return str(answer.json()["sha256"])

    def _open(self, name: str) -> str:
        return self.owner.open(
            *FACTS,
            *(fact("annotated", note=f"note {n} of {name}") for n in range(3)),
            title=f"Title {name}",
            kind="other",
            visibility=name,
            parties=[{"name": f"Party {name}", "kind": "city", "country": "ID"}],
            fields=[f"field {name}"],
            evidence=[{"sha256": self.scans[name]}],
        )

    def asker(self, role: Role | None, relation: str) -> Doors:
        if role is None:
            return self.owner.public
        if (role, relation) not in self.askers:
            self.askers[role, relation] = self.owner.as_(RELATIONS[relation], role)
        return self.askers[role, relation]


@pytest.fixture(scope="module", params=[True, False], ids=["open", "closed"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("world"), public_reading=request.param)
    with TestClient(create_app(settings)) as client:
        yield World(client)


def may_read(role: Role | None, relation: str, visibility: str) -> bool:
    """The rule, in the words of the design."""
    return visibility == "public" or role == "auditor" or (bool(role) and relation in ("owner", "granted"))


def lets_in(world: World, doors: Doors) -> bool:
    return doors.token is not None or world.owner.running.settings.public_reading


@pytest.mark.parametrize(("role", "relation"), ASKERS)
@pytest.mark.parametrize("door", ["", "/events", "/timeline"])
def test_an_agreement_is_shown_or_not_there(
    world: World, role: Role | None, relation: str, door: str
) -> None:
    doors = world.asker(role, relation)
    for visibility, agreement in world.ids.items():
        answer = doors.ask("GET", f"/agreements/{agreement}{door}")
        if not lets_in(world, doors):
            problem(answer, 401, "no_token")
        elif may_read(role, relation, visibility):
            assert answer.status_code == 200
            assert visibility in answer.text
        else:
            problem(answer, 404, "not_found")


@pytest.mark.parametrize(("role", "relation"), ASKERS)
def test_a_scan_is_shown_or_not_there(world: World, role: Role | None, relation: str) -> None:
    doors = world.asker(role, relation)
    for visibility, sha256 in world.scans.items():
        answer = doors.ask("GET", f"/documents/{sha256}")
        if not lets_in(world, doors):
            problem(answer, 401, "no_token")
        elif may_read(role, relation, visibility):
            assert answer.content == SCAN + visibility.encode()
        else:
            problem(answer, 404, "not_found")


LISTS: dict[str, Callable[[Any], Any]] = {
    "/agreements": lambda item: item["title"],
    "/agreements?as_of=2024-03-01": lambda item: item["title"],
    "/agreements?as_of=2031-01-01&sort=-title": lambda item: item["title"],
    "/visits": lambda item: item["title"],
    "/visits?as_of=2024-03-01": lambda item: item["title"],
    "/commitments": lambda item: item["title"],
    "/parties": lambda item: item["name"].replace("Party", "Title"),
    "/parties?as_of=2024-03-01": lambda item: item["name"].replace("Party", "Title"),
    "/fields": lambda item: item["name"].replace("field", "Title"),
    "/events?limit=500": lambda item: item["fact"].get("title"),
}


@pytest.mark.parametrize(("role", "relation"), ASKERS)
@pytest.mark.parametrize("door", LISTS)
def test_a_list_holds_what_may_be_seen_and_no_trace_of_the_rest(
    world: World, role: Role | None, relation: str, door: str
) -> None:
    doors = world.asker(role, relation)
    answer = doors.ask("GET", door)
    if not lets_in(world, doors):
        problem(answer, 401, "no_token")
        return
    assert answer.status_code == 200
    wanted = {f"Title {name}" for name in world.ids if may_read(role, relation, name)}
    assert {LISTS[door](item) for item in answer.json()["items"]} - {None} == wanted
    for name, agreement in world.ids.items():
        if not may_read(role, relation, name):
            leaks = (agreement, f"Title {name}", f"Party {name}", f"of {name}", world.scans[name])
            assert not [leak for leak in leaks if leak in answer.text]


@pytest.mark.parametrize(("role", "relation"), ASKERS)
@pytest.mark.parametrize("day", [None, "2024-03-01", "2031-01-01"])
def test_the_figures_count_what_may_be_seen(
    world: World, role: Role | None, relation: str, day: str | None
) -> None:
    doors = world.asker(role, relation)
    if not lets_in(world, doors):
        problem(doors.ask("GET", "/summary"), 401, "no_token")
        return
    told = doors.get("/summary", **({"as_of": day} if day else {}))
    count = sum(may_read(role, relation, name) for name in world.ids)
    assert told["agreements"] == told["by_kind"]["other"] == told["by_instrument"]["loi"] == count


@pytest.mark.parametrize(("role", "relation"), ASKERS)
def test_a_feed_steps_over_what_is_hidden(world: World, role: Role | None, relation: str) -> None:
    doors = world.asker(role, relation)
    if not lets_in(world, doors):
        problem(doors.ask("GET", "/events"), 401, "no_token")
        return
    head = world.owner.running.journal.head()
    names = {agreement: name for name, agreement in world.ids.items()}
    page, seen, ends = doors.get("/events?limit=2"), list[int](), list[int]()
    while True:
        seen += [item["position"] for item in page["items"]]
        ends.append(page["position"])
        assert all(may_read(role, relation, names[item["agreement"]]) for item in page["items"])
        if page["next"] is None:
            break
        page = doors.get(page["next"])
    assert ends == [*range(2, head, 2), head]
    wanted = [
        entry.position
        for entry in world.owner.running.journal.entries()
        if may_read(role, relation, names[str(entry.agreement)])
    ]
    assert seen == wanted


@pytest.mark.parametrize("filters", ["q=organisation", "party=Party organisation", "owner=kota-bandung"])
def test_a_filter_finds_nothing_hidden(world: World, filters: str) -> None:
    found = world.asker("coordinator", "other").get(f"/agreements?{filters}")["items"]
    assert {item["visibility"] for item in found} <= {"public"}


@pytest.mark.parametrize(("role", "relation"), ASKERS)
def test_only_a_coordinator_of_the_owner_records(world: World, role: Role | None, relation: str) -> None:
    doors, before = world.asker(role, relation), world.owner.running.journal.head()
    for visibility, agreement in world.ids.items():
        body = fact("annotated", note="More")
        answer = doors.post(f"/agreements/{agreement}/events", body)
        in_a_batch = doors.post("/batches", {"commands": [{"agreement": agreement, "facts": [body]}]})
        for each in (answer, in_a_batch):
            if role is None:
                assert problem(each, 401, "no_token")
                assert each.headers["www-authenticate"] == "Bearer"
            elif not may_read(role, relation, visibility):
                problem(each, 404, "not_found")
            elif (role, relation) != ("coordinator", "owner"):
                problem(each, 403, "not_allowed")
            else:
                assert each.status_code == 201
    if (role, relation) != ("coordinator", "owner"):
        assert world.owner.running.journal.head() == before


@pytest.mark.parametrize("role", [None, *ROLES])
def test_only_a_coordinator_opens_agreements_and_keeps_scans(world: World, role: Role | None) -> None:
    doors = world.asker(role, "other")
    body = fact("proposed", title="T", visibility="organisation", parties=[]) | {"kind": "network"}
    answers = [
        doors.post("/agreements", body),
        doors.post("/batches", {"commands": [{"facts": [body]}]}),
        doors.ask("POST", "/documents", content=SCAN),
    ]
    wanted = 401 if role is None else 201 if role == "coordinator" else 403
    assert {answer.status_code for answer in answers} == {wanted}


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer wrong", "Basic dTpw", "pakta_x", ""])
def test_a_token_that_is_none_is_said_to_be(world: World, header: str) -> None:
    for method, path in (("GET", "/agreements"), ("GET", "/events/stream"), ("POST", "/agreements")):
        answer = world.owner.ask(method, path, headers={"Authorization": header})
        problem(answer, 401, "no_token")
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_revoked_token_ends(tmp_path: Path) -> None:
    with TestClient(create_app(Settings(data_dir=tmp_path))) as client:
        doors = Doors.of(client)
        token = doors.running.directory.issue("kota-bandung", "coordinator", actor="somebody")
        assert doors.running.directory.revoke("somebody") == 1
        problem(Doors(client, token).ask("GET", "/agreements"), 401, "no_token")


def test_access_is_judged_by_today_also_for_the_past(pakta: Doors) -> None:
    agreement = pakta.open(fact("annotated", note="seen by all"))
    before = pakta.running.journal.head()
    pakta.record(agreement, fact("visibility_changed", visibility="organisation"))
    public = pakta.public
    for question in (f"?known_at={before}", "?version=1", "/events", "/timeline"):
        problem(public.ask("GET", f"/agreements/{agreement}{question}"), 404, "not_found")
    assert public.get("/agreements")["items"] == []
    assert public.get("/events") == {"items": [], "next": None, "position": before + 1}
    pakta.record(agreement, fact("retracted", version=3, reason="stays open"))
    assert public.get(f"/agreements/{agreement}")["visibility"] == "public"


def test_a_grant_opens_and_its_end_closes(pakta: Doors) -> None:
    agreement = pakta.open(visibility="organisation")
    friend = pakta.as_("kota-serang", "viewer")
    problem(friend.ask("GET", f"/agreements/{agreement}"), 404, "not_found")
    pakta.record(agreement, fact("granted", organisation="kota-serang"))
    assert friend.get(f"/agreements/{agreement}")["version"] == 2
    assert len(friend.get("/agreements")["items"]) == 1
    pakta.record(agreement, fact("revoked", organisation="kota-serang"))
    problem(friend.ask("GET", f"/agreements/{agreement}"), 404, "not_found")
    assert friend.get("/agreements")["items"] == []


def test_handing_over_changes_the_owner(pakta: Doors) -> None:
    agreement = pakta.open(visibility="organisation")
    heir = pakta.as_("otorita-ikn")
    pakta.record(agreement, fact("handed_over", organisation="otorita-ikn"))
    assert heir.get(f"/agreements/{agreement}")["owner"] == "otorita-ikn"
    problem(pakta.ask("GET", f"/agreements/{agreement}"), 404, "not_found")
    problem(pakta.post(f"/agreements/{agreement}/events", fact("resumed")), 404, "not_found")
    heir.record(agreement, fact("visibility_changed", visibility="public"))
    problem(pakta.post(f"/agreements/{agreement}/events", fact("resumed")), 403, "not_allowed")
    assert [item["owner"] for item in pakta.get("/agreements?owner=otorita-ikn")["items"]] == ["otorita-ikn"]
    assert pakta.get("/agreements?owner=kota-bandung")["items"] == []
    told = json.dumps(pakta.get(f"/agreements/{agreement}/events"))
    assert '"organisation": "kota-bandung"' in told, "who recorded what stays as it was"

"""Several processes on one port: what one records the others know, and one that dies is replaced."""

import os
import signal
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice

import httpx2
from prometheus_client.parser import text_string_to_metric_families

from domain.journal.appending import lock
from tests.api.doors import Doors, fact, problem, proposed
from tests.api.places import MakePlace, engines
from tests.api.serving import Server, is_there, serving
from tests.api.test_feed import listening, take
from tests.journal.following import eventually
from tests.journal.people import SECONDS


@engines
def test_what_one_worker_records_the_others_know_at_once(place: MakePlace, engine: str) -> None:
    with serving(place(engine), "--workers", "2") as server:
        here, there = server.workers(2, server.token()).values()
        with listening(there, "/events/stream?after=0") as events:
            agreement = here.open(reference="B/1")
            assert [position for position, _ in take(events, 1)] == [1]
        # Each remembers the agreement as it was when it recorded last, and must find out.
        for turn, doors in enumerate((there, here, there, here), 2):
            assert doors.get(f"/agreements/{agreement}")["version"] == turn - 1
            assert doors.record(agreement, fact("annotated", note=str(turn)))[0]["version"] == turn
        stale = there.post(
            f"/agreements/{agreement}/events", fact("annotated", note="x"), headers={"If-Match": '"4"'}
        )
        problem(stale, 412, "stale")
        problem(there.post("/agreements", proposed(reference="B/1")), 409, "reference_taken")
        answers = [doors.post("/agreements", proposed(title="Once"), key="one") for doors in (here, there)]
        assert answers[0].content == answers[1].content
        position = answers[0].json()["position"]
        for doors in (here, there):
            assert doors.get("/summary", min_position=position)["agreements"] == 2
        assert {_told(doors)["pakta_commands_total", "stored"] for doors in (here, there)} == {6}
        assert _told(here)["pakta_workers",] == 2


@engines
def test_a_worker_that_dies_is_replaced_and_another_leads_at_once(place: MakePlace, engine: str) -> None:
    with serving(place(engine), "--workers", "2") as server:
        token = server.token()
        found = server.workers(2, token)
        assert eventually(lambda: _leader(server, found) is not None)
        leader = _leader(server, found)
        assert leader is not None
        (survivor,) = (doors for process, doors in found.items() if process != leader)
        os.kill(leader, signal.SIGKILL)
        survivor.open()
        # It waits for five seconds, which is as long as others may take to lead; a busy machine takes longer.
        assert eventually(lambda: survivor.ask("GET", "/summary?min_position=1").status_code == 200)
        assert survivor.get("/summary")["agreements"] == 1
        assert leader not in server.workers(2, token)
        assert _told(survivor)["pakta_workers",] == 2


@engines
def test_all_workers_stop_in_time_and_what_was_acknowledged_is_there(place: MakePlace, engine: str) -> None:
    at = place(engine)
    acknowledged: list[str] = []
    with serving(at, "--workers", "2") as server:
        token = server.token()
        found = server.workers(2, token)

        def keep_recording(doors: Doors) -> None:
            for number in range(100_000):
                try:
                    answer = doors.post("/agreements", proposed(title=str(number), parties=[]))
                except httpx2.TransportError:
                    return
                if answer.status_code == 201:
                    acknowledged.append(answer.json()["agreement"])

        recording = [threading.Thread(target=keep_recording, args=(doors,)) for doors in found.values()]
        for thread in recording:
            thread.start()
        time.sleep(0.5)
        assert server.stop() < 10
        assert server.process.returncode == 0
        for thread in recording:
            thread.join(10)
        assert not [process for process in found if is_there(process)]
    assert acknowledged
    with at.doors() as doors:
        kept = {entry["agreement"] for entry in doors.walk("/events", limit=500)}
    assert set(acknowledged) <= kept


def test_each_worker_declines_what_would_wait_too_long_in_it(place: MakePlace) -> None:
    at = place("sqlite")
    with serving(at, "--workers", "2", PAKTA_QUEUE="1") as server, ThreadPoolExecutor() as threads:
        lines = _lines(server, 4, server.token())
        with at.running() as running, running.journal.recorder.appender.begin() as connection:
            lock(connection)
            # In each worker one is taken up and one may wait behind it; the others are told at once.
            asked = {
                threads.submit(doors.post, "/agreements", proposed(title=str(number))): process
                for number, (process, doors) in enumerate(lines)
            }
            at_once = list(islice(as_completed(asked, SECONDS), 4))
        assert {answer.result().status_code for answer in at_once} == {503}
        stored = {answer for answer in asked if answer.result().status_code == 201}
        # Of two that come before the first is taken up the second finds the one place taken.
        assert set(Counter(asked[answer] for answer in stored).values()) <= {1, 2}
        assert {asked[answer] for answer in stored} == set(asked.values())
        for answer in asked.keys() - stored:
            problem(answer.result(), 503, "busy")
            assert answer.result().headers["Retry-After"] == "1"


def test_workers_end_with_the_process_that_began_them(place: MakePlace) -> None:
    with serving(place("sqlite"), "--workers", "2") as server:
        found = server.workers(2, server.token())
        server.process.kill()
        server.process.wait(10)
        assert eventually(lambda: not any(is_there(process) for process in found))


def test_a_port_that_is_taken_is_said_to_be(place: MakePlace) -> None:
    at = place("sqlite")
    with serving(at) as server:
        told = at.pakta("serve", "--workers", "2", "--port", str(server.port), exit_code=1)
    assert "is the port in use?" in told


def _lines(server: Server, each: int, token: str) -> list[tuple[int, Doors]]:
    """So many connections to each of two workers, with the ids of their processes."""
    found: dict[int, list[Doors]] = {}
    while len(found) < 2 or min(map(len, found.values())) < each:
        client = server.client()
        process = server.health(client)["process"]
        found.setdefault(process, []).append(Doors(client, token))  # type: ignore[arg-type]  # asked in the same way
    return [(process, doors) for process, lines in found.items() for doors in lines[:each]]


def _leader(server: Server, found: dict[int, Doors]) -> int | None:
    leading = [process for process, doors in found.items() if server.health(doors.client)["leads"]]
    return leading[0] if leading else None


def _told(doors: Doors) -> dict[tuple[str, ...], float]:
    families = text_string_to_metric_families(doors.client.get("/metrics").text)
    samples = [sample for family in families for sample in family.samples]
    return {(sample.name, *sample.labels.values()): sample.value for sample in samples}

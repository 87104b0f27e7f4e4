"""The README is true: its commands are carried out as they stand, and it names every kind of fact."""

import itertools
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from api.app import create_app
from api.demo import loading
from api.settings import Settings
from domain.agreement.transitions import TRANSITIONS
from tests.api.doors import Doors

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^curl .*?(?=^(?:curl|AGREEMENT|```))", README, re.DOTALL | re.MULTILINE)


class Shell:
    """Enough of a shell and of curl for the README: it fills in variables and sends what is said."""

    def __init__(self, client: TestClient, token: str) -> None:
        self.client = client
        self.variables = {"PAKTA": "/api/v1", "TOKEN": token}

    def run(self, command: str) -> Response:
        words = shlex.split(re.sub(r"\$(\w+)", lambda found: self.variables[found[1]], command))
        headers = dict(word.split(": ", 1) for before, word in itertools.pairwise(words) if before == "-H")
        bodies = [word for before, word in itertools.pairwise(words) if before == "-d"]
        url = next(word for word in words if word.startswith("/api"))
        if not bodies:
            return self.client.get(url)
        return self.client.post(url, content=bodies[0].encode(), headers=headers)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    with TestClient(create_app(Settings(data_dir=tmp_path, public_reading=True))) as client:
        doors, ids = Doors.of(client), dict[str, str]()
        for command in loading.commands():
            told = doors.as_(command["as"]).post(command["post"].format(**ids), command["body"]).json()
            opened = [result["agreement"] for result in told.get("results", [told])]
            ids |= dict(zip(command.get("names", ()), opened, strict=False))
        yield Shell(client, doors.running.directory.issue("kota-bandung", "coordinator"))


def test_the_readmes_commands_do_what_it_says(shell: Shell) -> None:
    answers = []
    for command in COMMANDS:
        answer = shell.run(command)
        assert answer.is_success, (command, answer.text)
        if "Location" in answer.headers:
            shell.variables["AGREEMENT"] = answer.json()["agreement"]
        answers.append(answer.json())
    assert len(answers) == 11
    assert [item["title"] for item in answers[2]["items"]] == ["Bandung – Nanning"]
    assert [w["code"] for w in answers[4]["warnings"]] == ["mou_without_loi", "gate_evidence_missing"]
    today, trail, then, believed = answers[-4:]
    assert today["milestones"]["mou_signed"] == "2019-06-27"
    assert [item["corrected_by"] for item in trail["items"]] == [[], [4], [], []]
    assert (then["status"], believed["status"]) == ("loi_signed", "proposed")


def test_the_readme_names_every_kind_of_fact() -> None:
    assert set(TRANSITIONS) <= set(re.findall(r"`(\w+)`", README))

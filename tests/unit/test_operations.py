"""What stands in deploy/ and in the documentation of operations is true of the program."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml  # type: ignore[import-untyped]  # a test alone does not need its types

from api.cli import app
from api.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
TEXTS = {
    path.name: path.read_text(encoding="utf-8")
    for path in [*DEPLOY.iterdir(), ROOT / "README.md", ROOT / "docs" / "operations.md"]
    if path.is_file()
}
OF_RUN = {"demo", "test", "faults", "check", "bench", "lock"}


def options() -> dict[str, set[str]]:
    """Every command of Pakta with its options."""
    found: dict[str, set[str]] = {}
    commands: dict[str, Any] = dict(typer.main.get_command(app).commands)  # type: ignore[attr-defined]  # a group
    while commands:
        name, command = commands.popitem()
        commands |= {f"{name} {inner}": each for inner, each in getattr(command, "commands", {}).items()}
        found[name] = {option for parameter in command.params for option in parameter.opts}
    return found


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load(TEXTS["compose.yaml"])


@pytest.mark.parametrize("text", TEXTS)
def test_every_command_that_is_named_exists(text: str) -> None:
    known = options()
    word = r"(?:(?:tokens|views|projections|database) )?[a-z]+(?:-[a-z]+)*"
    calls = re.findall(rf"(?:\./run|-m api\.cli) ({word})([^\n`;|]*)", TEXTS[text])
    for command, rest in calls:
        assert command in known or command in OF_RUN, command
        named = set(re.findall(r"--[a-z-]+", rest)) - {"--help"}
        assert command in OF_RUN or named <= known[command], (command, rest)


@pytest.mark.parametrize("text", TEXTS)
def test_every_variable_that_is_named_is_a_setting(text: str) -> None:
    named = {name.lower() for name in re.findall(r"PAKTA_([A-Z_]+[A-Z])", TEXTS[text])}
    assert named - {"log"} <= set(Settings.model_fields)


def test_the_files_that_are_named_exist() -> None:
    for link in re.findall(r"\]\((\.\./[^)]+)\)", OPERATIONS):
        assert (ROOT / "docs" / link).exists(), link
    copied = re.findall(r"^COPY (\S+)", TEXTS["Containerfile"], re.MULTILINE)
    assert set(copied) == {"requirements/runtime.txt", "api", "domain", "projections"}
    assert all((ROOT / name).exists() for name in copied)


def test_no_password_is_written_down(compose: Any) -> None:
    passwords = re.findall(r"\$\{POSTGRES_PASSWORD[^}]*\}", TEXTS["compose.yaml"])
    assert len(passwords) == 2
    assert all(use.startswith("${POSTGRES_PASSWORD:?") for use in passwords)
    assert compose["services"]["pakta"]["environment"]["PAKTA_DATABASE_URL"].count("${") == 1
    assert "PASSWORD=" not in TEXTS["Containerfile"] + TEXTS["pakta.service"]


def test_pakta_waits_for_a_database_that_answers(compose: Any) -> None:
    services = compose["services"]
    assert services["pakta"]["depends_on"]["database"]["condition"] == "service_healthy"
    assert "pg_isready" in services["database"]["healthcheck"]["test"]
    mounted = {volume.partition(":")[0] for service in services.values() for volume in service["volumes"]}
    assert mounted == set(compose["volumes"])
    build = services["pakta"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).exists()
    assert all(port.startswith("127.0.0.1:") for port in services["pakta"]["ports"])


def test_the_container_is_nobody_special_and_tells_its_health() -> None:
    told = TEXTS["Containerfile"]
    assert "--require-hashes" in told
    assert told.index("\nUSER 10001") < told.index("\nENTRYPOINT")
    assert "/readyz" in told[told.index("HEALTHCHECK") :]


def test_systemd_understands_the_unit() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]  # the documented way to keep capitals
    unit.read(DEPLOY / "pakta.service")
    assert set(unit) == {"DEFAULT", "Unit", "Service", "Install"}
    assert unit["Service"]["NoNewPrivileges"] in ("yes", "true")
    if shutil.which("systemd-analyze") is None:
        return  # there is no systemd to ask
    verify = ["systemd-analyze", "verify", str(DEPLOY / "pakta.service")]
    run = subprocess.run(verify, capture_output=True, text=True, check=False, timeout=60)
    # The checkout does not lie where the unit expects it.
    complaints = [line for line in run.stderr.splitlines() if "pakta.service" in line]
    assert [line for line in complaints if "is not executable" not in line] == []

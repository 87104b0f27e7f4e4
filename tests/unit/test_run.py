"""The one command, `./run`."""

import subprocess
import sys
import tomllib
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

CHECKOUT = Path(__file__).parents[2]
LOCKS = sorted((CHECKOUT / "requirements").glob("*.txt"))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """`run` as a module, in a checkout of its own that has a lock with nothing in it."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # no `runc` beside the script
    spec = spec_from_loader("run", SourceFileLoader("run", str(CHECKOUT / "run")))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "requirements").mkdir()
    for name in ("runtime", "dev"):
        (tmp_path / "requirements" / f"{name}.txt").write_text(f"# nothing for {name}\n")
    monkeypatch.setattr(module, "ROOT", str(tmp_path))
    monkeypatch.setattr(module, "VENV", str(tmp_path / ".venv"))
    monkeypatch.setattr(module, "PYTHON", str(tmp_path / ".venv/bin/python"))
    monkeypatch.setattr(module, "STAMP", str(tmp_path / ".venv/stamp"))
    return module


@pytest.fixture
def steps(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was done to the environment, without the time that doing it takes."""
    done: list[str] = []

    def make_environment() -> None:
        done.append("make")
        Path(run.PYTHON).parent.mkdir(parents=True, exist_ok=True)
        Path(run.PYTHON).touch()
        Path(run.STAMP).unlink(missing_ok=True)

    monkeypatch.setattr(run, "make_environment", make_environment)
    monkeypatch.setattr(run, "install", done.append)
    return done


def lock_changes(run: ModuleType, name: str) -> None:
    Path(run.lock_path(name)).write_text("# something else\n")


def test_a_second_start_has_nothing_to_do(run: ModuleType, steps: list[str]) -> None:
    run.prepare("runtime")
    run.prepare("runtime")
    assert steps == ["make", "runtime"]


def test_an_environment_for_development_serves_for_running_too(run: ModuleType, steps: list[str]) -> None:
    run.prepare("dev")
    run.prepare("runtime")
    assert steps == ["make", "dev"]


def test_a_changed_lock_is_installed_into_the_environment_there_is(run: ModuleType, steps: list[str]) -> None:
    run.prepare("runtime")
    lock_changes(run, "runtime")
    run.prepare("runtime")
    assert steps == ["make", "runtime", "runtime"]


def test_another_python_gets_an_environment_of_its_own(
    run: ModuleType, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run.prepare("runtime")
    monkeypatch.setattr(sys, "version", "3.99.0 (main)")
    run.prepare("runtime")
    assert steps == ["make", "runtime", "make", "runtime"]


def test_after_an_interrupted_install_the_next_start_begins_anew(
    run: ModuleType, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run.prepare("runtime")
    lock_changes(run, "runtime")
    with monkeypatch.context() as pip:
        pip.setattr(run, "install", interrupt)
        with pytest.raises(KeyboardInterrupt):
            run.prepare("runtime")
    run.prepare("runtime")
    assert steps == ["make", "runtime", "make", "runtime"]


def interrupt(name: str) -> None:
    raise KeyboardInterrupt(name)


def test_without_ensurepip_it_says_what_to_install(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run.importlib.util, "find_spec", lambda name: None)
    assert run.main(["status"]) == 1
    assert "apt install python3-venv" in capsys.readouterr().err


def test_an_environment_that_is_only_linked_to_is_never_cleared(
    run: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/kept").touch()
    Path(run.VENV).symlink_to(tmp_path / "elsewhere")
    assert run.main(["status"]) == 1
    assert ".venv is a link" in capsys.readouterr().err
    assert (tmp_path / "elsewhere/kept").exists()


def test_an_older_python_is_told_what_is_needed(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "OLDEST", (3, 99))
    assert run.main(["demo"]) == 1
    assert "Python 3.99 or newer is needed" in capsys.readouterr().err


def test_progress_counts_the_packages_that_pip_takes_up(run: ModuleType) -> None:
    pip = [
        "Looking in links: wheels",
        "Ignoring colorama: markers 'sys_platform == \"win32\"' don't match your environment",
        "Collecting babel==2.18.0 (from -r runtime.txt (line 1))",
        "  Using cached babel-2.18.0-py3-none-any.whl",
        "Requirement already satisfied: edtf==5.0.2 in ./lib (from -r runtime.txt (line 4))",
        "Processing ./wheels/idna-3.20-py3-none-any.whl (from -r runtime.txt (line 7))",
        "",
        "Installing collected packages: babel",
    ]
    assert list(run.packages(pip)) == [
        (1, "colorama"),
        (2, "babel==2.18.0"),
        (3, "edtf==5.0.2"),
        (4, "idna-3.20-py3-none-any.whl"),
        (4, "(unpacking)"),
    ]


def test_the_help_names_every_verb_and_sets_nothing_up(run: ModuleType) -> None:
    told = subprocess.run(
        [sys.executable, CHECKOUT / "run", "--help"], capture_output=True, text=True, check=True
    )
    assert told.stderr == ""
    for verb in ("demo", "serve", *run.VERBS):
        assert f"\n  {verb} " in told.stdout


def test_check_takes_no_arguments(run: ModuleType) -> None:
    assert run.main(["check", "everything"]) == 2


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_pins_every_package_by_hash_and_names_no_place(lock: Path) -> None:
    for line in lock.read_text().replace("\\\n", "").splitlines():
        assert "==" in line
        assert "--hash=sha256:" in line
        assert "/" not in line


def test_what_is_tested_is_what_is_run() -> None:
    names = ("runtime", "tracing", "dev")
    runtime, tracing, dev = (pinned(CHECKOUT / "requirements" / f"{name}.txt") for name in names)
    assert (runtime | tracing).items() <= dev.items()
    assert runtime == runtime | {name: tracing[name] for name in runtime.keys() & tracing.keys()}


def pinned(lock: Path) -> dict[str, str]:
    lines = lock.read_text().splitlines()
    return dict(line.split()[0].split("==") for line in lines if "==" in line)


def test_the_project_file_names_the_same_needs_as_the_lock() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    assert project["dependencies"] == sorted(named("runtime"))
    assert project["optional-dependencies"]["tracing"] == named("tracing")


def named(lock: str) -> list[str]:
    lines = (CHECKOUT / "requirements" / f"{lock}.in").read_text().splitlines()
    return [line for line in lines if line and not line.startswith(("#", "-"))]

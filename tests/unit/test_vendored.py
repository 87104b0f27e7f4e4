"""What others wrote and Pakta serves is what it was when it was taken in."""

import hashlib
import json
from pathlib import Path

VENDOR = Path(__file__).parents[2] / "api" / "pages" / "static" / "vendor"


def test_every_vendored_file_is_unchanged_and_accounted_for() -> None:
    listed = {
        name: digest
        for package in json.loads((VENDOR / "VENDOR.json").read_text()).values()
        for name, digest in package["sha256"].items()
    }
    found = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "VENDOR.json"
    }
    assert found == listed


def test_every_vendored_package_brings_its_licence() -> None:
    for package in VENDOR.iterdir():
        if package.is_dir():
            assert (package / "LICENSE").is_file()

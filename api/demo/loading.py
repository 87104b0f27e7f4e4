"""Sends the demo's commands to a running Pakta. Sent again, they are answered again and stored once."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from api.identity import Directory

COMMANDS = Path(__file__).parent / "seeds.jsonl"


def commands() -> Iterator[dict[str, Any]]:
    """The demo's commands, in order."""
    with COMMANDS.open(encoding="utf-8") as lines:
        for line in lines:
            command = json.loads(line)
            if "post" in command:
                yield command


def load(address: str, directory: Directory) -> int:
    """Record the demo through the API at an address. Returns the number of agreements.

    Raises:
        OSError: the address does not answer, or declines a command.
    """
    tokens: dict[str, str] = {}
    ids: dict[str, str] = {}
    for command in commands():
        organisation = command["as"]
        if organisation not in tokens:
            tokens[organisation] = directory.issue(organisation, "coordinator", actor_of(organisation))
        path = command["post"].format(**ids)
        answer = _post(f"{address}/api/v1{path}", command, tokens[organisation])
        opened = [result["agreement"] for result in answer.get("results", [answer])]
        ids |= dict(zip(command.get("names", ()), opened, strict=False))
    for organisation in tokens:
        directory.revoke(actor_of(organisation))
    return len(ids)


def actor_of(organisation: str) -> str:
    """Who loads the demo for an organisation: always the same, so that a retry is known as one."""
    return str(uuid5(NAMESPACE_URL, f"pakta:demo:{organisation}"))


def _post(url: str, command: dict[str, Any], token: str) -> dict[str, Any]:
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": command["key"],
    }
    request = urllib.request.Request(url, json.dumps(command["body"]).encode(), headers)  # noqa: S310  # our own address
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  # as above
        told: dict[str, Any] = json.load(answer)
    return told

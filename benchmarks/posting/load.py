"""Many connections that stay open, each with one request under way at a time."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from statistics import quantiles

import uvloop

BODY = b'{"type":"annotated","note":"Catatan rapat koordinasi dengan Kota Nanning, 27 Juli 2023"}'
LENGTH = b"content-length: "


def load(port: int, paths: Sequence[str], token: str, seconds: float) -> Mapping[str, float]:
    """Post facts for some seconds, one connection for each path. Those acknowledged, and how long they took.

    Raises:
        ValueError: something else than 201 was answered.
    """
    taken = uvloop.run(_all(port, [_request(path, token) for path in paths], seconds))
    return {
        "commands/s": len(taken) / seconds,
        "ms (median)": quantiles(taken, n=2)[0] * 1000,
        "ms (p99)": quantiles(taken, n=100)[98] * 1000,
    }


def _request(path: str, token: str) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n".encode() + BODY


async def _all(port: int, requests: Sequence[bytes], seconds: float) -> list[float]:
    until = time.perf_counter() + seconds
    found = await asyncio.gather(*(_one(port, request, until) for request in requests))
    return [taken for each in found for taken in each]


async def _one(port: int, request: bytes, until: float) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    taken = []
    while (began := time.perf_counter()) < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 201"):
            raise ValueError(head.decode())
        start = head.lower().index(LENGTH) + len(LENGTH)
        await reader.readexactly(int(head[start : head.index(b"\r", start)]))
        taken.append(time.perf_counter() - began)
    writer.close()
    return taken

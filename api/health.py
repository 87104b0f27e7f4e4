"""Doors for whoever keeps Pakta running."""

import os
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from api.running import Running
from projections.standing import Standing

router = APIRouter(tags=["Health"])


@router.get("/livez")
async def alive() -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


@router.get("/readyz")
def ready(request: Request) -> Response:
    """200 once the views have reached the head of the journal that was found at the start."""
    running: Running = request.app.state.running
    report = health(running)
    is_ready = (
        not report["stuck"]
        and all(view["trusted"] for view in report["projections"].values())
        and report["position"] >= running.head_at_start
    )
    return JSONResponse({"ready": is_ready, **report}, status_code=200 if is_ready else 503)


def health(running: Running) -> dict[str, Any]:
    """The journal's head, how each view stands against it, and which are stuck.

    A view that another version made, or that is beyond a journal restored to the past, is not trusted.
    """
    standings = running.follower.standings()
    return {
        "head": running.journal.head(),
        "position": min(standing.position for standing in standings),
        "process": os.getpid(),
        "leads": running.follower.leads,
        "feeder": running.follower.feed.process,
        "projections": {standing.projection: _view(standing) for standing in standings},
        "stuck": [standing.projection for standing in standings if standing.state == "stuck"],
    }


def _view(standing: Standing) -> dict[str, Any]:
    return {name: value for name, value in asdict(standing).items() if name != "projection"}

"""Doors for whoever keeps Pakta running."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from api.running import Running

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
    position = int(report["position"])
    is_ready = position >= running.head_at_start and not report["stuck"]
    return JSONResponse({"ready": is_ready, **report}, status_code=200 if is_ready else 503)


def health(running: Running) -> dict[str, Any]:
    """The journal's head, how far each view is, and which are stuck where."""
    head = running.journal.head()
    checkpoints = running.follower.checkpoints()
    return {
        "head": head,
        "position": min(checkpoint.position for checkpoint in checkpoints),
        "projections": {
            checkpoint.projection: {
                "position": checkpoint.position,
                "behind": max(0, head - checkpoint.position),
                "stuck_at": checkpoint.stuck_at,
                "error": checkpoint.error,
            }
            for checkpoint in checkpoints
        },
        "stuck": [c.projection for c in checkpoints if c.stuck_at is not None],
    }

"""Recording what a form states: once, whatever happens on the way."""

import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from fastapi import Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from api.language import english, say
from api.pages.recording.places import Place
from api.pages.recording.showing import Draft, shown
from api.pages.recording.told import Told, tell
from api.problems import from_journal
from domain.agreement import Refused
from domain.facts import FACT, Fact
from domain.journal import Answer, Command, Declined, KeyReused, Stale, Step

SENT_ALREADY = english(
    "This form was recorded already, with other words than these. Send it again to record these as well."
)
BY_SCRIPT = "x-pakta-form"  # the header by which our own script tells that it sends the form


def record(place: Place, draft: Draft, steps: Sequence[Step], request: Request) -> Answer:
    """Hand the facts to the journal, and wait for its answer.

    Raises:
        Refused, Declined: nothing was stored.
    """
    facts: list[Fact] = [fact for step in steps for fact in step.facts]
    told = b"\n".join(FACT.dump_json(fact) for fact in facts)
    command = Command(
        actor=place.actor,
        command_id=draft.key,
        digest=hashlib.sha256(request.url.path.encode() + b"\n" + told).digest(),
        steps=tuple(steps),
        correlation_id=str(uuid4()) if len(steps) > 1 else None,
        language=place.language,
    )
    request.state.command_id = draft.key
    return place.running.journal.submit(command).result()


def sent(
    request: Request, place: Place, draft: Draft, steps: Sequence[Step], template: str, **more: Any
) -> Response:
    """What follows when the form is sent: on to what was recorded, or the form again and why."""
    try:
        answer = record(place, draft, steps, request)
    except Refused as refusal:
        draft.refuse(refusal, place)
        return shown(request, place, draft, 409, template, **more)
    except Stale:
        newest = place.read_again()
        draft.meanwhile = newest.trail[draft.expected or 0 :]
        draft.expected = newest.version
        return shown(request, newest, draft, 409, template, **more)
    except KeyReused:
        draft.key = f"form-{uuid4()}"
        draft.note = say(place.language, SENT_ALREADY)
        return shown(request, place, draft, 409, template, **more)
    except Declined as declined:
        raise from_journal(declined) from declined
    return _on(request, answer)


def _on(request: Request, answer: Answer) -> Response:
    """On to the agreement, or to the register if there are several, with a word about what was recorded."""
    results = answer.results
    one = results[0]
    address = f"/agreements/{one.agreement}" if len(results) == 1 else "/agreements"
    response: Response
    if BY_SCRIPT in request.headers:
        response = JSONResponse({"to": address})
    else:
        response = RedirectResponse(address, 303)
    last = results[-1].position
    first = one.position if len(results) == 1 else last - sum(result.version for result in results) + 1
    tell(response, Told(str(one.agreement), one.version, first, last, len(results)))
    return response

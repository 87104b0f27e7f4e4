"""Coroutines wait for the writer's answers: each hears its own, and a group wakes the loop once."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Any
from uuid import UUID

import pytest

from api.awaiting import Answers
from domain.agreement import Refused
from domain.journal import Answer, Command
from tests.journal.people import proposing

Told = list[tuple[Command, "Future[Answer]"]]


def answer(number: int) -> Answer:
    return Answer((), str(UUID(int=number)), "en")


def waiting(work: Callable[[Answers, Told], Awaitable[None]]) -> None:
    """Do something on a loop with a way to wait, and with what was handed in on it."""

    async def run() -> None:
        told: Told = []

        def submit(command: Command) -> "Future[Answer]":
            told.append((command, Future()))
            return told[-1][1]

        await asyncio.wait_for(work(Answers(submit), told), 10)

    asyncio.run(run())


async def handed_in(answers: Answers, number: int) -> list["asyncio.Task[Answer]"]:
    tasks = [asyncio.create_task(answers.carry_out(proposing(command_id=str(n)))) for n in range(number)]
    await asyncio.sleep(0)
    return tasks


def test_each_hears_its_own_answer_and_a_group_wakes_the_loop_once() -> None:
    async def work(answers: Answers, told: Told) -> None:
        tasks = await handed_in(answers, 10)
        loop, woken = asyncio.get_running_loop(), list[object]()
        wake = loop.call_soon_threadsafe

        def counted(call: Callable[..., object], *values: Any, **context: Any) -> asyncio.Handle:
            woken.append(call)
            return wake(call, *values, **context)

        loop.call_soon_threadsafe = counted  # type: ignore[method-assign,assignment]  # to count how often it is woken
        for command, future in reversed(told):
            future.set_result(answer(int(command.command_id)))
        assert await asyncio.gather(*tasks) == [answer(number) for number in range(10)]
        assert len(woken) == 1

    waiting(work)


def test_a_refusal_reaches_who_asked_and_nobody_else() -> None:
    async def work(answers: Answers, told: Told) -> None:
        first, second = await handed_in(answers, 2)
        told[0][1].set_exception(Refused("not_proposed"))
        told[1][1].set_result(answer(2))
        with pytest.raises(Refused):
            await first
        assert await second == answer(2)

    waiting(work)


def test_what_nobody_waits_for_any_more_is_taken_back_unless_it_was_begun() -> None:
    async def work(answers: Answers, told: Told) -> None:
        waits, begun, stays = await handed_in(answers, 3)
        told[1][1].set_running_or_notify_cancel()
        for task in (waits, begun):
            task.cancel()
        await asyncio.wait([waits, begun])
        assert told[0][1].cancelled()
        assert not told[1][1].cancelled()
        told[1][1].set_result(answer(1))  # it was stored, and nobody is there to hear it
        told[2][1].set_result(answer(2))
        assert await stays == answer(2)

    waiting(work)

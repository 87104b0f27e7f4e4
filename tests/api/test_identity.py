"""Whose token it is: asked once for all who come with it at once, and anew for those who come later."""

import asyncio
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from api.identity import Directory
from domain.agreement.access import Actor
from domain.databases import Databases


@pytest.fixture
def directory(sqlite_databases: Databases) -> Iterator[Directory]:
    opened = Directory(sqlite_databases)
    yield opened
    opened.close()


def asked_at_once(directory: Directory, token: str, times: int) -> list[Actor | None]:
    async def all_of_them() -> list[Actor | None]:
        return await asyncio.gather(*(directory.asked(token) for _ in range(times)))

    return asyncio.run(all_of_them())


def test_many_who_come_at_once_with_a_token_wait_for_one_answer(directory: Directory) -> None:
    token = directory.issue("kota-bandung", "coordinator", "rini-7")
    questions = list[str]()
    sa.event.listen(directory.engine, "before_cursor_execute", lambda *told: questions.append(told[2]))
    assert set(asked_at_once(directory, token, 50)) == {Actor("rini-7", "coordinator", "kota-bandung")}
    assert len([question for question in questions if "FROM tokens" in question]) == 1


def test_a_token_that_was_revoked_meanwhile_is_nobodys(directory: Directory) -> None:
    token = directory.issue("kota-bandung", "coordinator", "rini-7")
    assert asked_at_once(directory, token, 2) != [None, None]
    directory.revoke("rini-7")
    assert asked_at_once(directory, token, 2) == [None, None]


def test_who_goes_away_leaves_the_others_waiting(directory: Directory) -> None:
    token = directory.issue("kota-bandung", "coordinator", "rini-7")

    async def one_leaves() -> Actor | None:
        leaves, stays = (asyncio.create_task(directory.asked(token)) for _ in range(2))
        await asyncio.sleep(0)
        leaves.cancel()
        return await stays

    assert asyncio.run(one_leaves()) is not None

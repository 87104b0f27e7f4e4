"""What a page weighs on its way to a phone, and where from it comes."""

import pytest
from playwright.sync_api import Response, expect

from tests.browser.conftest import MakeReader, Served
from tests.browser.screens import pages

MOST = 60_000  # bytes of a page with its styles and scripts, as they are sent; fonts and figures aside
WEIGHED = ("document", "stylesheet", "script")


def weight(answers: list[Response]) -> dict[str, int]:
    """What each part of a page weighs as it is sent: compressed."""
    return {
        answer.url: answer.request.sizes()["responseBodySize"]
        for answer in answers
        if answer.request.resource_type in WEIGHED
    }


@pytest.mark.parametrize("language", ["id-ID", "en-GB"])
def test_every_page_is_light_and_comes_from_one_host(
    library: Served, somebody: MakeReader, language: str
) -> None:
    member = somebody(library, language)
    member.signs_in()
    answers: list[Response] = []
    member.page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108  # it is marked by playwright
    # Nothing comes from what the browser has kept of the page before.
    member.page.context.new_cdp_session(member.page).send("Network.setCacheDisabled", {"cacheDisabled": True})
    for name, path in pages(library).items():
        answers.clear()
        member.goes_to(path)
        expect(member.page.get_by_role("main")).to_be_visible()
        weighed = weight(answers)
        assert len(weighed) > 2, name
        assert sum(weighed.values()) <= MOST, (name, weighed)

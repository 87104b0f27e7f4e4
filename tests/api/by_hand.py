"""Somebody who fills in forms without a browser's script, and what the pages ask of them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from httpx2 import Response

from api.sessions import COOKIE
from domain.agreement.access import Role
from tests.api.doors import Doors

ORIGIN = {"Origin": "http://testserver"}


@dataclass
class Page(HTMLParser):
    """What a page asks: the inputs of its form as a browser would send them, and all its text."""

    html: str
    inputs: dict[str, str] = field(default_factory=dict)
    buttons: list[str] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self._in_form, self._choosing, self._writing = False, "", ""
        self.feed(self.html)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self._in_form = self._in_form or told.get("id") == "record"
        name = told.get("name", "")
        if not (self._in_form and name):
            if tag == "option" and self._choosing and "selected" in told:
                self.inputs[self._choosing] = told["value"]
            return
        if tag == "input" and told.get("type") in ("radio", "checkbox"):
            self.inputs |= {name: told["value"]} if "checked" in told else {}
        elif tag == "input" and told.get("type") != "file":
            self.inputs[name] = told.get("value", "")
        elif tag == "select":
            self._choosing, self.inputs[name] = name, ""
        elif tag == "textarea":
            self._writing, self.inputs[name] = name, ""
        elif tag == "button":
            self.buttons.append(told["value"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._in_form = False
        self._choosing = "" if tag == "select" else self._choosing
        if tag == "textarea":
            # The first line end after the tag is not part of the text (HTML, 13.1.2.5).
            self.inputs[self._writing] = self.inputs[self._writing].removeprefix("\n")
            self._writing = ""

    def handle_data(self, data: str) -> None:
        if self._writing:
            self.inputs[self._writing] += data
        self.text += f" {data}"


@dataclass
class Hand:
    """Somebody who fills in forms, signed in."""

    doors: Doors
    session: str

    @classmethod
    def of(cls, doors: Doors, organisation: str = "kota-bandung", role: Role = "coordinator") -> "Hand":
        """Of an organisation, in a role."""
        session = doors.running.sessions.open(doors.running.sessions.invite(organisation, role))
        assert session is not None
        return cls(doors, session)

    def opens(self, path: str, status: int = 200) -> Page:
        """A page."""
        response = self.asks("GET", path)
        assert response.status_code == status, response.text
        return Page(response.text)

    def sends(self, path: str, page: Page, do: str = "record", **said: str) -> Response:
        """The form of a page, with some inputs written. In names a double underscore stands for a dot."""
        written = {name.replace("__", "."): text for name, text in said.items()}
        return self.asks("POST", path, data={**page.inputs, **written, "do": do})

    def records(self, path: str, page: Page, **said: str) -> Response:
        """The same, after which something is recorded."""
        response = self.sends(path, page, **said)
        assert response.status_code == 303, Page(response.text).text
        return response

    def refused(self, path: str, page: Page, /, **said: str) -> Page:
        """The same, after which the form comes back: something is wrong, or not seen yet."""
        response = self.sends(path, page, **said)
        assert response.status_code == 422, response.text
        return Page(response.text)

    def collides(self, path: str, page: Page, **said: str) -> Page:
        """The same, after which the form comes back, because something was recorded already."""
        response = self.sends(path, page, **said)
        assert response.status_code == 409, response.text
        return Page(response.text)

    def asks(self, method: str, path: str, **request: Any) -> Response:
        """Any request of theirs."""
        headers = {
            **ORIGIN,
            "Cookie": f"{COOKIE}={self.session}",
            "Accept": "text/html",
            "Accept-Language": "en",
        }
        response: Response = self.doors.client.request(
            method, path, headers=headers | request.pop("headers", {}), follow_redirects=False, **request
        )
        return response


def recorded(doors: Doors, agreement: str) -> list[Any]:
    """The facts of an agreement, in order of recording."""
    return [entry["fact"] for entry in doors.walk(f"/agreements/{agreement}/events")]

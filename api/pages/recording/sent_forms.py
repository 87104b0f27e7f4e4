"""What arrives when a form is sent: its texts, its files, and which button was pressed."""

import json
from dataclasses import dataclass, field

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from api.bodies import bounded
from api.documents import media_type_of
from api.language import english
from api.problems import Problem
from api.running import Running
from domain.agreement.access import Actor

MOST_INPUTS = 20_000
MOST_FILES = 50
LONGEST_TEXT = 200_000  # bytes of one input
WRONG_KIND = english(
    "Accepted are PDF, PNG, JPEG, TIFF and WebP, and the content must be what it is said to be."
)
TOO_LARGE = english("The file is too large.")


@dataclass
class SentForm:
    """The texts of a form by name of input, its files, and what is to be done."""

    texts: dict[str, str]
    files: dict[str, bytes] = field(default_factory=dict)
    do: str = "record"

    @property
    def key(self) -> str:
        """What makes that nothing is recorded twice."""
        return self.texts.get("key", "")[:255]

    @property
    def expected(self) -> int | None:
        """The version that the form was made for."""
        text = self.texts.get("expected", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

    def keep_files(self, running: Running, actor: Actor) -> dict[str, str]:
        """Store the files, and name their fingerprints in the form. Returns what is wrong, by input."""
        wrong: dict[str, str] = {}
        for name, content in self.files.items():
            media_type = media_type_of(content)
            if media_type is None or len(content) > running.settings.max_document_bytes:
                wrong[name] = TOO_LARGE if media_type else WRONG_KIND
                continue
            stored = running.documents.keep(content, media_type, actor)
            self.texts[f"{name.rpartition('.')[0]}.sha256"] = stored.sha256
        return wrong

    def obey(self) -> str:
        """Do to the texts what a button wants of them. Returns the list that gets a row more."""
        order, _, what = self.do.partition(":")
        if order == "drop":
            for name in [n for n in self.texts if n == what or n.startswith(f"{what}.")]:
                del self.texts[name]
        elif order in ("mean", "words"):
            path, _, edtf = what.partition(":")
            self._agree(path, edtf or None)
        elif order == "plan" and not self.texts.get("window"):
            self.texts["window"] = self.texts.pop("occurred", "")
            self.texts.pop("visit", None)
        elif order == "fill":
            path, _, text = what.partition(":")
            self.texts[path] = text
        return what if order == "add" else ""

    def _agree(self, path: str, edtf: str | None) -> None:
        """The words of a date stay, and mean from now on what was agreed."""
        meant = {"edtf": edtf, "as_stated": self.texts.get(path), "basis": "inferred" if edtf else "stated"}
        self.texts[f"{path}.kept"] = json.dumps(meant, ensure_ascii=False)


async def sent_form(request: Request) -> SentForm:
    """A form as it was sent, within the limits of a body and of documents.

    Raises:
        Problem: 413, it is too large; 400, it cannot be read.
    """
    settings = request.app.state.running.settings
    limited = bounded(request, settings.max_body_bytes + settings.max_document_bytes)
    try:
        form = limited.form(max_files=MOST_FILES, max_fields=MOST_INPUTS, max_part_size=LONGEST_TEXT)
        async with form as parts:
            texts = {name: _lines(value) for name, value in parts.items() if isinstance(value, str)}
            files = {
                name: await value.read()
                for name, value in parts.items()
                if isinstance(value, UploadFile) and value.filename
            }
    except HTTPException as error:
        raise Problem("not_a_form", 400) from error
    return SentForm(texts, files, do=texts.pop("do", "") or "record")


def _lines(text: str) -> str:
    # Browsers send line ends as CR LF (HTML, form-data encoding).
    return text.replace("\r\n", "\n")

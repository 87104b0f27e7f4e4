"""The catalogues: every sentence that Pakta says exists in every language, and nothing else does."""

import ast
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from api import language
from api.explaining import EXPLANATIONS, explain
from api.problems import PROBLEMS, REFUSED_ADVICE, REFUSED_TITLE
from domain.agreement.admit import REFUSALS
from domain.agreement.warnings import WARNINGS

ROOT = Path(__file__).parents[2]
# Where a validator's words reach whoever sent the request. Settings and databases speak to the operator.
VALIDATORS = (
    *("domain/values.py", "domain/words.py", "domain/uncertain_date.py", "domain/edtf_days.py"),
    *("api/asking.py",),
    *(str(path.relative_to(ROOT)) for path in sorted((ROOT / "domain" / "facts").glob("*.py"))),
)
DOORS = tuple(str(path.relative_to(ROOT)) for path in sorted((ROOT / "api").glob("*.py")))
# Names and abbreviations that Indonesian has too.
SAME_IN_BOTH = {"Agenda", "LoI", "MoU", "Register"}
# The functions that say a sentence in a language, and where among their arguments it stands.
SAYING = {"say": 1, "sentence": 1, "say_number": 1, "counted": 1}
TEMPLATES = {"silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}
TRANSLATED = [tongue for tongue in language.LANGUAGES if tongue != "en"]


def calls(path: str, name: str) -> Iterator[ast.Call]:
    """Every call of a function in a file."""
    for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            yield node


def fixed(call: ast.Call, place: int, path: str) -> str:
    """A sentence that stands in the code as it is."""
    text = call.args[place]
    assert isinstance(text, ast.Constant), f"{path}:{call.lineno} cannot be translated"
    return str(text.value)


def sentences() -> set[str]:
    """Every English sentence that may be sent."""
    validators = (fixed(call, 0, path) for path in VALIDATORS for call in calls(path, "ValueError"))
    doors = (fixed(call, 1, path) for path in DOORS for call in calls(path, "of_parameter"))
    tables = (REFUSALS.values(), WARNINGS.values(), EXPLANATIONS.values(), *PROBLEMS.values())
    return {REFUSED_TITLE, REFUSED_ADVICE, *chain(*tables), *validators, *doors, *in_pages()}


def in_pages() -> Iterator[str]:
    """What pages say: in their templates and, to be translated where they are shown, in their code."""
    for path in sorted((ROOT / "api" / "pages" / "templates").rglob("*.html")):
        with path.open("rb") as file:
            for _, _, message, _ in babel_extract(file, ("_", "_n"), (), TEMPLATES):
                one = message if isinstance(message, str) else (message or (None,))[0]
                if one is not None:  # else it is looked up where it is said
                    yield one
    for path in sorted((ROOT / "api").rglob("*.py")):
        code = str(path.relative_to(ROOT))
        yield from (fixed(call, 0, code) for call in calls(code, "english"))
        for name, place in SAYING.items():
            for call in calls(code, name):
                if isinstance(call.args[place], ast.Constant):
                    yield fixed(call, place, code)


def names(sentence: str) -> set[str]:
    """The names that are to be filled in."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("tongue", TRANSLATED)
def test_every_sentence_is_translated_and_no_translation_is_left_over(tongue: str) -> None:
    said = set(language.catalogue(tongue))
    assert sentences() - said == set(), "without a translation"
    assert said - sentences() == set(), "translations of what nobody says any more"


@pytest.mark.parametrize("tongue", TRANSLATED)
def test_a_translation_fills_in_what_the_english_sentence_does(tongue: str) -> None:
    for english, translated in language.catalogue(tongue).items():
        assert names(translated) == names(english), english
        assert translated != english or english in SAME_IN_BOTH
        assert translated.strip() == translated
        assert re.findall("`[^`]+`", translated) == re.findall("`[^`]+`", english), "names of the contract"


@pytest.mark.parametrize("tongue", TRANSLATED)
def test_a_catalogue_has_no_doubtful_or_double_entries(tongue: str) -> None:
    messages: list[str] = []
    for path in sorted((language.CATALOGUES / tongue).glob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, abort_invalid=True)
        assert not any(message.fuzzy for message in catalogue if message.id)
        assert not list(catalogue.obsolete)
        messages += re.findall(r'^msgid "[^"].*', path.read_text("utf-8"), re.MULTILINE)
    assert len(messages) == len(set(messages)), "said twice"
    assert len(messages) == len(language.catalogue(tongue))


def test_a_code_is_either_a_problem_or_a_refusal() -> None:
    assert not PROBLEMS.keys() & REFUSALS.keys()


def test_a_date_is_explained_with_the_words_that_were_written() -> None:
    error = {"type": "edtf_suggestion", "msg": "…", "ctx": {"text": "{juli} 2023", "meant": "2023-07"}}
    assert explain("id", error) == "'{juli} 2023' bukan EDTF; apakah yang dimaksud 2023-07?"
    assert explain("en", error) == "'{juli} 2023' is not EDTF; did you mean 2023-07?"


@pytest.mark.parametrize(
    ("header", "tongue"),
    [
        (None, "id"),
        ("", "id"),
        ("*", "id"),
        ("fr, de", "id"),
        ("en", "en"),
        ("en-GB,en;q=0.9,id;q=0.8", "en"),
        ("id;q=0.5, en;q=0.9", "en"),
        ("en;q=0, id;q=0.1", "id"),
        ("ID-id", "id"),
        ("en;q=none, id;q=0.2", "id"),
        ("id, en", "id"),
    ],
)
def test_the_reader_is_answered_in_the_language_preferred(header: str | None, tongue: str) -> None:
    assert language.preferred(header) == tongue

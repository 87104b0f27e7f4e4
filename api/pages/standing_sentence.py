"""Where an agreement stands, in a sentence that can be read aloud, and what is not known of it."""

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from markupsafe import Markup

from api.language import english, say
from api.pages import dates
from api.pages.frame import counted, sentence
from domain.agreement import State
from domain.agreement.state import Visit

LONGEST_NAME = 60  # characters of a title that fits into a sentence
LONGEST_UNBROKEN = 20  # characters of a date
STRETCH = re.compile(r"\d{4}(-\d\d)?|\d{3}X", re.ASCII)

PAPERS = {"loi": english("LoI"), "arrangement": english("arrangement"), "mou": english("MoU")}
# Each clause as it is said of today or a day ahead, and of a day that is over.
SIGNED = (english("{subject} was signed {when}"), english("{subject} had been signed {when}"))
IN_HAND = (english("{subject} is signed"), english("{subject} was signed by then"))
PROPOSED = (
    english("{subject} was proposed {when}; nothing is signed"),
    english("{subject} had been proposed {when}; nothing was signed"),
)
ENDS = {
    "suspended": (english("it is suspended"), english("it was suspended")),
    "expired": (english("it has expired"), english("it had expired")),
    "terminated": (english("it was ended"), english("it had been ended")),
    "withdrawn": (english("a side withdrew from it"), english("a side had withdrawn from it")),
    "succeeded": (
        english("another agreement took its place"),
        english("another agreement had taken its place"),
    ),
}
ENDS_ON = {
    "suspended": (english("it has been suspended since {date}"), english("it was suspended since {date}")),
    "expired": (english("it ran until {date}"), english("it had run until {date}")),
    "terminated": (english("it was ended {when}"), english("it had been ended {when}")),
    "withdrawn": (english("a side withdrew from it {when}"), english("a side had withdrawn from it {when}")),
    "succeeded": (
        english("another agreement took its place {when}"),
        english("another agreement had taken its place {when}"),
    ),
}
RESULTS = {
    ("partly", "claimed"): (
        english("a part is said to be realised"),
        english("a part was said to be realised"),
    ),
    ("partly", "evidenced"): (
        english("a part is realised, with evidence"),
        english("a part was realised, with evidence"),
    ),
    ("fully", "claimed"): (
        english("it is said to be fully realised"),
        english("it was said to be fully realised"),
    ),
    ("fully", "evidenced"): (
        english("it is fully realised, with evidence"),
        english("it was fully realised, with evidence"),
    ),
}
VISITS = {
    "overdue": (
        english("{visit} planned for {window} is {overdue}"),
        english("{visit} planned for {window} was {overdue}"),
    ),
    "tentative": (
        english("{visit} is planned for {window}, not confirmed yet"),
        english("{visit} was planned for {window}, not confirmed yet"),
    ),
    "scheduled": (
        english("{visit} is planned for {window}"),
        english("{visit} was planned for {window}"),
    ),
    "confirmed": (
        english("{visit} is confirmed for {window}"),
        english("{visit} was confirmed for {window}"),
    ),
    "held": (english("{visit} took place {when}"), english("{visit} had taken place {when}")),
}
NO_MOU = (english("there is no MoU"), english("there was no MoU"))
NO_FOLLOW_UP = (english("no follow-up visit is recorded"), english("no follow-up visit was recorded"))
NOTHING_CERTAIN = (
    english("nothing is certain yet about {subject}"),
    english("nothing was certain yet about {subject}"),
)
NETWORK = (
    english("{subject} is a network, which is never counted as an agreement"),
    english("{subject} was a network, which is never counted as an agreement"),
)
AHEAD = english("On {day}, if nothing more is recorded: {sentence}")
THAT_DAY = english("On {day}, {sentence}")


class Standing(NamedTuple):
    """The sentence, and the line about what is not known, which may be missing."""

    sentence: Markup
    unknown: Markup | None


class Telling(NamedTuple):
    """In which language, and whether of a day that is over: then clauses stand in the past."""

    language: str
    over: bool = False

    def clause(self, forms: tuple[str, str], **params: str) -> Markup:
        return sentence(self.language, forms[self.over], **params)


def standing_sentence(
    state: State, day: date, today: date, language: str, ended_on: str | None = None
) -> Standing:
    """Where it stands on a day, seen from today. `ended_on` (EDTF) is when its end took effect, if known."""
    if state.voided:
        void = sentence(
            language,
            "The proposal of {subject} was retracted: it does not stand.",
            subject=_name(state, language),
        )
        return Standing(void, sentence(language, "What was recorded stays here, struck. It counts nowhere."))
    telling = Telling(language, over=day < today)
    clauses = list(_clauses(state, telling, ended_on))
    said = Markup(". ").join(filter(None, (_capital(clauses[0]), _capital(Markup("; ").join(clauses[1:])))))
    if day != today:
        said = Markup(". ").join(filter(None, (clauses[0], _capital(Markup("; ").join(clauses[1:])))))
        frame = THAT_DAY if day < today else AHEAD
        said = sentence(language, frame, day=_unbroken(dates.day(day, language)), sentence=said)
    return Standing(said + ".", next(_unknowns(state, language), None))


def during(edtf: str | None, language: str) -> str:
    """A date as a sentence takes it: "in March 2025", "on 27 July 2023", "between … and …"."""
    if edtf is None:
        return say(language, "on a day that nobody knows")
    start, divided, end = edtf.partition("/")
    if divided and start not in dates.OPEN and end not in dates.OPEN:
        ends = {"start": _words(start, language), "end": _words(end, language)}
        return say(language, "between {start} and {end}", ends)
    if edtf.endswith("?") and not divided:
        return say(language, dates.DOUBTS["?"], {"date": during(edtf[:-1], language)})
    if dates.mark(edtf) == "day":
        return say(language, "on {date}", {"date": _words(edtf, language)})
    if STRETCH.fullmatch(edtf):
        return say(language, "in {date}", {"date": _words(edtf, language)})
    return _words(edtf, language)


def _clauses(state: State, telling: Telling, ended_on: str | None) -> Iterator[Markup]:
    """What there is on paper; then what became of it, the pressing visit, and what is lacking."""
    yield _paper(state, telling)
    if state.standing != "active":
        yield _end(state, telling, ended_on)
    if state.realisation != "none" and state.realisation_basis:
        yield telling.clause(RESULTS[state.realisation, state.realisation_basis])
    if state.standing in ("active", "suspended"):
        if visit := _pressing(state):
            yield _visit(visit, telling)
        if state.instrument in ("loi", "arrangement"):
            yield telling.clause(NO_MOU)
        elif state.instrument == "mou" and not visit and state.realisation == "none":
            yield telling.clause(NO_FOLLOW_UP)


def _paper(state: State, telling: Telling) -> Markup:
    language = telling.language
    if state.kind == "network":
        return telling.clause(NETWORK, subject=_name(state, language))
    if not state.begun:
        return telling.clause(NOTHING_CERTAIN, subject=_name(state, language))
    if state.instrument == "none":
        when = during(state.milestones["proposed"], language)
        return telling.clause(PROPOSED, subject=_cooperation(state, language), when=when)
    subject = _subject(state, say(language, PAPERS[state.instrument]), language)
    if state.instrument == "arrangement":
        return telling.clause(IN_HAND, subject=subject)  # it is no rung, so the state has no day for it
    signed = state.milestones["loi_signed" if state.instrument == "loi" else "mou_signed"]
    return telling.clause(SIGNED, subject=subject, when=during(signed, language))


def _end(state: State, telling: Telling, ended_on: str | None) -> Markup:
    on = state.valid_until if state.standing == "expired" else ended_on
    if on is None:
        return telling.clause(ENDS[state.standing])
    words = _words(on, telling.language)
    return telling.clause(ENDS_ON[state.standing], when=during(on, telling.language), date=words)


def _visit(visit: Visit, telling: Telling) -> Markup:
    language = telling.language
    window = _words(visit.window, language) if visit.window else None
    if visit.host:
        who = say(language, "the visit to {host}", {"host": visit.host})
    else:
        who = say(language, "the follow-up visit")
    days = counted(language, "{number} day overdue", "{number} days overdue", visit.days_overdue or 0)
    return telling.clause(
        VISITS[visit.state],
        visit=who,
        window=window or say(language, "a day that nobody knows"),
        when=during(visit.held, language),
        overdue=Markup('<span class="red nb">{}</span>').format(days),
    )


def _pressing(state: State) -> Visit | None:
    """The visit that the follow-up is about: the state names it by what is said of it."""
    about = state.follow_up
    if about.state in ("none", "cancelled"):
        return None
    same = (
        visit
        for visit in reversed(state.visits)
        if (visit.state, visit.visit, visit.window) == (about.state, about.visit, about.window)
        and (visit.follow_up or visit.state != "held")
    )
    return next(same, None)


def _unknowns(state: State, language: str) -> Iterator[Markup]:
    """What nobody knows, the weightiest first."""
    visit = _pressing(state)
    if state.standing in ("active", "suspended") and visit and visit.state == "overdue":
        yield sentence(
            language,
            "No source says whether that visit took place. Its outcome is {unknown}, not “did not happen”.",
            unknown=Markup("<b>{}</b>").format(say(language, "unknown")),
        )
    if not state.begun and not state.uncertain and state.kind != "network":
        yield sentence(language, "What is recorded below happened later, as far as anybody knows.")
    if state.uncertain:
        yield counted(
            language,
            "{number} recorded fact may or may not have happened by this day.",
            "{number} recorded facts may or may not have happened by this day.",
            len(state.uncertain),
        )
    if state.realisation_basis == "claimed":
        yield sentence(language, "No document of those concerned shows the result yet.")
    if state.standing == "expired":
        yield sentence(language, "Nothing recorded says whether it was extended.")
    if "no_next_step" in state.flags:
        yield sentence(language, "Nothing recorded says what comes next, or when.")


def _name(state: State, language: str) -> str:
    title = " ".join(state.title.split())
    return title.replace(" – ", "–") if len(title) <= LONGEST_NAME else say(language, "this agreement")


def _cooperation(state: State, language: str) -> str:
    return _subject(state, say(language, "cooperation"), language)


def _subject(state: State, paper: str, language: str) -> str:
    """ "The Bandung–Nanning LoI"; a long title stays out of the sentence."""
    title = " ".join(state.title.split())
    if len(title) > LONGEST_NAME:
        return say(language, "the {paper}", {"paper": paper})
    return say(language, "the {title} {paper}", {"title": title.replace(" – ", "–"), "paper": paper})


def _words(edtf: str | None, language: str) -> str:
    return _unbroken(dates.said(edtf, language))


def _unbroken(words: str) -> str:
    """A date does not break over two lines, unless it is a long one."""
    return words.replace(" ", "\N{NO-BREAK SPACE}") if len(words) <= LONGEST_UNBROKEN else words


def _capital(said: Markup) -> Markup:
    return Markup(said[:1].upper() + said[1:])  # noqa: S704  # it was markup before

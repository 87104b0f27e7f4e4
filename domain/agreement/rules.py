"""Rules as data: what each speaks of, and what it reads besides, so that one more fact asks few of them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, NamedTuple, TypeVar

from domain.agreement.history import MENDS, History, Recorded
from domain.agreement.standing import ORDER, Facts, Standing
from domain.agreement.transitions import TRANSITIONS
from domain.facts import EvidenceAttached

Said = TypeVar("Said")
ANY = frozenset(TRANSITIONS)


class Case(NamedTuple):
    """The facts that count, and the history behind them."""

    facts: Facts
    history: History


class Rule(NamedTuple, Generic[Said]):
    """What it says of each fact of the types in `about` rests on that fact, and on those in `reads`.

    A fact that names the version of another may rest on that too. Every rule may read the opening.
    With `needs` it has nothing to say as long as no fact of those types stands.
    """

    says: Callable[[Case, Sequence[Standing]], Iterator[Said]]
    about: frozenset[str]
    reads: frozenset[str] = frozenset()
    needs: frozenset[str] = ANY


class Touched(NamedTuple, Generic[Said]):
    """A rule that one more fact concerns. What it `read` is other now: it has to look at all facts again."""

    rule: Rule[Said]
    read: bool


class Rules(Generic[Said]):
    """Rules in their order, and which of them a fact of some types can touch: most have no say in most."""

    def __init__(self, *rules: Rule[Said]) -> None:
        self._rules = rules
        self._touched: dict[tuple[frozenset[str], frozenset[str]], tuple[Touched[Said], ...]] = {}

    def __iter__(self) -> Iterator[Rule[Said]]:
        return iter(self._rules)

    def touched(self, changed: frozenset[str], seen: frozenset[str]) -> tuple[Touched[Said], ...]:
        """Those that read facts of some types, which are others now, or speak of some that are seen anew."""
        known = self._touched.get((changed, seen))
        if known is None:
            each = (Touched(rule, not changed.isdisjoint(rule.reads)) for rule in self._rules)
            known = tuple(one for one in each if one.read or not seen.isdisjoint(one.rule.about))
            self._touched[changed, seen] = known
        return known


def everything(rules: Iterable[Rule[Said]], case: Case) -> Iterator[Said]:
    """All that the rules say."""
    for rule in rules:
        if about := case.facts.of_types(rule.about):
            yield from rule.says(case, about)


class Step:
    """From a history to the next one: which fact is another now, and which are seen in another light."""

    def __init__(self, before: History, entry: Recorded, after: History) -> None:
        self.before = before
        self.after = Case(after.counted, after)
        if entry.fact.type in MENDS:
            version = after.original(entry) or 0
            self.old, self.new = _concerned(before, version), _concerned(after, version)
            changed = (before.standing.get(version), after.standing.get(version))
            self.changed = frozenset(standing.fact.type for standing in changed if standing is not None)
            self.seen = self.changed.union(standing.fact.type for standing in self.new)
        else:  # nothing can have been said of it before
            self.old, self.new = [], [after.standing[entry.version]]
            self.changed = self.seen = frozenset((entry.fact.type,))

    def brings(self, rules_of: Callable[[History], Rules[Said]]) -> list[Said]:
        """What the rules say now and did not say before: exactly what all would say if they were asked."""
        rules = rules_of(self.after.history)
        if "proposed" in self.changed and self.before.entries:
            known = set(everything(rules_of(self.before), Case(self.before.counted, self.before)))
            return [said for said in everything(rules, self.after) if said not in known]
        found: list[Said] = []
        standing = self.after.history.facts.by_type
        for rule, read in rules.touched(self.changed, self.seen):
            if not rule.needs.isdisjoint(standing):
                found += self._brings(rule, read)
        return found

    def _brings(self, rule: Rule[Said], read: bool) -> Iterable[Said]:
        new = _about(rule, self.after if read else self.new)
        now = list(rule.says(self.after, new)) if new else []
        if not now:
            return ()  # what it said before matters only beside what it says now
        before = Case(self.before.counted, self.before)
        known = set(rule.says(before, _about(rule, before if read else self.old)))
        return (said for said in now if said not in known)


def _about(rule: Rule[Said], where: Case | list[Standing]) -> Sequence[Standing]:
    """What a rule speaks of, among all facts that count or among some."""
    if isinstance(where, Case):
        return where.facts.of_types(rule.about)
    return [standing for standing in where if standing.fact.type in rule.about]


def _concerned(history: History, version: int) -> list[Standing]:
    """A fact as it stands, and the sources that were attached to it."""
    sources = history.facts.of(EvidenceAttached)
    found = {source.version: source for source, attached in sources if attached.version == version}
    if version in history.standing:
        found[version] = history.standing[version]
    return sorted(found.values(), key=ORDER)

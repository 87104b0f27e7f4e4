"""Rules as data: what each speaks of, and what it reads besides, so that one more fact asks few of them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, NamedTuple, TypeVar

from domain.agreement.history import History, Recorded
from domain.agreement.standing import ORDER, Facts, Standing
from domain.agreement.transitions import TRANSITIONS
from domain.facts import Corrected, EvidenceAttached, Retracted

Said = TypeVar("Said")
ANY = frozenset(TRANSITIONS)


class Case(NamedTuple):
    """The facts that count, and the history behind them."""

    facts: Facts
    history: History


class Rule(NamedTuple, Generic[Said]):
    """What it says of each fact of the types in `about` rests on that fact, and on those in `reads`.

    A fact that names the version of another may rest on that too. Every rule may read the opening.
    """

    says: Callable[[Case, Sequence[Standing]], Iterator[Said]]
    about: frozenset[str]
    reads: frozenset[str] = frozenset()


class Rules(Generic[Said]):
    """Rules in their order, and which of them a fact of some types can touch: most have no say in most."""

    def __init__(self, *rules: Rule[Said]) -> None:
        self._rules = rules
        self._touched: dict[frozenset[str], tuple[Rule[Said], ...]] = {}

    def __iter__(self) -> Iterator[Rule[Said]]:
        return iter(self._rules)

    def touched(self, types: frozenset[str]) -> tuple[Rule[Said], ...]:
        """Those that speak of facts of these types, or read them."""
        known = self._touched.get(types)
        if known is None:
            known = tuple(rule for rule in self._rules if types & (rule.about | rule.reads))
            self._touched[types] = known
        return known


def everything(rules: Iterable[Rule[Said]], case: Case) -> Iterator[Said]:
    """All that the rules say."""
    for rule in rules:
        if about := case.facts.of_types(rule.about):
            yield from rule.says(case, about)


class Step:
    """From a history to the next one: which fact is another now, and which are seen in another light."""

    def __init__(self, before: History, entry: Recorded, after: History) -> None:
        self.before = Case(before.counted, before)
        self.after = Case(after.counted, after)
        version = after.original(entry) or 0
        changed = (before.standing.get(version), after.standing.get(version))
        self.types = {standing.fact.type for standing in changed if standing is not None}
        if isinstance(entry.fact, Corrected | Retracted):
            self.old, self.new = _concerned(before, version), _concerned(after, version)
        else:  # nothing can have been said of it before
            self.old, self.new = [], [standing for standing in changed if standing is not None]

    def brings(self, rules_of: Callable[[History], Rules[Said]]) -> Iterator[Said]:
        """What the rules say now and did not say before: exactly what all would say if they were asked."""
        rules = rules_of(self.after.history)
        if "proposed" in self.types and self.before.history.entries:
            known = set(everything(rules_of(self.before.history), self.before))
            yield from (said for said in everything(rules, self.after) if said not in known)
            return
        touched = self.types.union(standing.fact.type for standing in self.new)
        for rule in rules.touched(frozenset(touched)):
            yield from self._brings(rule)

    def _brings(self, rule: Rule[Said]) -> Iterator[Said]:
        read = not rule.reads.isdisjoint(self.types)
        new = _about(rule, self.after if read else self.new)
        if new and (now := list(rule.says(self.after, new))):  # asked of before only when it matters
            known = set(rule.says(self.before, _about(rule, self.before if read else self.old)))
            yield from (said for said in now if said not in known)


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

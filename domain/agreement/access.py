"""Who may see an agreement and who may write to it."""

from typing import Literal, NamedTuple

from domain.agreement.history import History
from domain.agreement.standing import types_of
from domain.facts import Granted, HandedOver, Proposed, Revoked, VisibilityChanged
from domain.values import Visibility

Role = Literal["viewer", "coordinator", "auditor", "admin"]
Action = Literal["read", "record"]
REACH = types_of(HandedOver, VisibilityChanged, Granted, Revoked)


class Actor(NamedTuple):
    """Somebody with a token. `id` is opaque; role and organisation are those held now."""

    id: str
    role: Role
    organisation: str


class Access(NamedTuple):
    """What the record says about who may see an agreement."""

    owner: str
    visibility: Visibility
    readers: frozenset[str]


def access(history: History) -> Access:
    """Owner, visibility and grants as they are now: what keeps the record counts in order of recording."""
    first = history.entries[1]
    _, opening = history.stated(1)
    visibility: Visibility = opening.visibility if isinstance(opening, Proposed) else "organisation"
    owner, readers = first.organisation, set[str]()
    for standing in sorted(history.facts.of_types(REACH), key=lambda standing: standing.version):
        match standing.fact:
            case HandedOver(organisation=organisation):
                owner = organisation
            case VisibilityChanged(visibility=changed):
                visibility = changed
            case Granted(organisation=organisation):
                readers.add(organisation)
            case Revoked(organisation=organisation):
                readers.discard(organisation)
    return Access(owner, visibility, frozenset(readers))


def may(actor: Actor | None, action: Action, agreement: Access) -> bool:
    """Whether somebody may do something with an agreement; None is the public.

    Everybody reads what is public, an organisation its own and what it was granted, an auditor all.
    Only a coordinator of the owner records.
    """
    if action == "record":
        return actor is not None and actor.role == "coordinator" and actor.organisation == agreement.owner
    if agreement.visibility == "public":
        return True
    if actor is None:
        return False
    return actor.role == "auditor" or actor.organisation in (agreement.owner, *agreement.readers)

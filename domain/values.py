"""The values that facts are made of: parties, people, evidence, fields of cooperation."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictFloat, StrictInt, model_validator

from domain.uncertain_date import UncertainDate
from domain.words import Name, Text, fold

AgreementKind = Literal[
    "sister_city",
    "sister_province",
    "friendship_city",
    "regional",
    "third_party",
    "foreign_institution",
    "government",
    "network",
    "other",
]
PartyKind = Literal[
    "city",
    "regency",
    "province",
    "ministry",
    "national_government",
    "authority",
    "network",
    "institution",
    "company",
    "other",
]
Visibility = Literal["public", "organisation"]
Standing = Literal["agreed", "exploring", "mentioned"]
Figure = Annotated[StrictInt | StrictFloat, Field(allow_inf_nan=False)]


class Value(BaseModel):
    """Frozen, and strict both ways: no unknown field comes in, no value is quietly converted."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, serialize_by_alias=True)


class Party(Value):
    """A side of an agreement, or somebody present at it. Kota and Kabupaten of one name are two parties."""

    name: Name
    kind: PartyKind | None = None
    country: Annotated[str, Field(pattern="^[A-Z]{2}$", description="ISO 3166-1 alpha-2")] | None = None
    region: Name | None = None
    code: Name | None = Field(None, description="The code of a government register; it identifies the party")
    role: Literal["party", "lead", "associate", "facilitator", "witness", "observer"] = "party"
    aliases: tuple[Name, ...] = ()

    @property
    def key(self) -> str:
        """By its code, else by country, kind and folded name."""
        return f"code:{self.code}" if self.code else f"{self.country}:{self.kind}:{fold(self.name)}"

    def is_called(self, name: str) -> bool:
        """Whether the name is the party's own, its code or one of its aliases."""
        wanted = fold(name)
        return self.code == name or any(fold(known) == wanted for known in (self.name, *self.aliases))


PartyRef = Annotated[
    Party | Name, Field(description="The name of a party of this agreement, or a whole party")
]


def _office_holder(public: bool) -> bool:  # it is the field's value
    if not public:
        raise ValueError("must be true: private persons cannot be stored until they can be sealed")
    return public


class Person(Value):
    """Somebody who acted, in the office held then; acting titles are kept. The name may be unknown."""

    name: Name | None = None
    office: Name | None = None
    party: PartyRef | None = None
    on_behalf_of: Name | None = None
    public: Annotated[bool, AfterValidator(_office_holder)] = Field(
        True, description="An office holder; private persons cannot be stored until they can be sealed"
    )


class Evidence(Value):
    """What a fact rests on. When something was published is never when it happened."""

    title: Name | None = None
    publisher: Name | None = None
    published_on: UncertainDate | None = None
    url: Annotated[str, Field(pattern=r"^https?://\S+$", max_length=2000)] | None = None
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="Of an uploaded document")] | None = (
        None
    )
    grade: Literal["primary", "secondary"] | None = None

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not (self.title or self.url or self.sha256 or self.publisher):
            raise ValueError("evidence needs a title, a publisher, a url or the sha256 of a document")
        return self


class FieldOfCooperation(Value):
    """A subject that the parties work on, and whether it is agreed or only explored."""

    name: Name
    standing: Standing | None = None


FieldRef = Annotated[FieldOfCooperation | Name, Field(description="A field's name, or its name and standing")]


class StatedFigure(Value):
    """A number somebody stated. `approximate` is null where the statement leaves it open."""

    value: Figure
    unit: Text
    approximate: bool | None = None


class Presentation(Value):
    """A programme that a party presented at an engagement."""

    party: PartyRef | None = None
    programme: Name
    text: Text | None = None


def party_name(ref: Party | str) -> str:
    """The name by which a fact refers to a party."""
    return ref if isinstance(ref, str) else ref.name


def field_name(ref: FieldOfCooperation | str) -> str:
    """The name of a field of cooperation."""
    return ref if isinstance(ref, str) else ref.name

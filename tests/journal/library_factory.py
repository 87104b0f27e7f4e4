"""The infrastructure that the eventsourcing library asks for, made of our recorders."""

from pathlib import Path
from typing import ClassVar

from eventsourcing.persistence import InfrastructureFactory, ProcessRecorder, TrackingRecorder
from eventsourcing.utils import Environment, EnvType
from sqlalchemy.engine import Engine

from domain.databases import Databases
from domain.journal import schema
from domain.journal.recorder import JournalRecorder, SnapshotRecorder


class Factory(InfrastructureFactory[TrackingRecorder]):
    """Finds the place to record at in `PLACE`: a folder, or the address of PostgreSQL."""

    engines: ClassVar[list[Engine]] = []

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        self.engine = at(self.env.get("PLACE") or "").engine("journal")
        self.engines.append(self.engine)
        schema.create(self.engine)

    def aggregate_recorder(self, purpose: str = "events") -> SnapshotRecorder:
        assert purpose == "snapshots"
        return SnapshotRecorder(self.engine)

    def application_recorder(self) -> JournalRecorder:
        return JournalRecorder(self.engine)

    def tracking_recorder(self, tracking_recorder_class: object = None) -> TrackingRecorder:
        raise NotImplementedError

    def process_recorder(self) -> ProcessRecorder:
        raise NotImplementedError

    @classmethod
    def close_all(cls) -> None:
        while cls.engines:
            cls.engines.pop().dispose()


def at(place: str) -> Databases:
    """The databases at a folder, or at the address of PostgreSQL."""
    return Databases(url=place) if place.startswith("postgresql:") else Databases(folder=Path(place))


def place_of(databases: Databases) -> str:
    """The other way round."""
    return databases.url or str(databases.folder)

"""What can be set from outside, with environment variables that begin with PAKTA_."""

from functools import cached_property
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import PositiveFloat, PositiveInt, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.databases import Databases

SOFTWARE = "0.1.0"


class Settings(BaseSettings):
    """`data_dir` says where embedded data lies; `database_url` names PostgreSQL instead.

    `reader_url` names a replica of it, which answers lists and figures.
    """

    model_config = SettingsConfigDict(env_prefix="PAKTA_", extra="ignore", frozen=True)

    data_dir: Path | None = None
    database_url: SecretStr | None = None
    reader_url: SecretStr | None = None
    timezone: str = "Asia/Jakarta"
    public_reading: bool = False
    max_body_bytes: int = 8 * 1024 * 1024
    max_document_bytes: int = 25 * 1024 * 1024
    log: Literal["json", "text"] | None = None
    queue: PositiveInt = 2_000  # commands that may wait to be stored
    deadline: PositiveFloat = 20.0  # seconds that an answer may take to begin

    @field_validator("timezone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"{name} is not a time zone; write one such as Asia/Jakarta") from error
        return name

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone whose calendar days count."""
        return ZoneInfo(self.timezone)

    def databases(self) -> Databases:
        """Where the data lies.

        Raises:
            ValueError: neither a folder nor an address was given. An address weighs more than a folder.
        """
        told = (self.database_url, self.reader_url)
        url, reader = (address.get_secret_value() if address else None for address in told)
        return Databases(folder=None if url else self.data_dir, url=url, reader_url=reader if url else None)

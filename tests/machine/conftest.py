"""Fresh stores on either engine."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from api.settings import Settings
from tests.api.conftest import patience

__all__ = ["patience"]  # it serves here too


@pytest.fixture
def fresh_settings(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[str], Settings]:
    """Settings for a store that nobody has used."""
    numbers = itertools.count()

    def fresh(engine: str) -> Settings:
        if engine == "sqlite":
            return Settings(data_dir=tmp_path / str(next(numbers)), database_url=None)
        make_database: Callable[[], str] = request.getfixturevalue("fresh_postgresql")
        return Settings(data_dir=None, database_url=SecretStr(make_database()))

    return fresh

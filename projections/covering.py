"""Indexes that tell more than they are sorted by, so that no row is read to see whether it is wanted.

PostgreSQL has a word for that, and plans badly with columns that are sorted by for nothing. SQLite, which has
none, sorts by all of them.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles


def covering(name: str, *key: str, told: Sequence[str]) -> sa.Index:
    """An index by a key that tells other columns too."""
    return sa.Index(name, *key, postgresql_include=list(told))


@compiles(sa.schema.CreateIndex, "sqlite")
def _by_all(create: sa.schema.CreateIndex, compiler: Any, **given: Any) -> str:
    text = str(compiler.visit_create_index(create, **given))
    more = create.element.dialect_options["postgresql"]["include"] or ()
    return text.replace(")", "".join(f", {compiler.preparer.quote(name)}" for name in more) + ")", 1)

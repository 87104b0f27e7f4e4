"""How the stock eventsourcing library is told where to keep its events."""

import sqlalchemy as sa

from domain.databases import Databases


def environment_of(databases: Databases, *, in_bulk: bool = False) -> dict[str, str]:
    """The variables that make it use a file beside ours, or tables in the same database.

    `in_bulk` lets PostgreSQL insert in a function, which the library offers too. By default it sends all in
    a pipeline, and psycopg waits for ever there for an answer to what it has not sent to the end, as soon as
    a statement is larger than what the socket takes at once.
    """
    if databases.url is None:
        assert databases.folder is not None
        place = str(databases.folder / "stock.db")
        return {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": place}
    url = sa.make_url(databases.url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": url.database or "",
        "POSTGRES_HOST": str(url.host or url.query.get("host") or ""),
        "POSTGRES_PORT": str(url.port or 5432),
        "POSTGRES_USER": url.username or "",
        "POSTGRES_PASSWORD": url.password or "none",
        "POSTGRES_ENABLE_DB_FUNCTIONS": "yes" if in_bulk else "no",
    }

"""How the stock eventsourcing library is told where to keep its events."""

import sqlalchemy as sa

from domain.databases import Databases


def environment_of(databases: Databases) -> dict[str, str]:
    """The variables that make it use a file beside ours, or tables in the same database."""
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
    }

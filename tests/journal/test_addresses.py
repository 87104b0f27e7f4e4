"""Addresses of PostgreSQL: several hosts, what holds for each connection, and a server that turns standby."""

import re
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from api.settings import Settings
from domain.addresses import address_of, arguments
from domain.databases import Databases, writing

TABLE = sa.Table("n", sa.MetaData(), sa.Column("n", sa.Integer))


def told_to_libpq(address: str) -> dict[str, object]:
    """What the driver hands over, as libpq reads it."""
    url = address_of(address)
    _, given = sa.create_engine(url).dialect.create_connect_args(url)
    given.pop("context", None)  # psycopg's own
    made = psycopg.conninfo.make_conninfo("", **{**given, **arguments(url, "journal")})
    return dict(psycopg.conninfo.conninfo_to_dict(made))


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://rini:p%40ss@a:5432,b:5433/record",
        "postgres://rini:p%40ss@a,b:5433/record?target_session_attrs=read-write",
        "postgresql://rini:p%40ss@/record?host=a:5432&host=b:5433",
        "postgresql+psycopg://rini:p%40ss@/record?host=a,b&port=5432,5433",
    ],
)
def test_an_address_may_name_several_hosts(address: str) -> None:
    told = told_to_libpq(address)
    assert (told["host"], told["port"]) == ("a,b", "5432,5433")
    assert (told["user"], told["password"], told["dbname"]) == ("rini", "p@ss", "record")
    assert told["target_session_attrs"] == "read-write"
    assert told["connect_timeout"] == "5"


def test_what_the_address_says_weighs_more() -> None:
    told = told_to_libpq(
        "postgresql://[::1]:1,b/db?connect_timeout=9&target_session_attrs=any&options=-cx%3Dy"
    )
    assert (told["host"], told["port"]) == ("::1,b", "1,5432")
    assert (told["connect_timeout"], told["target_session_attrs"]) == ("9", "any")
    assert str(told["options"]).endswith(" -cx=y")


def test_one_host_may_be_any() -> None:
    assert "target_session_attrs" not in told_to_libpq("postgresql://a/db")


@pytest.mark.parametrize("address", ["mysql://a/db", "postgresql://a:b:c,d/db", "postgresql:nothing"])
def test_what_is_no_address_is_said_to_be_none(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        Databases(url=address)


def test_only_postgresql_has_a_replica(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="replica"):
        Databases(folder=tmp_path, reader_url="postgresql://a/db")
    databases = Settings(data_dir=tmp_path, reader_url="postgresql://a/db").databases()
    assert databases.reader("views").dialect.name == "sqlite"


def test_no_connection_waits_for_ever_and_questions_change_nothing(
    fresh_postgresql: Callable[[], str],
) -> None:
    databases = Databases(url=fresh_postgresql())

    def settings(engine: sa.Engine) -> dict[str, str]:
        names = ("lock_timeout", "idle_in_transaction_session_timeout", "statement_timeout", "search_path")
        with engine.connect() as connection:
            return {n: str(connection.exec_driver_sql(f"SHOW {n}").scalar()) for n in names}

    writes, reads = databases.engine("views"), databases.reader("views")
    common = {"lock_timeout": "1min", "idle_in_transaction_session_timeout": "1min", "search_path": "views"}
    assert settings(writes) == common | {"statement_timeout": "0"}
    assert settings(reads) == common | {"statement_timeout": "15s"}
    with pytest.raises(sa.exc.InternalError, match="read-only"), writing(reads).begin() as connection:
        TABLE.create(connection)
    databases.close()


def test_only_what_can_be_made_again_does_not_wait_for_the_disk(
    fresh_postgresql: Callable[[], str],
) -> None:
    url = sa.make_url(fresh_postgresql())
    text = url.render_as_string(hide_password=False)
    with psycopg.connect(text, autocommit=True) as administrator:
        administrator.execute(
            f'ALTER DATABASE "{url.database}" SET synchronous_commit = remote_write'.encode()
        )
    databases, waits = Databases(url=text), {}
    for room in ("journal", "views", "people", "documents"):
        with databases.engine(room).connect() as connection:
            waits[room] = connection.exec_driver_sql("SHOW synchronous_commit").scalar()
    databases.close()
    assert waits.pop("views") == "off"
    assert set(waits.values()) == {"remote_write"}


def test_all_connections_of_a_process_are_bounded(fresh_postgresql: Callable[[], str]) -> None:
    databases = Databases(url=fresh_postgresql())
    for room in ("journal", "views", "people", "documents"):
        databases.engine(room)
    databases.reader("views")
    pools = [engine.pool for engine in databases.opened]
    assert sum(pool.size() for pool in pools if isinstance(pool, sa.QueuePool)) == 20
    assert all(re.search("overflow: -[0-9]", pool.status().lower()) for pool in pools)
    databases.close()


def test_a_server_that_only_reads_now_is_left_with_all_connections_to_it(
    fresh_postgresql: Callable[[], str],
) -> None:
    databases = Databases(url=fresh_postgresql())
    engine = databases.engine("views")
    with engine.connect() as one, engine.connect() as other:
        for connection in (one, other):
            connection.exec_driver_sql("SET default_transaction_read_only = on")
            connection.commit()
    with pytest.raises(sa.exc.InternalError, match="read-only"), writing(engine).begin() as connection:
        TABLE.create(connection)
    for _ in range(3):
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SHOW transaction_read_only").scalar() == "off"
    databases.close()

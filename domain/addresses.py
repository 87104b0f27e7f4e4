"""Addresses of PostgreSQL, of one host or of several, and what holds for every connection to it."""

import re
from collections.abc import Mapping

import sqlalchemy as sa

LOCK_SECONDS = 60  # that a statement waits for a lock: whoever starts waits for all who start before
IDLE_SECONDS = 60  # that a transaction may do nothing: a host that froze in one would hold everybody up
READING_SECONDS = 15  # that a question may take

# Whoever waited for a lock must then see what was committed meanwhile, whatever the default is.
_ALWAYS = (
    r"-cdefault_transaction_isolation=read\ committed "
    f"-clock_timeout={LOCK_SECONDS}s -cidle_in_transaction_session_timeout={IDLE_SECONDS}s"
)
_READING = f"-cdefault_transaction_read_only=on -cstatement_timeout={READING_SECONDS}s"
# A question is for a page, along an index that mostly lies in memory. By default PostgreSQL reckons with a
# disk that turns, and compiles or shares out the work for longer than it takes.
_FOR_A_PAGE = "-crandom_page_cost=1.1 -cjit=off -cmax_parallel_workers_per_gather=0 -cwork_mem=32MB"
# Seconds, milliseconds for the last. A host that fell silent must be noticed soon, so that another is tried.
_PATIENCE = {
    "connect_timeout": "5",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}
_SEVERAL_HOSTS = re.compile(
    r"(?P<start>[a-z+]+://(?:[^@/?]*@)?)(?P<hosts>[^@/?]*,[^@/?]*)(?P<rest>.*)", re.DOTALL
)
_HOST = re.compile(r"(?P<host>\[[^\]]*\]|[^:]*)(?::(?P<port>\d+))?")


def address_of(text: str) -> sa.URL:
    """An address as SQLAlchemy reads it. Several hosts: `//a:5432,b:5433/db`, or `?host=a:5432&host=b:5433`.

    Raises:
        ValueError: it is not an address of PostgreSQL.
    """
    if not text.startswith(("postgresql:", "postgres:", "postgresql+psycopg:")):
        raise ValueError("a database address must begin with postgresql://")
    several = _SEVERAL_HOSTS.fullmatch(text)
    try:
        url = sa.make_url(several["start"] + several["rest"] if several else text)
    except sa.exc.ArgumentError as error:
        raise ValueError("the database address cannot be read") from error
    if several:
        found = [_HOST.fullmatch(host) for host in several["hosts"].split(",")]
        if not all(found):
            raise ValueError("the hosts of the database address cannot be read")
        url = url.update_query_dict(
            {
                "host": ",".join(host["host"].strip("[]") for host in found if host),
                "port": ",".join(host["port"] or "5432" for host in found if host),
            }
        )
    return url.set(drivername="postgresql+psycopg")


def arguments(url: sa.URL, room: str, *, reading: bool = False, durable: bool = True) -> Mapping[str, str]:
    """What is told to the driver besides the address, which weighs more where it speaks of the same.

    What need not be `durable` a crash may take back: whole transactions, the last ones first.
    """
    options = " ".join(
        (
            f"-csearch_path={room}",
            _ALWAYS,
            *((_READING, _FOR_A_PAGE) if reading else ()),
            *(() if durable else ("-csynchronous_commit=off",)),
            _words(url, "options"),
        )
    )
    told = dict(_PATIENCE)
    if not reading and _has_several_hosts(url):
        told["target_session_attrs"] = "read-write"  # else a standby would do
    told = {name: value for name, value in told.items() if name not in url.query}
    return told | {"options": options.strip()}


def _words(url: sa.URL, name: str) -> str:
    value = url.query.get(name, "")
    return value if isinstance(value, str) else " ".join(value)


def _has_several_hosts(url: sa.URL) -> bool:
    hosts = url.query.get("host", "")
    return not isinstance(hosts, str) or "," in hosts

"""What programs that index the web are told: where they may look, and which agreements are public.

robots.txt is RFC 9309, the site map the protocol of sitemaps.org: at most 50,000 addresses in a file.
"""

from collections.abc import Iterator
from xml.sax.saxutils import escape

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from api.asking import DayQuery, looking
from api.pages.citing import at_home
from api.problems import Problem
from api.running import Running
from projections import listing

router = APIRouter(include_in_schema=False)
MOST_IN_A_FILE = 50_000
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
CLOSED = "User-agent: *\nDisallow: /\n"
OPEN = """User-agent: *
Disallow: /api/
Disallow: /sign-in
Disallow: /*?
Disallow: /*.csv$
Sitemap: {}
"""


@router.get("/robots.txt")
def robots(request: Request) -> Response:
    """Every page without a filter where the public may read, else nothing."""
    if not _is_open(request):
        return PlainTextResponse(CLOSED)
    return PlainTextResponse(OPEN.format(at_home(request, "/sitemap.xml")))


@router.get("/sitemap.xml")
def sitemap(request: Request) -> Response:
    """Every public agreement; of a large register the files that have them, by the position of opening."""
    _only_where_open(request)
    head: int = request.app.state.running.journal.head()
    if head <= MOST_IN_A_FILE:
        return _xml("urlset", _agreements(request, 0))
    files = range(-(-head // MOST_IN_A_FILE))
    return _xml("sitemapindex", (_place("sitemap", at_home(request, f"/sitemap-{n}.xml")) for n in files))


@router.get("/sitemap-{number}.xml")
def part(request: Request, number: int) -> Response:
    """The public agreements that were opened in one stretch of the journal."""
    _only_where_open(request)
    if not 0 <= number <= request.app.state.running.journal.head() // MOST_IN_A_FILE:
        raise Problem("not_found", 404)
    return _xml("urlset", _agreements(request, number * MOST_IN_A_FILE))


def _agreements(request: Request, after: int) -> Iterator[str]:
    with looking(request.app.state.running, DayQuery(), "register") as view:
        found = listing.opened_between(view, None, after, after + MOST_IN_A_FILE)
    for agreement, recorded_on in found:
        yield _place("url", at_home(request, f"/agreements/{agreement}"), recorded_on)


def _is_open(request: Request) -> bool:
    running: Running = request.app.state.running
    return running.settings.public_reading


def _only_where_open(request: Request) -> None:
    if not _is_open(request):
        raise Problem("not_found", 404)


def _place(kind: str, address: str, changed_on: str | None = None) -> str:
    changed = f"<lastmod>{changed_on}</lastmod>" if changed_on else ""
    return f"<{kind}><loc>{escape(address)}</loc>{changed}</{kind}>"


def _xml(root: str, places: Iterator[str]) -> Response:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{NAMESPACE}">\n' + "\n".join(places)
    return Response(f"{body}\n</{root}>\n", media_type="application/xml")

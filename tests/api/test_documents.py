"""Evidence files: kept once, and read by whoever may read an agreement that cites them."""

import hashlib
from typing import Any

import pytest

from tests.api.doors import Doors, fact, problem

PDF = b"%PDF-1.7\nA letter of intent"
KINDS = {
    "application/pdf": PDF,
    "image/png": b"\x89PNG\r\n\x1a\n....",
    "image/jpeg": b"\xff\xd8\xff\xe0....",
    "image/tiff": b"II*\x00....",
    "image/webp": b"RIFF....WEBPVP8 ",
}


def upload(doors: Doors, content: bytes = PDF, media_type: str | None = None, **request: Any) -> Any:
    headers = {"Content-Type": media_type} if media_type else {}
    return doors.ask("POST", "/documents", content=content, headers=headers, **request)


@pytest.mark.parametrize("media_type", KINDS)
@pytest.mark.parametrize("said", [True, False])
def test_a_scan_is_kept_by_its_content(shared: Doors, media_type: str, said: bool) -> None:
    content = KINDS[media_type]
    answer = upload(shared, content, media_type if said else "application/octet-stream")
    sha256 = hashlib.sha256(content).hexdigest()
    assert answer.status_code == 201
    assert answer.json() == {"sha256": sha256, "media_type": media_type, "size": len(content)}
    assert answer.headers["location"] == f"/api/v1/documents/{sha256}"
    found = shared.ask("GET", f"/documents/{sha256}")
    assert (found.status_code, found.content) == (200, content)
    assert found.headers["content-type"] == media_type
    assert found.headers["etag"] == f'"{sha256}"'
    assert "sandbox" in found.headers["content-security-policy"]
    assert found.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("media_type", ["application/pdf", "application/octet-stream"])
def test_a_form_may_carry_the_scan(pakta: Doors, media_type: str) -> None:
    answer = pakta.ask("POST", "/documents", files={"file": ("loi.pdf", PDF, media_type)})
    assert answer.status_code == 201
    assert answer.json() == upload(pakta).json()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"", None),
        (b"<html>", "text/html"),
        (b"GIF89a", "image/gif"),
        (PDF, "image/png"),
        (b"%PD", "application/pdf"),
        (b"<script>alert(1)</script>", "application/pdf"),
        (b"MZ\x90", "application/octet-stream"),
    ],
)
def test_another_kind_of_file_is_not_kept(shared: Doors, content: bytes, media_type: str | None) -> None:
    problem(upload(shared, content, media_type), 415, "unsupported_type")


def test_a_form_without_a_scan_is_not_kept(pakta: Doors) -> None:
    wrong = pakta.ask("POST", "/documents", files={"scan": ("loi.pdf", PDF, "application/pdf")})
    problem(wrong, 400, "not_a_form")
    lies = pakta.ask("POST", "/documents", files={"file": ("loi.pdf", PDF, "image/png")})
    problem(lies, 415, "unsupported_type")
    text = pakta.ask("POST", "/documents", files={"file": (None, "text")})
    problem(text, 400, "not_a_form")
    two = pakta.ask("POST", "/documents", files=[("file", ("a.pdf", PDF)), ("file", ("b.pdf", PDF))])
    broken = upload(pakta, b"--x\r\nnonsense", "multipart/form-data; boundary=x")
    unbounded = upload(pakta, b"--x\r\nnonsense", "multipart/form-data")
    for answer in (two, broken, unbounded):
        problem(answer, 400, "not_a_form")


def test_a_scan_that_is_too_large_is_not_kept(closed: Doors) -> None:
    large = PDF + b"x" * 1_000
    problem(upload(closed, large), 413, "too_large")
    problem(upload(closed, (large[n : n + 100] for n in range(0, len(large), 100))), 413, "too_large")  # type: ignore[arg-type]  # a stream
    problem(closed.ask("POST", "/documents", files={"file": ("a.pdf", large)}), 413, "too_large")
    huge = PDF + b"x" * 20_000
    problem(closed.ask("POST", "/documents", files={"file": ("a.pdf", huge)}), 413, "too_large")
    assert upload(closed, PDF).status_code == 201


def test_a_form_without_a_length_is_too_large_all_the_same(closed: Doors) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' + PDF

    def parts() -> Any:
        yield head
        for _ in range(100):
            yield b"x" * 1_000
        yield b"\r\n--x--\r\n"

    answer = closed.ask(
        "POST", "/documents", content=parts(), headers={"Content-Type": "multipart/form-data; boundary=x"}
    )
    problem(answer, 413, "too_large")


def test_a_key_repeats_an_upload_and_takes_no_other(pakta: Doors) -> None:
    first = upload(pakta, PDF, key="scan")
    again = upload(pakta, PDF, key="scan")
    assert (again.status_code, again.content) == (201, first.content)
    problem(upload(pakta, PDF + b"2", key="scan"), 422, "key_reused")
    unsupported = upload(pakta, b"text", key="other")
    assert unsupported.status_code == 415
    assert upload(pakta, PDF, key="other").status_code == 201, "what was declined is not remembered"


def test_a_scan_opens_with_an_agreement_that_cites_it(pakta: Doors) -> None:
    sha256 = upload(pakta).json()["sha256"]
    path = f"/documents/{sha256}"
    problem(pakta.public.ask("GET", path), 404, "not_found")
    agreement = pakta.open(
        fact("loi_signed", "2024-02-01", evidence=[{"sha256": sha256}]), visibility="organisation"
    )
    problem(pakta.public.ask("GET", path), 404, "not_found")
    pakta.record(agreement, fact("visibility_changed", visibility="public"))
    assert pakta.public.ask("GET", path).content == PDF


def test_naming_the_scan_of_another_organisation_does_not_open_it(pakta: Doors) -> None:
    path = f"/documents/{upload(pakta.as_('kota-serang')).json()['sha256']}"
    pakta.open(fact("loi_signed", "2024-02-01", evidence=[{"sha256": path.rpartition("/")[2]}]))
    problem(pakta.ask("GET", path), 404, "not_found")
    problem(pakta.public.ask("GET", path), 404, "not_found")


def test_who_uploads_what_another_has_uploaded_learns_nothing(pakta: Doors) -> None:
    first, second = upload(pakta), upload(pakta.as_("kota-serang"))
    assert second.content == first.content
    for answer in (first, second):
        del answer.headers["X-Request-Id"]
    assert second.headers == first.headers


@pytest.mark.parametrize("sha256", ["0" * 64, "x", "%00", "..%2f"])
def test_a_scan_nobody_uploaded_is_not_found(shared: Doors, sha256: str) -> None:
    problem(shared.ask("GET", f"/documents/{sha256}"), 404, "not_found")

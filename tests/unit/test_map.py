"""The map: its projection, frames that hold every place, and names that never cover each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.frame import STATIC
from api.pages.labels import LARGE, LETTER, ON_PHONES, Box, Name, place
from api.pages.map import WIDTH, Count, Line, frame_for, of_counts, of_lines, project
from api.pages.places import Place

BANDUNG = Place("Kota Bandung", "city", "ID", -6.92, 107.61)
NANNING = Place("Nanning", "city", "CN", 22.82, 108.32)
SANTIAGO = Place("Santiago", "city", "CL", -33.46, -70.65)
LONDON = Place("London", "city", "GB", 51.51, -0.13)


@pytest.mark.parametrize(
    ("lon", "lat", "x", "y"),
    [
        (118, 0, 0, 0),
        (107.62, -6.92, -57.549, 51.803),
        (108.32, 22.82, -51.831, -168.657),
        (-47, -23, -882.934, 169.949),
        (-70, -33, 882.321, 240.026),
        (0, 51.5, -534.856, -357.047),
        (-61.5, 80, -616.286, -476.638),
        (151.2, -33.9, 169.526, 246.145),
    ],
)
def test_places_are_projected_as_the_land_was(lon: float, lat: float, x: float, y: float) -> None:
    """What d3-geo 3.1.1 answers: geoEqualEarth().rotate([-118, 0]).scale(370).translate([0, 0])."""
    assert project(lat, lon) == pytest.approx((x, y), abs=0.001)


def test_the_land_is_small() -> None:
    land = STATIC / "vendor" / "world-atlas-2.0.2" / "land.svg"
    assert land.stat().st_size <= 40_000


@pytest.mark.parametrize("places", [[], [NANNING], [SANTIAGO, LONDON], [LONDON]])
def test_a_frame_holds_all_of_indonesia_and_every_place(places: list[Place]) -> None:
    frame = frame_for(places)
    sabang, merauke = Place("", "", "", 5.9, 95.2), Place("", "", "", -8.5, 140.4)
    for at in (frame.to(spot) for spot in [*places, sabang, merauke]):
        assert 0 < at.x < WIDTH
        assert 0 < at.y < frame.height
    assert 0.45 < frame.height / WIDTH < 0.8


def test_a_late_line_lies_on_top_and_a_second_line_between_two_places_swerves_further() -> None:
    late, signed = (Line(BANDUNG, NANNING, "Bandung", "Nanning", state) for state in ("late", "signed"))
    sheet = of_lines([late, signed, signed])
    assert [state for _, state in sheet.lines] == ["signed", "signed", "late"]
    assert len({path for path, _ in sheet.lines}) == 3
    assert [label.text for label in sheet.labels] == ["Bandung", "Nanning"]


def test_what_has_no_place_is_not_drawn() -> None:
    sheet = of_lines(
        [Line(BANDUNG, None, "Bandung", "Atlantis", "signed"), Line(None, None, "?", "?", "signed")]
    )
    assert (sheet.lines, sheet.dots, sheet.labels) == ([], [], [])


def test_neighbours_become_one_circle_that_counts_them_all() -> None:
    cimahi = BANDUNG._replace(name="Kota Cimahi", lon=107.55)
    counts = [
        Count(BANDUNG, "Bandung", 40),
        Count(cimahi, "Cimahi", 2, "late"),
        Count(LONDON, "London", 8),
    ]
    sheet = of_counts(counts)
    assert [label.text for label in sheet.labels] == ["Bandung + 1 · 42", "London · 8"]
    assert [state for _, state in sheet.circles] == ["late", "signed"]


FRAME = Box(0, 0, 720, 500)
NAMES = st.lists(
    st.builds(
        Name,
        st.floats(0, 720),
        st.floats(0, 500),
        st.text("abcdefgh", min_size=1, max_size=25),
        st.sampled_from(["", "overdue for 417 days"]),
        st.floats(3, 26),
    ),
    max_size=40,
)


@given(NAMES)
def test_no_name_covers_another_or_a_point_or_leaves_the_frame(names: list[Name]) -> None:
    boxes = [label.box for label in place(names, FRAME)]
    points = [Box(n.x - n.radius, n.y - n.radius, n.x + n.radius, n.y + n.radius) for n in names]
    assert all(box.within(FRAME) for box in boxes)
    assert not any(box.meets(other) for i, box in enumerate(boxes) for other in (*boxes[:i], *points))


@given(NAMES)
def test_on_a_phone_a_few_names_stay_and_do_not_cover_each_other(names: list[Name]) -> None:
    kept = [label for label in place(names, FRAME) if label.on_phones]
    assert len(kept) <= ON_PHONES
    spans = []
    for label in kept:
        width = LETTER * LARGE * len(label.text)
        left = label.x - {"start": 0.0, "middle": width / 2, "end": width}[label.anchor]
        spans.append(Box(left, label.y - LARGE, left + width, label.y))
    assert not any(span.meets(other) for i, span in enumerate(spans) for other in spans[:i])


def test_the_first_name_given_chooses_first() -> None:
    crowd = [Name(360, 250, f"name {n}", "", 4) for n in range(30)]
    placed = [label.text for label in place(crowd, FRAME)]
    assert placed[0] == "name 0"
    assert 1 < len(placed) < 30

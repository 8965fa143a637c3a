"""What grew is drawn with its figures, and told in words to those who don't see it."""

from __future__ import annotations

from html import unescape
from xml.etree import ElementTree

from tests.benchmarks.drawing import drawn
from tests.benchmarks.growth import PICTURE, ROWS

FOUND = {
    "nights": [
        {"nights": times, "page": 4.5 * times, "night": 0.1, "memory": 0, "disk": 12.25}
        for times in (1, 3, 10)
    ]
}


def test_each_figure_stands_at_its_point_and_in_the_words() -> None:
    picture = ElementTree.fromstring(drawn(ROWS, FOUND))  # noqa: S314 - our own.
    written = [each.text for each in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert written.count("45") == 1
    assert written.count("10") == len(ROWS)
    words = picture.get("aria-label", "")
    assert words.startswith("a page of 1,000 with 1, 3, 10 nights: 4.5, 13.5, 45.0 ms.")


def test_the_picture_of_the_readme_is_one_of_these() -> None:
    picture = unescape(PICTURE.read_text())
    assert all(row.words in picture for row in ROWS)

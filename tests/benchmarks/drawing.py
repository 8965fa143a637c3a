"""Small charts in one SVG: a column for what grew, a row for what was measured of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

LEFT, TOP = 175, 40
WIDE, HIGH = 220, 96
INNER, ROOM = 170, 44
"""The cells of the charts, and what of each a line takes."""

STYLE = """
svg { font: 12px system-ui, sans-serif; background: #fff; fill: #1f2328 }
path { fill: none; stroke: #0969da; stroke-width: 2 }
circle { fill: #0969da }
line { stroke: #8c959f }
.head { font-weight: 600 }
.unit { fill: #59636e }
@media (prefers-color-scheme: dark) {
  svg { background: #0d1117; fill: #f0f6fc }
  path { stroke: #58a6ff }
  circle { fill: #58a6ff }
  .unit { fill: #9198a1 }
}
"""


class Row(NamedTuple):
    """What was measured: its words, its unit, and its name in the figures."""

    words: str
    unit: str
    name: str


Found = Mapping[str, Sequence[Mapping[str, Any]]]
"""The figures by what grew, which is a figure too."""


def drawn(rows: Sequence[Row], found: Found) -> str:
    """Return the SVG: each chart begins at zero, and says at each point what it is."""
    width, height = LEFT + WIDE * len(found), TOP + HIGH * len(rows) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
        f' aria-label="{escape(told(rows, found))}">',
        f"<style>{STYLE}</style>",
        *(part for number, row in enumerate(rows) for part in _row(row, TOP + HIGH * number)),
    ]
    for column, (grew, figures) in enumerate(found.items()):
        left = LEFT + WIDE * column
        parts.append(f'<text class="head" x="{left}" y="24">more {escape(grew)}</text>')
        for number, row in enumerate(rows):
            points = [(figure[grew], figure[row.name]) for figure in figures]
            parts += _chart(points, left, TOP + HIGH * number)
    return "\n".join([*parts, "</svg>", ""])


def told(rows: Sequence[Row], found: Found) -> str:
    """Return the same in words, for those who don't see it."""
    return " ".join(
        f"{row.words} with {', '.join(f'{each[grew]:,}' for each in figures)} {grew}: "
        f"{', '.join(f'{each[row.name]:,}' for each in figures)} {row.unit}."
        for grew, figures in found.items()
        for row in rows
    )


def _row(row: Row, top: float) -> Iterator[str]:
    yield f'<text class="head" x="12" y="{top + 30}">{escape(row.words)}</text>'
    yield f'<text class="unit" x="12" y="{top + 46}">{escape(row.unit)}</text>'


def _chart(points: Sequence[tuple[float, float]], left: float, top: float) -> Iterator[str]:
    """Yield a line through points, with their figures above and beneath."""
    most, highest = max(x for x, _ in points), max(y for _, y in points) or 1
    floor = top + HIGH - 24
    at = [(left + INNER * x / most, floor - ROOM * y / highest) for x, y in points]
    yield f'<line x1="{left}" y1="{floor}" x2="{left + INNER}" y2="{floor}"/>'
    yield f'<path d="M{" L".join(f"{x:.1f} {y:.1f}" for x, y in at)}"/>'
    for (x, y), (across, up) in zip(at, points, strict=True):
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>'
        yield f'<text x="{x:.1f}" y="{y - 8:.1f}" text-anchor="middle">{_short(up)}</text>'
        yield (
            f'<text class="unit" x="{x:.1f}" y="{floor + 15}" text-anchor="middle">'
            f"{_short(across)}</text>"
        )


def _short(number: float) -> str:
    if number >= 1000:
        return f"{number / 1000:.2g}k"
    return f"{number:.0f}" if number >= 10 else f"{number:.3g}"

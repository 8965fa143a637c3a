"""Puts the files of a gradebook together."""

from __future__ import annotations

from collections import Counter

from roster.generator.line_items import categories, line_items
from roster.generator.nights import Night
from roster.generator.results import results
from roster.generator.scales import add_scales
from roster.generator.shapes import Sources


def add_gradebook(streams: Sources, night: Night, version: str, oddities: Counter[str]) -> None:
    """Adds the files of a gradebook to the streams of a bundle."""
    streams["categories"] = (categories(version, oddities),)
    streams["lineItems"] = (line_items(night, version),)
    streams["results"] = (results(night, version, oddities),)
    if version != "1.1":
        add_scales(streams, night)

"""The map: an organization's rows as arrays, of which it is decided who sees what."""

from roster.map.arrays import Ids, Lists, Rows, Words
from roster.map.columns import content_of
from roster.map.map import PUBLISHED, Map
from roster.map.storing import build, current, forget, load, store

__all__ = [
    "PUBLISHED",
    "Ids",
    "Lists",
    "Map",
    "Rows",
    "Words",
    "build",
    "content_of",
    "current",
    "forget",
    "load",
    "store",
]

"""The map: an organization's rows as arrays, of which it is decided who sees what."""

from roster.map.arrays import Ids, Lists, Rows, Words
from roster.map.encoding import content_of
from roster.map.foreseen import with_levels
from roster.map.map import Map
from roster.map.querying import last_change
from roster.map.storing import Outdated, build, current, forget, load, outdated, shown, store
from roster.map.structure import PUBLISHED

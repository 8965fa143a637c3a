"""Sandboxes: organizations of made-up people, for vendors to try; their days really pass.

A sandbox imports the generator's bundle of each night, and no other: what it imports and what it
exports says where it comes from, and `roster/importing/` keeps the two worlds apart.
"""

from roster.sandboxes.creating import MOST_STUDENTS, STUDENTS, create_sandbox
from roster.sandboxes.nights import import_night

"""Deciding who sees what, and why not: by one table of conditions, on the arrays of the map."""

from roster.deciding.decision import Decision
from roster.deciding.rules import Rules
from roster.deciding.settings import Settings
from roster.deciding.why import Cause, Step

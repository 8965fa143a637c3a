"""The one table of findings: how grave each is, what it means, what to do, what is done about it.

A finding is told and then dealt with: taken as it is, taken with a warning, its value or its row
left out, or the whole bundle refused. Lenient imports take what can mean one thing only; strict
ones hold a bundle to the CSV binding (specification, section 5) rule by rule. What the binding
says nothing of is the same in both.
"""

from __future__ import annotations

from roster.importing.rules.layout import ROWS
from roster.importing.rules.manifests import MANIFESTS
from roster.importing.rules.packages import PACKAGES
from roster.importing.rules.relations import RECORDS
from roster.importing.rules.rule import (
    ACCEPT,
    ERROR,
    NOTICE,
    REFUSE,
    ROW_OUT,
    VALUE_OUT,
    WARN,
    WARNING,
    Outcome,
    Rule,
)
from roster.importing.rules.values import VALUES

RULES: dict[str, Rule] = PACKAGES | MANIFESTS | ROWS | VALUES | RECORDS

__all__ = [
    "ACCEPT",
    "ERROR",
    "NOTICE",
    "REFUSE",
    "ROW_OUT",
    "RULES",
    "VALUE_OUT",
    "WARN",
    "WARNING",
    "Outcome",
    "Rule",
]

"""OneRoster's scopes: their addresses, what each opens, and which open the reads."""

from __future__ import annotations

SCOPE_BASES = {
    "1.1": "https://purl.imsglobal.org/spec/or/v1p1/scope/",
    "1.2": "https://purl.imsglobal.org/spec/or/v1p2/scope/",
}

MEANINGS = {
    "roster-core.readonly": "read the collections of the roster, and single records",
    "roster.readonly": "read all of the roster but demographics",
    "roster-demographics.readonly": "read demographics",
    "resource-core.readonly": "read resources",
    "resource.readonly": "read resources, by class and course too",
    "gradebook-core.readonly": "read the gradebook",
    "gradebook.readonly": "read the gradebook, by class too",
    "gradebook.createput": "create and replace categories, line items, results and score scales",
    "gradebook.createpost": "create line items and results, whose ids this installation gives",
    "gradebook.delete": "delete what you wrote into the gradebook",
    "assessment.readonly": "read assessments",
    "assessment.createput": "create and replace assessment line items and results",
    "assessment.delete": "delete the assessments that you wrote",
}

READ_SCOPES = {
    "rostering": ("roster.readonly", "roster-core.readonly"),
    "demographics": ("roster-demographics.readonly",),
    "resources": ("resource.readonly", "resource-core.readonly"),
    "gradebook": ("gradebook.readonly", "gradebook-core.readonly"),
    "assessment": ("assessment.readonly",),
}
"""The scopes that open lists and singles, the one that opens nested lists too first."""

WRITE_SCOPES = {"PUT": "createput", "POST": "createpost", "DELETE": "delete"}
"""What opens a write, behind its area: `gradebook.createput`."""


def short(scope: str) -> str:
    """Return a scope's name without its address, as people read it."""
    return scope.rpartition("/")[2]

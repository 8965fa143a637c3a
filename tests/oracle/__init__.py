"""A second, naive answer to “what may this vendor read?”, for the model tests.

It is written from the product's rules alone and shares nothing with the product but the
models, so that a mistake there isn't made here again. It asks one question at a time, in
plain loops and recursion, and is meant for districts of some hundred rows.

Where the rules can be read in two ways, the reading taken stands in a comment that begins
with "Reading:".
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from roster.models import Organization
from tests.oracle.district import District
from tests.oracle.rules import Rules
from tests.oracle.view import View
from tests.oracle.writing import Writer

Documents = dict[str, dict[str, dict[str, Any]]]


def expected(
    organization: Organization, version: str, rules: dict[str, Any], day: date
) -> Documents:
    """Return `{collection: {sourcedId: document}}`, whole but for `dateLastModified`.

    References are `{"sourcedId": …, "type": …}`, without `href`. Lists of references, roles
    and orgs are in the order of their ids: the specification gives them none.
    """
    organization = Organization.objects.get(pk=organization.pk)
    return evaluate(District(organization), version, rules, day, organization.field_policy)


def evaluate(
    district: District, version: str, rules: dict[str, Any], day: date, policy: Iterable[str]
) -> Documents:
    """Return the same of a district as it once was, under a field policy of its own."""
    return Writer(View(district, version, Rules(rules, policy), day)).everything()

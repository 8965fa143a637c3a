"""Which scopes a connection has, and what remains of what is asked."""

from __future__ import annotations

import pytest

from connections.models import Connection
from connections.scopes import allowed, narrow
from roster.api.scopes import SCOPE_BASES

V1, V2 = SCOPE_BASES["1.1"], SCOPE_BASES["1.2"]
WRITES_1 = ["gradebook.createput", "gradebook.delete"]
WRITES_2 = ["gradebook.createput", "gradebook.createpost", "gradebook.delete"]
ROSTER = ["roster-core.readonly", "roster.readonly"]


@pytest.mark.parametrize(
    ("version", "types", "shares", "names"),
    [
        ("1.2", [], [], ROSTER),
        ("1.1", [], [], ROSTER),
        ("1.2", [], ["guardians", "metadata", "users.phone"], ROSTER),
        ("1.2", [], ["demographics"], [*ROSTER, "roster-demographics.readonly"]),
        ("1.1", [], ["demographics"], [*ROSTER, "roster-demographics.readonly"]),
        ("1.2", [], ["resources"], [*ROSTER, "resource-core.readonly", "resource.readonly"]),
        ("1.1", [], ["resources"], [*ROSTER, "resource.readonly"]),
        (
            "1.2",
            ["grade_book"],
            [],
            [*ROSTER, "gradebook-core.readonly", "gradebook.readonly", *WRITES_2],
        ),
        ("1.1", ["grade_book"], [], [*ROSTER, "gradebook.readonly", *WRITES_1]),
        (
            "1.2",
            ["assessment"],
            [],
            [*ROSTER, "assessment.readonly", "assessment.createput", "assessment.delete"],
        ),
    ],
)
def test_a_connection_has_the_scopes_of_its_version_types_and_shares(
    version: str, types: list[str], shares: list[str], names: list[str]
) -> None:
    connection = Connection(oneroster=version, types=types, shares=shares)
    assert allowed(connection) == [SCOPE_BASES[version] + name for name in names]


HAS_2 = [V2 + "roster-core.readonly", V2 + "roster.readonly", V2 + "resource-core.readonly"]
HAS_1 = [V1 + "roster.readonly", V1 + "gradebook.readonly", V1 + "resource.readonly"]


@pytest.mark.parametrize(
    ("has", "asked", "given"),
    [
        (HAS_2, [], HAS_2),
        (HAS_2, [HAS_2[1]], [HAS_2[1]]),
        (HAS_2, [HAS_2[1], HAS_2[0]], HAS_2[:2]),
        (HAS_2, [HAS_2[1], HAS_2[1]], [HAS_2[1]]),
        (HAS_2, [HAS_2[1].replace("https", "http")], [HAS_2[1]]),
        (HAS_2, ["roster.readonly"], [HAS_2[1]]),
        (HAS_2, [V1 + "roster.readonly"], [HAS_2[1]]),
        (HAS_2, [HAS_2[1], V2 + "roster-demographics.readonly"], [HAS_2[1]]),
        (HAS_2, [V2 + "roster-demographics.readonly"], []),
        (HAS_2, ["openid", V2, "roster-demographics.readonly"], []),
        (HAS_2, ["https://purl.imsglobal.org.evil.example/scope/roster.readonly"], []),
        (HAS_1, [V2 + "gradebook-core.readonly"], [HAS_1[1]]),
        (HAS_1, [V2 + "resource-core.readonly"], [HAS_1[2]]),
        (HAS_1, [V2 + "gradebook.createpost"], []),
        (HAS_2, [V1 + "resource.readonly"], []),
    ],
)
def test_of_what_is_asked_the_allowed_part_is_given(
    has: list[str], asked: list[str], given: list[str]
) -> None:
    assert narrow(asked, has) == given

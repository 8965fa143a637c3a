"""The partner directory."""

from __future__ import annotations

import pytest

from connections.models import Partner
from connections.partners import create_partner, find_partner
from roster.models import AuditEntry
from roster.refusal import Refused


def test_a_partner_is_entered_once(db: None) -> None:
    first = create_partner("Brightpath", ["1.2", "1.1", "1.2"], ["grade_book"], by="operator")
    assert (first.versions, first.types) == (["1.1", "1.2"], ["grade_book"])
    assert create_partner(" brightpath ", ["1.1", "1.2"], ["grade_book"], by="operator") == first
    assert AuditEntry.objects.filter(action="partner.created").count() == 1
    with pytest.raises(Refused, match="other certifications"):
        create_partner("BRIGHTPATH", ["1.2"], [], by="operator")
    assert find_partner("BrightPath ") == first


@pytest.mark.parametrize(
    ("name", "versions", "types", "words"),
    [
        ("", ["1.2"], [], "name"),
        ("Brightpath", [], [], "at least one"),
        ("Brightpath", ["1.0"], [], "no OneRoster version “1.0”"),
        ("Brightpath", ["1.2"], ["billing"], "no connection type “billing”"),
        ("Brightpath", ["1.1"], ["assessment"], "1.2 only"),
    ],
)
def test_what_onerosters_versions_lack_is_refused(
    name: str, versions: list[str], types: list[str], words: str, db: None
) -> None:
    with pytest.raises(Refused, match=words):
        create_partner(name, versions, types, by="operator")
    assert not Partner.objects.exists()


def test_an_unknown_partner_is_refused_by_name(db: None) -> None:
    with pytest.raises(Refused, match="no partner “Nobody”"):
        find_partner("Nobody")

"""The table of findings is whole, and a strict import refuses what the binding doesn't allow."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from roster.importing.rules import ACCEPT, ERROR, NOTICE, REFUSE, ROW_OUT, RULES, WARN, Rule
from roster.models import Import, Org
from roster.refusal import Refused
from tests.roster.importing.bundles import EVERYTHING, V1P2, edited
from tests.roster.importing.conftest import Bundler

Codes = Callable[[Import], set[str]]


@pytest.mark.parametrize("code", RULES)
def test_every_rule_says_what_it_means_and_what_to_do(code: str) -> None:
    rule = RULES[code]
    assert len(code) <= 64
    assert rule.message.endswith((".", "}")), rule.message
    assert rule.cure.endswith("."), rule.cure
    assert (rule.outcome() is ROW_OUT) <= (rule.severity == ERROR)
    assert (rule.outcome() is REFUSE) <= (rule.outcome(strict=True) is REFUSE)


def test_the_severity_says_what_is_done_unless_the_row_does() -> None:
    rule = Rule(NOTICE, "It is so.", "Change it.", strict=REFUSE)
    assert [rule.outcome(), rule.outcome(strict=True)] == [ACCEPT, REFUSE]
    assert [rule.gravity(), rule.gravity(strict=True)] == [NOTICE, ERROR]
    assert Rule(ERROR, "It is so.", "Change it.", WARN).outcome(strict=True) is WARN


def test_a_strict_import_takes_a_bundle_as_the_binding_wants_it(load: Bundler) -> None:
    done = load(EVERYTHING, strict=True)
    assert not done.findings.exists()


def test_a_strict_import_refuses_with_every_finding(load: Bundler, codes: Codes) -> None:
    spoilt = edited(V1P2, "orgs.csv", "North School,school", "North School,School")
    spoilt = edited(spoilt, "users.csv", "ann,{LDAP:12}", "ann,LDAP:12")
    assert codes(load(spoilt)) == {"letter-case", "list-part"}
    Org.objects.all().delete()
    with pytest.raises(Refused, match=r"orgs\.csv: letter-case"):
        load(spoilt, strict=True)
    assert not Org.objects.exists()
    refused = Import.objects.first()
    assert refused is not None
    assert codes(refused) == {"letter-case", "list-part"}
    assert {finding.severity for finding in refused.findings.all()} == {"error"}


def test_a_strict_import_refuses_what_only_the_whole_bundle_shows(load: Bundler) -> None:
    with pytest.raises(Refused, match="reference-unknown"):
        load(edited(V1P2, "classes.csv", ",c1,", ",c9,"), strict=True)
    assert not Org.objects.exists()

"""The table of findings is whole, and a strict import refuses what the binding doesn't allow."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from roster.importing import import_bundle
from roster.importing.rules import ACCEPT, ERROR, NOTICE, REFUSE, ROW_OUT, RULES, WARN, Rule
from roster.models import Import, Org
from roster.refusal import Refused
from tests.roster.importing.bundles import EVERYTHING, V1P2, edited, manifest_of
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


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        ("lineItems", "2026-09-01,", "2026-09-01T08:00:00Z,", "time-kept"),
        ("categories", "Tests,70", "Tests,12.5", "number-not-whole"),
        ("lineItemLearningObjectiveIds", "case,urn:uuid:", "case,", "objective-form"),
        ("resultLearningObjectiveIds", "case,urn:uuid:", "case,urn:guid:", "objective-form"),
        ("users", "{LDAP:12}", "{LDAP:12} 34", "list-part"),
        ("users", "status,", "", "column-missing"),
        ("enrollments", "2026-08-20", "2026-08-20T00:00:00", "date-with-time"),
    ],
)
def test_a_strict_import_refuses_a_value_of_another_form(
    load: Bundler, codes: Codes, name: str, old: str, new: str, code: str
) -> None:
    spoilt = edited(EVERYTHING, f"{name}.csv", old, new)
    if code == "column-missing":
        spoilt = edited(spoilt, "users.csv", ",,,true", ",,true")
    with pytest.raises(Refused, match=code):
        load(spoilt, strict=True)
    assert codes(load(spoilt)) == {code}


def test_a_strict_import_wants_a_zip_file(load: Bundler, codes: Codes) -> None:
    with pytest.raises(Refused, match="package-form"):
        load(EVERYTHING, strict=True, zipped=False)
    zipped = load.write(EVERYTHING)
    with pytest.raises(Refused, match="package-form"):
        import_bundle(
            load.organization, zipped.rename(zipped.with_suffix("")), by="Dana", strict=True
        )
    assert codes(load(EVERYTHING, zipped=False)) == {"package-form"}


def test_a_strict_delta_says_of_each_row_what_became_of_it_and_when(load: Bundler) -> None:
    load(EVERYTHING)
    manifest = manifest_of({"orgs.csv": ""}, "1.2").replace("bulk", "delta")
    head = "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\n"
    for row, code in (
        ("d,,2026-11-01T02:00:00Z", "status-missing"),
        ("d,active,", "stamp-missing"),
        ("d,active,2026-11-01", "stamp-form"),
    ):
        with pytest.raises(Refused, match=code):
            files = {"orgs.csv": f"{head}{row},Riverside,district,,\n"}
            load(files, manifest=manifest, strict=True)


def test_a_strict_import_refuses_what_only_the_whole_bundle_shows(load: Bundler) -> None:
    with pytest.raises(Refused, match="reference-unknown"):
        load(edited(V1P2, "classes.csv", ",c1,", ",c9,"), strict=True)
    assert not Org.objects.exists()

"""References that point nowhere are told, and their rows kept."""

from __future__ import annotations

import pytest

from roster.models import Klass
from tests.roster.importing.bundles import EVERYTHING, V1P1, V1P2, Files, edited
from tests.roster.importing.conftest import Bundler

# file, column, what to replace, by what, the value that points nowhere
DANGLING = [
    ("orgs.csv", "parentSourcedId", "school,N,d", "school,N,nowhere"),
    ("academicSessions.csv", "parentSourcedId", "2027-01-10,y", "2027-01-10,nowhere"),
    ("courses.csv", "orgSourcedId", ",s1,Math", ",nowhere,Math"),
    ("courses.csv", "schoolYearSourcedId", "c1,,,y", "c1,,,nowhere"),
    ("classes.csv", "courseSourcedId", "09,c1", "09,nowhere"),
    ("classes.csv", "termSourcedIds", '"t1"', '"t1,nowhere"'),
    ("classes.csv", "schoolSourcedId", 's1,"t1"', 'nowhere,"t1"'),
    ("users.csv", "agentSourcedIds", ",pat,09", ',"pat,nowhere",09'),
    ("users.csv", "primaryOrgSourcedId", "s1,she", "nowhere,she"),
    ("roles.csv", "userSourcedId", "r3,,,tom", "r3,,,nowhere"),
    ("roles.csv", "orgSourcedId", "teacher,,,s2", "teacher,,,nowhere"),
    ("enrollments.csv", "userSourcedId", "s1,ann", "s1,nowhere"),
    ("enrollments.csv", "classSourcedId", "e1,,,k1", "e1,,,nowhere"),
    ("results.csv", "lineItemSourcedId", "x1,,,l1", "x1,,,nowhere"),
    ("classResources.csv", "resourceSourcedId", "k1,res", "k1,nowhere"),
    ("lineItemScoreScales.csv", "scoreScaleSourcedId", "l1,sc", "l1,nowhere"),
]


@pytest.mark.parametrize(("name", "column", "old", "new"), DANGLING, ids=str)
def test_a_reference_that_points_nowhere_is_told(
    load: Bundler, name: str, column: str, old: str, new: str
) -> None:
    done = load(edited(EVERYTHING, name, old, new))
    finding = done.findings.get(code="reference-unknown")
    assert (finding.file, finding.column) == (name, column)
    assert (finding.value, finding.row is not None) == ("nowhere", True)
    assert done.counts[name]["left_out"] == 0


def test_demographics_of_nobody_are_told(load: Bundler) -> None:
    done = load(edited(V1P2, "demographics.csv", "\nann,", "\nnobody,"))
    finding = done.findings.get()
    assert (finding.code, finding.value) == ("reference-unknown", "nobody")


def test_an_org_of_a_1_1_user_that_is_missing_is_told_as_a_column_of_users(load: Bundler) -> None:
    done = load(edited(V1P1, "users.csv", '"s1,s2"', '"s1,s9"'), "1.1")
    finding = done.findings.get()
    assert (finding.file, finding.column, finding.row) == ("users.csv", "orgSourcedIds", 3)


def test_a_reference_to_what_is_stored_already_is_good(load: Bundler) -> None:
    load(V1P2)
    done = load({name: V1P2[name] for name in ("orgs.csv", "users.csv", "enrollments.csv")})
    assert not done.findings.exists()


def test_a_reference_to_a_retired_record_is_told(load: Bundler) -> None:
    files: Files = edited(V1P2, "classes.csv", "k1,,,", "k1,tobedeleted,,")
    done = load(files)
    codes = sorted(done.findings.values_list("code", "file"))
    assert ("reference-unknown", "enrollments.csv") in codes


def test_a_class_s_school_of_another_type_is_noticed(load: Bundler) -> None:
    done = load(edited(V1P2, "classes.csv", ',s1,"t1"', ',d,"t1"'))
    assert done.findings.filter(code="school-not-a-school").exists()
    assert Klass.objects.get().school == "d"


def test_many_are_counted_and_the_first_kept(load: Bundler) -> None:
    rows = "".join(f"z{n},,,k9,s1,ann,student,,,\n" for n in range(50))
    done = load(V1P2 | {"enrollments.csv": V1P2["enrollments.csv"] + rows})
    kept = list(done.findings.filter(code="reference-unknown"))
    assert (len(kept), {f.occurrences for f in kept}) == (20, {50})
    assert [f.row for f in kept] == list(range(4, 24))

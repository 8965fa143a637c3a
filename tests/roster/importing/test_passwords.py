"""Passwords end at the door: stored nowhere, shown nowhere, counted."""

from __future__ import annotations

import pytest
from django.db import connection

from roster.importing.report import summary
from roster.models import User
from tests.roster.importing.bundles import EVERYTHING, V1P1, Files, edited
from tests.roster.importing.conftest import Bundler

SECRET = "S3cret-0f-Ann"

LEAKS: dict[str, tuple[Files, str]] = {
    "1.1 users": (edited(V1P1, "users.csv", "pat,09,", f"pat,09,{SECRET}"), "1.1"),
    "1.2 users": (edited(EVERYTHING, "users.csv", "pat,09,,M1", f"pat,09,{SECRET},M1"), "1.2"),
    "profiles": (edited(EVERYTHING, "userProfiles.csv", "ann@sso,", f"ann@sso,{SECRET}"), "1.2"),
    "other letters": (
        edited(
            edited(V1P1, "users.csv", "pat,09,", f"pat,09,{SECRET}"), "users.csv",
            "grades,password", "grades,Password",
        ),
        "1.1",
    ),
    "own column": (
        V1P1
        | {
            "orgs.csv": "sourcedId,name,type,metadata.wifiPassword\n"
            f"s1,North,school,{SECRET}\ns2,South,school,\nd,District,district,\n"
        },
        "1.1",
    ),
    "blanks around": (
        edited(V1P1, "users.csv", "pat,09,", f"pat,09, {SECRET} "),
        "1.1",
    ),
    "unknown column, blanks around": (
        edited(
            edited(V1P1, "users.csv", "pat,09,", f"pat,09,x, {SECRET} "), "users.csv",
            "grades,password", "grades,password,kennwort",
        ),
        "1.1",
    ),
    # An unquoted comma in the name moves every cell to the right.
    "slipped right": (
        edited(
            EVERYTHING, "users.csv", "Ann,O'Hara,,A1,ann@example.org,,,pat,09,,M1",
            f"Ann,O'Hara,Jr,,A1,ann@example.org,,,pat,09,{SECRET},M1",
        ),
        "1.2",
    ),
    # A missing comma moves them to the left.
    "slipped left": (
        edited(
            V1P1, "users.csv", "Ann,O'Hara,,A1,ann@example.org,,,pat,09,",
            f"Ann,O'Hara,A1,ann@example.org,,,pat,09,{SECRET}",
        ),
        "1.1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("leak", LEAKS)
def test_a_password_is_found_nowhere(load: Bundler, leak: str) -> None:
    files, version = LEAKS[leak]
    done = load(files, version)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            assert SECRET not in str(cursor.fetchall()), table
    assert SECRET not in str(summary(done))
    told = {"password-dropped", "row-too-long", "row-too-short"}
    assert done.findings.filter(code__in=told).exists()


def test_passwords_are_counted_once_per_file(load: Bundler) -> None:
    files = edited(V1P1, "users.csv", "pat,09,", f"pat,09,{SECRET}")
    files = edited(files, "users.csv", "tom@example.org,,,,,", "tom@example.org,,,,,hunter2")
    done = load(files, "1.1")
    assert {f.occurrences for f in done.findings.filter(code="password-dropped")} == {2}


def test_a_row_that_slipped_left_is_left_out_and_keeps_what_was_stored(load: Bundler) -> None:
    load(V1P1, "1.1")
    files, version = LEAKS["slipped left"]
    done = load(files, version)
    assert done.counts["users.csv"]["left_out"] == 1
    ann = User.objects.get(sourced_id="ann")
    assert (ann.status, ann.grades) == ("active", ["09"])

"""The form of the tables of small broken bundles: what is changed, and what must come of it.

A `Case` is a row of such a table. Its nights change a whole small Riverside (`bundle`), which is
imported into a fresh organization; then it is decided, on the built map, what a vendor of each
version sees who is shared everything but disabled accounts.

Riverside has two schools. At north Ann, Bob, Cy and Dee are in Tom's class k1, Eve in Tess's k2
at south. Hidden are Bob (marked by the bundle), Cy's enrollment (ended), Dee's (begins in March),
Fay (her account is disabled) and Gil's enrollment (the class k3 is marked). Pat is Ann's parent,
Lea works at the district; in 1.2 Sue's role at south has ended.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from roster import hierarchy
from roster.deciding import Decision, Rules, Settings
from roster.deciding.rules import EVERYTHING
from roster.importing.files import FILES
from roster.kinds import ROWS_OF
from roster.map import Map, build
from roster.marks import marks_of, resolve
from roster.models import Import, Organization
from roster.refusal import Refused
from tests import worlds
from tests.roster.importing.bundles import Files
from tests.roster.importing.conftest import Bundler

TODAY = date(2026, 11, 16)
VERSIONS = ("1.1", "1.2")
MARK = "metadata.externalLmsExclude"
HIDDEN = frozenset({"users/bob", "enrollments/e-bob", "enrollments/e-cy", "enrollments/e-dee",
                    "users/fay", "classes/k3", "enrollments/e-gil"})  # fmt: skip
"""What nobody sees of the bundle as it is."""

Change = Callable[[Files], Files]


@dataclass(frozen=True, slots=True)
class Case:
    """A row of a table: bundles, and what must come of the last one.

    `first` changes the bundle of night one; `then`, if given, what night one brought, for night
    two. `findings` are codes that the last night must have, `never` those that it mustn't.
    `sees` and `hides` name records as `users/ann`, separated by blanks; for one vendor only as
    `1.1:users/ann`. `stored` gives fields of stored rows: `{"users/ann email": ""}`. With
    `refused`, the last bundle is refused with a reason that holds these words; with `state`, the
    import's state is another than applied. `options` go to `import_bundle` on the last night.
    """

    title: str
    first: tuple[Change, ...] = ()
    then: tuple[Change, ...] | None = None
    findings: str = ""
    never: str = ""
    sees: str = ""
    hides: str = ""
    stored: dict[str, Any] = field(default_factory=dict)
    refused: str = ""
    state: str = ""
    versions: tuple[str, ...] = VERSIONS
    options: dict[str, Any] = field(default_factory=dict)


def case(title: str, *first: Change, **must: Any) -> Case:
    """Return a case of one night, or of two where `then` is among what is given."""
    return Case(title, first, **must)


def table(cases: Sequence[Case]) -> Any:
    """Return the parametrization of a test `(case, version)`: each case in its versions."""
    return pytest.mark.parametrize(
        ("case", "version"),
        [
            pytest.param(each, version, id=f"{each.title} [{version}]")
            for each in cases
            for version in each.versions
        ],
    )


def check(case: Case, version: str, load: Bundler) -> Import | None:
    """Import a case's nights and assert what it says; returns the last import."""
    Organization.objects.filter(pk=load.organization.pk).update(school_year="2027")
    load.organization.refresh_from_db()
    files = changed(bundle(version), case.first)
    if case.then is not None:
        _first_night(files, version, load)
        files = changed(files, case.then)
    done = _last(case, version, files, load)
    if done is not None:
        found = codes(done)
        assert set(case.findings.split()) <= set(found), found
        assert not set(case.never.split()) & set(found), found
        assert done.state == (case.state or Import.State.APPLIED)
    _check_stored(case, load.organization)
    if not (case.sees or case.hides):
        return done
    m = built(load.organization)
    for vendor in VERSIONS:
        seen = visible(load.organization, vendor, m=m)
        assert _named(case.sees, vendor) <= seen, f"{vendor} sees {sorted(seen)}"
        assert not _named(case.hides, vendor) & seen, f"{vendor} sees {sorted(seen)}"
    return done


def _first_night(files: Files, version: str, load: Bundler) -> None:
    """Import what came first; the same bundle into an organization of the same limits, once."""
    organization = load.organization
    limits = organization.hold_percent, organization.hold_records, organization.hold_visible
    key = ("first night", version, limits, tuple(sorted(files.items())))
    with connection.cursor() as cursor:
        # Nothing is of it so far: to look for what goes with it takes half as long as an import.
        cursor.execute(f'DELETE FROM "{Organization._meta.db_table}"')

    def imported() -> Organization:
        organization.save()
        load(files, version)
        return organization

    load.organization = worlds.once(key, imported)


def _last(case: Case, version: str, files: Files, load: Bundler) -> Import | None:
    if not case.refused:
        return load(files, version, **case.options)
    with pytest.raises(Refused) as refusal:
        load(files, version, **case.options)
    assert case.refused in str(refusal.value)
    return None


def _check_stored(case: Case, organization: Organization) -> None:
    for place, value in case.stored.items():
        record, name = place.split(" ")
        collection, _, sourced_id = record.partition("/")
        row = FILES[collection].model.objects.get(organization=organization, sourced_id=sourced_id)
        assert getattr(row, name) == value, place


def _named(words: str, vendor: str) -> set[str]:
    found = set()
    for word in words.split():
        version, colon, name = word.partition(":")
        if version not in VERSIONS or not colon:
            found.add(word)
        elif version == vendor:
            found.add(name)
    return found


def codes(done: Import) -> dict[str, str]:
    """Return the codes of an import's findings with their severities."""
    return dict(done.findings.values_list("code", "severity"))


def built(organization: Organization) -> Map:
    """Return the map of the rows as they are."""
    organization.refresh_from_db()
    hierarchy.derive(organization)
    return build(organization)


def visible(
    organization: Organization, version: str, *, day: date = TODAY, m: Map | None = None
) -> set[str]:
    """Return what a vendor of a version sees of the rows as they are, as `users/ann`."""
    m = m or built(organization)
    rules = Rules.of({**EVERYTHING, "inactive": False}, organization.field_policy)
    settings = Settings.of(organization)
    decision = Decision(m, version, rules, settings, day, resolve(marks_of(organization), m))
    return {
        f"{name}/{m.ids[ROWS_OF[name]][row]}"
        for name in decision.collections()
        for row in decision.visible(name).tolist()
    }


# Changes. Files are named without `.csv`; a row is named by its sourcedId.


def changed(files: Files, changes: Sequence[Change]) -> Files:
    for change in changes:
        files = change(files)
    return files


def cell(file: str, sourced_id: str, column: str, value: str) -> Change:
    """Write one cell, which must be there."""

    def change(rows: list[list[str]]) -> None:
        at = rows[0].index(column)
        [row] = [row for row in rows[1:] if row[0] == sourced_id]
        row[at] = value

    return _in(file, change)


def column(file: str, name: str, *values: str) -> Change:
    """Write a column, in each row the next of the values in turn; a new one comes last."""

    def change(rows: list[list[str]]) -> None:
        if name not in rows[0]:
            for row in rows:
                row.append("")
            rows[0][-1] = name
        at = rows[0].index(name)
        for number, row in enumerate(rows[1:]):
            row[at] = values[number % len(values)]

    return _in(file, change)


def every(file: str, name: str, rewrite: Callable[[str], str]) -> Change:
    """Rewrite each cell of a column that isn't blank."""

    def change(rows: list[list[str]]) -> None:
        at = rows[0].index(name)
        for row in rows[1:]:
            row[at] = row[at] and rewrite(row[at])

    return _in(file, change)


def without_column(file: str, *names: str) -> Change:
    def change(rows: list[list[str]]) -> None:
        for name in names:
            at = rows[0].index(name)
            for row in rows:
                del row[at]

    return _in(file, change)


def renamed(file: str, old: str, new: str) -> Change:
    """Call a column otherwise."""

    def change(rows: list[list[str]]) -> None:
        rows[0][rows[0].index(old)] = new

    return _in(file, change)


def add(file: str, sourced_id: str, like: str = "", **cells: str) -> Change:
    """Add a row: a copy of `like` (or blank), with these cells; `.` in a name is written `__`."""

    def change(rows: list[list[str]]) -> None:
        row = next((list(r) for r in rows[1:] if r[0] == like), [""] * len(rows[0]))
        row[0] = sourced_id
        for name, value in cells.items():
            row[rows[0].index(name.replace("__", "."))] = value
        rows.append(row)

    return _in(file, change)


def without_row(file: str, *sourced_ids: str) -> Change:
    def change(rows: list[list[str]]) -> None:
        rows[1:] = [row for row in rows[1:] if row[0] not in sourced_ids]

    return _in(file, change)


def row(file: str, sourced_id: str, rewrite: Callable[[list[str]], list[str]]) -> Change:
    """Rewrite a row's list of cells: it may become longer or shorter."""

    def change(rows: list[list[str]]) -> None:
        [at] = [number for number, row in enumerate(rows) if row[0] == sourced_id]
        rows[at] = rewrite(rows[at])

    return _in(file, change)


def text(file: str, rewrite: Callable[[str], str | bytes]) -> Change:
    """Rewrite a file's text, also to bytes."""
    return lambda files: files | {f"{file}.csv": rewrite(files[f"{file}.csv"])}


def without(*files: str) -> Change:
    """Leave files out, and say so in the manifest."""
    return lambda given: {n: t for n, t in given.items() if n.removesuffix(".csv") not in files}


def _in(file: str, change: Callable[[list[list[str]]], None]) -> Change:
    def rewrite(files: Files) -> Files:
        rows = list(csv.reader(io.StringIO(files[f"{file}.csv"])))
        change(rows)
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(rows)
        return files | {f"{file}.csv": out.getvalue()}

    return rewrite


# The bundle


def bundle(version: str) -> Files:
    """Return Riverside in a version."""
    return {f"{name}.csv": text for name, text in (OLD if version == "1.1" else NEW).items()}


def bundler(folder: Path, slug: str = "riverside") -> Bundler:
    """Return what imports bundles into a new organization of 2026-27."""
    return Bundler(folder, Organization.objects.create(slug=slug, name=slug, school_year="2027"))


BOTH = {
    "orgs": f"""\
sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId,{MARK}
d,,,Riverside,district,D,,
north,,,North School,school,N,d,
south,,,South School,school,S,d,
""",
    "academicSessions": """\
sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear
y,,,2026-27,schoolYear,2026-07-01,2027-07-01,,2027
fall,,,Fall,term,2026-08-20,2027-01-22,y,2027
spring,,,Spring,term,2027-01-25,2027-06-15,y,2027
""",
    "courses": f"""\
sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,\
subjects,subjectCodes,{MARK}
alg,,,y,Algebra,MA1,"09,10",north,Math,MA,
art,,,y,Art,AR1,09,south,Art,AR,
""",
    "classes": f"""\
sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,\
schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods,{MARK}
k1,,,Algebra 1,09,alg,A1,scheduled,Room 1,north,"fall,spring",Math,MA,"1,3",
k2,,,Art 2,09,art,B2,scheduled,,south,fall,Art,AR,2,
k3,,,Algebra 3,10,alg,A3,scheduled,,north,fall,Math,MA,4,true
""",
    "enrollments": """\
sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,\
beginDate,endDate
e-ann,,,k1,north,ann,student,,2026-08-20,2027-05-30
e-bob,,,k1,north,bob,student,,,
e-cy,,,k1,north,cy,student,,2026-08-20,2026-10-01
e-dee,,,k1,north,dee,student,,2027-03-01,2027-06-10
e-eve,,,k2,south,eve,student,,2026-08-21,
e-gil,,,k3,north,gil,student,,,
e-tom,,,k1,north,tom,teacher,true,2026-08-01,2027-06-30
e-tess,,,k2,south,tess,teacher,true,,
""",
    "demographics": """\
sourcedId,status,dateLastModified,birthDate,sex,americanIndianOrAlaskaNative,asian,\
blackOrAfricanAmerican,nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,\
hispanicOrLatinoEthnicity,countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,\
publicSchoolResidenceStatus
ann,,,2012-03-04,female,,true,,,false,,,US,WA,Riverside,
bob,,,2012-05-17,male,,false,,,true,,,US,WA,Riverside,
""",
}

OLD = BOTH | {
    "users": f"""\
sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,\
familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,{MARK}
ann,,,true,north,student,ann,{{LDAP:12}},Ann,O'Hara,May,A1,ann@example.org,,555-1,pat,09,,
bob,,,true,north,student,bob,,Bob,Lee,,B1,bob@example.org,,555-2,,09,,true
cy,,,true,north,student,cy,,Cy,Lee,,C1,cy@example.org,,,,09,,
dee,,,true,north,student,dee,,Dee,Lee,,D1,dee@example.org,,,,10,,
eve,,,true,south,student,eve,,Eve,Lee,,E1,eve@example.org,,,,09,,
fay,,,false,north,student,fay,,Fay,Lee,,F1,fay@example.org,,,,10,,
gil,,,true,north,student,gil,,Gil,Lee,,G1,gil@example.org,,,,10,,
tom,,,true,"north,south",teacher,tom,,Tom,Li,,T1,tom@example.org,,,,,,
tess,,,true,south,teacher,tess,,Tess,Li,,T2,tess@example.org,,,,,,
pat,,,true,north,parent,pat,,Pat,O'Hara,,P1,pat@example.org,,,ann,,,
lea,,,true,d,administrator,lea,,Lea,Roy,,L1,lea@example.org,,,,,,
""",
}

NEW = BOTH | {
    "users": f"""\
sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,\
identifier,email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,\
preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns,{MARK}
ann,,,true,ann,{{LDAP:12}},Ann,O'Hara,May,A1,ann@example.org,,555-1,pat,09,,M1,Annie,,,north,she,
bob,,,true,bob,,Bob,Lee,,B1,bob@example.org,,555-2,,09,,,,,,north,,true
cy,,,true,cy,,Cy,Lee,,C1,cy@example.org,,,,09,,,,,,north,,
dee,,,true,dee,,Dee,Lee,,D1,dee@example.org,,,,10,,,,,,north,,
eve,,,true,eve,,Eve,Lee,,E1,eve@example.org,,,,09,,,,,,south,,
fay,,,false,fay,,Fay,Lee,,F1,fay@example.org,,,,10,,,,,,north,,
gil,,,true,gil,,Gil,Lee,,G1,gil@example.org,,,,10,,,,,,north,,
tom,,,true,tom,,Tom,Li,,T1,tom@example.org,,,,,,,,,,north,,
tess,,,true,tess,,Tess,Li,,T2,tess@example.org,,,,,,,,,,south,,
pat,,,true,pat,,Pat,O'Hara,,P1,pat@example.org,,,ann,,,,,,,,,
lea,,,true,lea,,Lea,Roy,,L1,lea@example.org,,,,,,,,,,d,,
sue,,,true,sue,,Sue,Li,,T3,sue@example.org,,,,,,,,,,south,,
""",
    "roles": f"""\
sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,\
userProfileSourcedId,{MARK}
r-ann,,,ann,primary,student,2026-08-20,2027-05-30,north,,
r-bob,,,bob,primary,student,,,north,,
r-cy,,,cy,primary,student,,,north,,
r-dee,,,dee,primary,student,,,north,,
r-eve,,,eve,primary,student,,,south,,
r-fay,,,fay,primary,student,,,north,,
r-gil,,,gil,primary,student,,,north,,
r-tom,,,tom,primary,teacher,2026-08-01,2027-06-30,north,,
r-tom2,,,tom,primary,teacher,,,south,,
r-tess,,,tess,primary,teacher,,,south,,
r-pat,,,pat,primary,parent,,,north,,
r-lea,,,lea,primary,districtAdministrator,,,d,,
r-sue,,,sue,primary,teacher,2026-08-01,2026-10-01,south,,
""",
}

"""Which tests of the database one engine is enough for, and why.

All tests run on SQLite. On PostgreSQL run those that ask for a database, because there SQL, types,
locks and transactions differ: imports, hierarchy, map, publishing, filters, orders, lists, writes
of vendors, jobs, leases, search. The tests of this table ask for a database only to have rows;
what they assert is done by Python alone, and another test, named with the reason, brings the same
statements to both engines. A path that isn't here is tested on both; when in doubt, leave it out.
"""

from __future__ import annotations

ONCE = {
    "tests/acceptance/test_exclusion.py":
        "what each mark takes is decided over a map; tests/model/test_vendors and"
        " tests/roster/publishing/test_withdrawing withdraw and give back on both",
    "tests/acceptance/test_sharing_by_default.py":
        "shares are rules over documents; publishing makes them on both",
    "tests/acceptance/test_ten_nights.py":
        "nights and deltas: tests/roster/importing/test_generated imports such, and"
        " tests/model/test_vendors reads deltas on both",
    "tests/benchmarks/test_smoke.py":
        "that the harness of the benchmarks runs; what it asks and does is tested on both",
    "tests/conformance/test_operations.py":
        "routes, envelopes and forms of documents; lists and singles are read by test_paging",
    "tests/conformance/test_parameters.py":
        "faults of a query string, found before anything is read",
    "tests/conformance/test_provider.py":
        "reads through every view; the modules beside it hold what is read",
    "tests/conformance/test_refusals.py":
        "headers and tokens; tests/connections/test_authentication has their rows",
    "tests/conformance/test_selection.py":
        "fields are cut out of documents that were read; test_paging reads such lists",
    "tests/conformance/test_habits.py":
        "what consumers write in a query; filters and sorts have modules of their own",
    "tests/conformance/test_habits_served.py":
        "what the HTTP server makes of a request",
    "tests/browser": "what a browser makes of pages that test_doors opens on both",
    "tests/model/test_seen.py":
        "histories told by hand; test_vendors draws them of the same acts on both",
    "tests/portal/pages/test_acts.py": "forms and words; test_doors opens every page on both",
    "tests/portal/pages/test_connections.py": "forms and words, as above",
    "tests/portal/pages/test_connecting.py": "forms and words, as above",
    "tests/portal/pages/test_doors.py::test_a_connection":
        "strangers find nothing: by the queries that open the pages, on both",
    "tests/portal/pages/test_doors.py::test_an_organization": "strangers find nothing, as above",
    "tests/portal/pages/test_docs.py": "the pages for vendors' engineers, made of tables of code",
    "tests/portal/pages/test_excluding.py": "forms and words, as above",
    "tests/portal/pages/test_home.py": "what Home says of states that are rows like any other",
    "tests/portal/pages/test_information.py": "forms and words, as above",
    "tests/portal/pages/test_own_rows.py": "forms and words; tests/roster/local has the acts",
    "tests/portal/pages/test_queries.py": "how many queries, which engines don't change",
    "tests/portal/pages/test_record.py": "words of a record; tests/roster/explaining has the facts",
    "tests/portal/pages/test_secrets.py": "forms and words, as above",
    "tests/portal/pages/test_settings.py": "forms and words, as above",
    "tests/portal/pages/test_several.py": "forms and words, as above",
    "tests/portal/pages/test_sharing.py": "forms and words, as above",
    "tests/portal/pages/test_shell.py": "the frame around every page",
    "tests/portal/pages/test_staff.py": "forms and words, as above",
    "tests/portal/pages/test_viewing.py": "documents as a page shows them",
    "tests/portal/pages/test_postman.py":
        "what a vendor's program makes of documents; tests/validating holds them on both",
    "tests/portal/test_serve.py": "processes, ports and signals; test_demo serves on both",
    "tests/roster/importing/test_cases_files.py":
        "forms of files, read before anything is stored; test_cases_holds imports on both",
    "tests/roster/checking/test_check_data.py":
        "checks over a map's arrays; tests/roster/map builds them on both",
    "tests/roster/deciding": "array operations over a map; tests/roster/map builds it on both",
    "tests/roster/dialects": "rows become documents; publishing reads them on both",
    "tests/roster/explaining/test_parents.py": "decisions over a map",
    "tests/roster/explaining/test_why.py": "decisions over a map",
    "tests/roster/exporting": "documents become lines of files; test_bundle streams one on both",
    "tests/roster/fetching/test_https.py": "what servers of HTTPS answer",
    "tests/roster/fetching/test_sftp.py": "what servers of SFTP answer",
    "tests/roster/importing/test_cases_rules.py":
        "rules of columns are Python's; test_cases_holds imports on both",
    "tests/roster/importing/test_cases_words.py": "what a word means is Python's, as above",
    "tests/roster/importing/test_cases_visibility.py":
        "what hides is decided over a map; the other tables of cases import on both",
    "tests/roster/importing/test_package.py": "zips and folders, before a row is read",
    "tests/security/test_uploads.py": "files, before a row is read",
    "tests/year/test_year.py":
        "days and hours of schedules and alerts; imports, refreshes and jobs run on both",
}  # fmt: skip
"""Files and folders, each with its reason."""

IN_ONE_VERSION = {
    "tests/acceptance/test_reading_back.py": "the same lists, read and rendered for both versions",
    "tests/conformance/test_paging.py": "lists of ids, cut in pages the same way",
    "tests/roster/importing/test_cases_": "the same cells under the other version's header",
    "tests/roster/importing/test_generated.py": "the same district in the other version's columns",
}
"""Where PostgreSQL gets, of two tests that differ in the version of OneRoster alone, the later."""


def enough_on_one(test: str, tests: set[str]) -> bool:
    """Whether a test of the database needn't run on PostgreSQL; `tests` are all that there are."""
    if test.startswith(tuple(ONCE)):
        return True
    later = test.replace("1.1", "1.2")
    return test.startswith(tuple(IN_ONE_VERSION)) and later != test and later in tests

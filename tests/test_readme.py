"""README's tables of operations, scopes, errors and differences are those of the code.

A failing test prints the lines that README should have.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from connections.scopes import SCOPES
from roster.api.faults import FAULTS, Fault
from roster.api.openapi.document import SERVICES, path_in
from roster.api.operations import OPERATIONS, WRITES, Operation
from roster.api.scopes import short
from roster.dialects.fields import FIELDS, V11, V12
from tests.official.intended import INTENDED

README = (Path(__file__).resolve().parents[1] / "README.md").read_text()


def operations() -> list[str]:
    """One row for a list and its single, whichever versions have it."""
    rows: dict[tuple[str, str, str], dict[str, list[Operation]]] = {}
    for operation in sorted(OPERATIONS, key=lambda each: len(each.parents)):
        path = path_in(operation)
        row = (operation.service, re.sub(r"/\{sourcedId\}\Z", "", path), _scoped(operation))
        rows.setdefault(row, defaultdict(list))[path].append(operation)
    return _table(
        ("path", "service", "versions", "scopes, of which one is enough", "key"),
        (
            (
                ", ".join(f"`{path}`" for path in paths),
                service,
                ", ".join(_versions(each for found in paths.values() for each in found)),
                scopes,
                ", ".join(f"`{found[0].envelope}`" for found in paths.values()),
            )
            for (service, _, scopes), paths in rows.items()
        ),
    )


def _versions(found: Iterable[Operation]) -> list[str]:
    return sorted({operation.version for operation in found})


def _scoped(operation: Operation) -> str:
    """Return an operation's scopes in all versions that have it; what is 1.2's alone is said."""
    same = [
        each
        for each in OPERATIONS
        if (each.service, path_in(each)) == (operation.service, path_in(operation))
    ]
    known = {each.version: [short(scope) for scope in each.scopes] for each in same}
    old = known.get(V11)
    told = []
    for scope in known.get(V12, old or []):
        alone = old is not None and scope not in old
        told.append(f"`{scope}`" + (" (1.2)" if alone else ""))
    return ", ".join(told)


def writes() -> list[str]:
    """One row for the writes of a path, whichever versions have it."""
    rows: dict[str, list[Operation]] = defaultdict(list)
    for operation in WRITES:
        rows[path_in(operation)].append(operation)
    return _table(
        ("path", "methods", "versions", "scopes", "key"),
        (
            (
                f"`{path}`",
                ", ".join(dict.fromkeys(each.method for each in found)),
                ", ".join(_versions(found)),
                ", ".join(dict.fromkeys(f"`{short(each.scopes[0])}`" for each in found)),
                f"`{found[0].envelope}`",
            )
            for path, found in rows.items()
        ),
    )


def scopes() -> list[str]:
    needs = {"grade_book": "Grade Book Sync", "assessment": "Assessment Sync"}
    return _table(
        ("scope", "versions", "opens", "granted to"),
        (
            (
                f"`{scope.name}`",
                ", ".join(scope.versions),
                scope.meaning,
                needs.get(scope.type or "")
                or (f"who is shared {scope.share}" if scope.share else "everybody"),
            )
            for scope in SCOPES
        ),
    )


def errors() -> list[str]:
    services = SERVICES[V12]
    return _table(
        ("HTTP", "1.1", *(f"1.2 {service}" for service in services), "when"),
        (
            (
                str(fault.status),
                _told(fault, V11, ""),
                *(_told(fault, V12, service) for service in services),
                fault.meaning,
            )
            for fault in FAULTS
        ),
    )


def _told(fault: Fault, version: str, service: str) -> str:
    minor = f"`{fault.minor_in(version, service)}`"
    return f"200 with {minor}" if fault.status_in(version) == 200 else minor


def differences() -> list[str]:
    places: dict[str, list[str]] = defaultdict(list)
    for each in INTENDED:
        side = {True: "ours alone", False: "theirs alone", None: "both differ"}[each.ours]
        places[each.reason].append(f"{each.kind} `{each.where}` ({side})")
    return _table(
        ("why", "what differs"), ((reason, ", ".join(told)) for reason, told in places.items())
    )


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    head = list(head)
    return [_line(head), "|" + "---|" * len(head), *(_line(row) for row in rows)]


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


@pytest.mark.parametrize("table", [operations, writes, scopes, errors, differences])
def test_a_table_of_readme_is_the_one_of_the_code(table: Callable[[], list[str]]):
    expected = "\n".join(table())
    assert expected in README, f"README's table of {table.__name__} should be:\n\n{expected}"


def test_every_operation_has_a_row():
    told = "\n".join(operations())
    assert set(FIELDS) == {V11, V12}
    for operation in OPERATIONS:
        assert f"`{path_in(operation)}`" in told


@pytest.mark.parametrize(
    "path", re.findall(r"`((?:roster|connections|portal|tests)/[\w./]+)`", README)
)
def test_what_the_map_names_is_there(path: str):
    assert (Path(__file__).resolve().parents[1] / path).exists()

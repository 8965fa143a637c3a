"""The comparison with official files, on small made-up ones: every kind of difference is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from roster.api.openapi import discovery
from roster.api.openapi.document import document
from tests.official.checking import main
from tests.official.comparing import compare
from tests.official.intended import INTENDED, reason_for

NAME = discovery.NAMES["1.2", "resources"][0]
CALL = "GET /resources/{sourcedId}"


def ours() -> dict[str, Any]:
    return document("1.2", "resources", "https://x.example", "https://x.example/token")


def one(told: dict[str, Any]) -> dict[str, Any]:
    """Return the operation that most cases change."""
    call: dict[str, Any] = told["paths"]["/resources/{sourcedId}"]["get"]
    return call


def schema(told: dict[str, Any], name: str = "ResourceDType") -> dict[str, Any]:
    found: dict[str, Any] = told["components"]["schemas"][name]
    return found


def scopes_of(call: dict[str, Any]) -> list[str]:
    return [scope for each in call["security"] for scope in each["OAuth2CC"]]


Change = Callable[[dict[str, Any]], Any]

CHANGES: dict[str, tuple[Change, tuple[str, str]]] = {
    # what is changed in the other document: (the change, the kind and place told)
    "server": (
        lambda told: told.update(servers=[{"url": "https://x.example/elsewhere"}]),
        ("server", ""),
    ),
    "operation lost": (
        lambda told: told["paths"].pop("/resources"),
        ("operation", "GET /resources"),
    ),
    "operation more": (
        lambda told: told["paths"]["/resources"].update(patch={"responses": {}}),
        ("operation", "PATCH /resources"),
    ),
    "operation id": (lambda told: one(told).update(operationId="other"), ("operationId", CALL)),
    "tags": (lambda told: one(told).update(tags=["Other"]), ("tags", CALL)),
    "parameter lost": (
        lambda told: one(told)["parameters"].pop(),
        ("parameter", f"{CALL} query fields"),
    ),
    "parameter default": (
        lambda told: told["components"]["parameters"]["limit"]["schema"].update(default=10),
        ("parameter", "GET /resources query limit schema.default"),
    ),
    "empty values": (
        lambda told: told["components"]["parameters"]["sort"].update(allowEmptyValue=True),
        ("parameter", "GET /resources query sort allowEmptyValue"),
    ),
    "body asked": (
        lambda told: one(told).update(requestBody={"content": {}}),
        ("parameter", f"{CALL} body"),
    ),
    "scopes": (lambda told: one(told)["security"].pop(), ("scopes", CALL)),
    "scopes together": (
        lambda told: one(told).update(security=[{"OAuth2CC": scopes_of(one(told))}]),
        ("scopes together", CALL),
    ),
    "status": (lambda told: one(told)["responses"].pop("404"), ("status", f"{CALL} 404")),
    "envelope": (
        lambda told: one(told)["responses"]["200"].update(content={}),
        ("body", f"{CALL} 200"),
    ),
    "header": (
        lambda told: one(told)["responses"]["200"]["headers"].pop("ETag"),
        ("header", f"{CALL} 200 ETag"),
    ),
    "links": (
        lambda told: one(told)["responses"]["200"].update(links={"next": {}}),
        ("links", f"{CALL} 200"),
    ),
    "schema lost": (
        lambda told: told["components"]["schemas"].pop("ResourceSetDType"),
        ("schema", "ResourceSetDType"),
    ),
    "property lost": (
        lambda told: schema(told)["properties"].pop("title"),
        ("property", "ResourceDType title"),
    ),
    "property more": (
        lambda told: schema(told)["properties"].update(colour={"type": "string"}),
        ("property", "ResourceDType colour"),
    ),
    "type": (
        lambda told: schema(told)["properties"]["title"].update(type="integer"),
        ("property", "ResourceDType title"),
    ),
    "format": (
        lambda told: schema(told)["properties"]["dateLastModified"].update(format="date"),
        ("property", "ResourceDType dateLastModified"),
    ),
    "enumeration": (
        lambda told: schema(told)["properties"]["importance"]["enum"].append("tertiary"),
        ("property", "ResourceDType importance"),
    ),
    "least": (
        lambda told: schema(told)["properties"]["roles"].update(minItems=1),
        ("property", "ResourceDType roles"),
    ),
    "required": (lambda told: schema(told)["required"].pop(), ("required", "ResourceDType")),
    "open": (
        lambda told: schema(told).update(additionalProperties=True),
        ("additionalProperties", "ResourceDType"),
    ),
    "minor codes": (
        lambda told: schema(told, "imsx_CodeMinorFieldDType")["properties"][
            "imsx_codeMinorFieldValue"
        ]["enum"].pop(),
        ("property", "imsx_CodeMinorFieldDType imsx_codeMinorFieldValue"),
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_kind_of_difference_is_found_where_it_is(name: str):
    change, told = CHANGES[name]
    other = ours()
    change(other)
    assert told in [(each.kind, each.where) for each in compare(ours(), other)]


def test_words_and_layout_are_no_difference():
    other = ours()
    other["info"]["description"] = "other words"
    one(other)["summary"] = "other words"
    # What is referred to may as well be written in its place.
    parameters = other["components"]["parameters"]
    one(other)["parameters"] = [deepcopy(parameters[name]) for name in ("fields", "sourcedId")]
    schema(other)["properties"]["title"]["description"] = "other words"
    schema(other)["required"].reverse()
    schema(other)["properties"]["roles"]["items"]["anyOf"].reverse()
    other["servers"] = [
        {
            "url": "https://{host}{path}",
            "variables": {
                "host": {"default": "www.example.org"},
                "path": {"default": "/ims/oneroster/resources/v1p2"},
            },
        }
    ]
    assert compare(ours(), other) == []


def test_a_reason_covers_no_more_than_it_says():
    """What we say beyond the official files may be intended; the same missing here isn't."""
    other = ours()
    one(other)["responses"].pop("304")
    (more,) = compare(ours(), other)
    (less,) = compare(other, ours())
    assert reason_for(more)
    assert reason_for(less) is None


def test_every_reason_says_something():
    assert all(each.reason for each in INTENDED)


Checked = Callable[..., tuple[int, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Checked:
    """Return what comes of a comparison with the files of a folder: exit code and words."""

    def checked(folder: Path, *options: str) -> tuple[int, str]:
        code = main([str(folder), *options])
        return code, "".join(capsys.readouterr())

    return checked


def test_the_program_passes_what_is_equal_or_intended(tmp_path: Path, run: Checked):
    other = ours()
    one(other)["responses"]["422"] = {"description": "…"}
    (tmp_path / NAME).write_text(json.dumps(other))
    code, told = run(tmp_path)
    assert code == 0
    assert "reads have no body that could be wrong (1)" in told
    assert told.endswith("1 differences in 1 files, all of them intended.\n")


def test_the_program_fails_for_what_is_not_explained(tmp_path: Path, run: Checked):
    other = ours()
    schema(other)["properties"]["colour"] = {"type": "string"}
    (tmp_path / NAME).write_text(json.dumps(other))
    code, told = run(tmp_path)
    assert code == 1
    assert "NOT EXPLAINED (1)" in told
    assert "property: ResourceDType colour" in told
    code, told = run(tmp_path, "--json")
    assert (code, json.loads(told)) == (
        1,
        {
            "files": [NAME],
            "differences": [
                {
                    "file": NAME,
                    "kind": "property",
                    "where": "ResourceDType colour",
                    "ours": None,
                    "official": {"type": "string"},
                    "reason": None,
                }
            ],
            "unexplained": 1,
        },
    )


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("other.json", "{}", "There is none of the files"),
        (NAME, "nonsense", "is no OpenAPI document"),
        (NAME, "[]", "is no OpenAPI document"),
        (NAME, "{}", "is no OpenAPI document"),
    ],
)
def test_the_program_refuses_what_it_cannot_compare(
    name: str, content: str, told: str, tmp_path: Path, run: Checked
):
    (tmp_path / name).write_text(content)
    code, words = run(tmp_path)
    assert code == 2
    assert told in words

"""Documents as they are stored: JSON in which one character stands for scheme and host."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

import orjson
import pytest
from django.apps import apps

from roster.dialects.composing import ORIGIN, Doc, parse, render, with_origin
from roster.models import Document, Organization

PATH = "/ims/oneroster/rostering/v1p2/orgs/s1"
HOST = "https://roster.example.org"

DOCUMENTS: list[dict[str, Any]] = [
    {"sourcedId": "k1", "school": {"href": PATH, "sourcedId": "s1", "type": "org"}},
    {"sourcedId": "k1", "title": "Rubbed \x7fout", "school": {"href": PATH, "type": "org"}},
    {"sourcedId": "k1", "title": f'"href":"{PATH}"'},
    {"sourcedId": "k1", "metadata": {"href": PATH, "note": "\x7f"}},
]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_readers_get_what_was_rendered_with_their_host_in_references(
    document: dict[str, Any],
) -> None:
    text = render(document)
    assert parse(text) == parse(text.decode()) == document
    expected = json.loads(json.dumps(document))
    if "school" in expected:
        expected["school"]["href"] = HOST + PATH
    assert json.loads(with_origin(text, HOST)) == expected


def test_a_document_is_the_same_one_as_before_its_host_had_a_character() -> None:
    document = DOCUMENTS[0]
    assert ORIGIN in render(document)
    assert Doc("k1", render(document)).digest() == Doc("k1", orjson.dumps(document)).digest()


@pytest.mark.django_db
@pytest.mark.parametrize("document", DOCUMENTS)
def test_stored_documents_are_upgraded_to_what_is_rendered(document: dict[str, Any]) -> None:
    before = orjson.dumps(document)
    if metadata := document.get("metadata"):
        escaped = orjson.dumps(metadata).replace(b'"href":"/ims/', b'"href":"\\/ims/')
        before = orjson.dumps({**document, "metadata": orjson.Fragment(escaped)})
    organization = Organization.objects.create(slug="riverside", name="Riverside")
    row = Document.objects.create(organization=organization, version="1.2", collection="classes",
                                  record=1, digest="d", body=before.decode())  # fmt: skip
    upgrade = import_module("roster.migrations.0033_origin_in_documents")
    upgrade.put(apps, None)
    row.refresh_from_db()
    assert row.body.encode() == render(document)

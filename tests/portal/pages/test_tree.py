"""The hierarchy as a tree, and an exclusion undone from the audit log."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from portal.pages.tree import Branch
from roster.excluding import exclude, include
from roster.models import AuditEntry, Mark, Organization

TREE, AUDIT = "/o/riverside/roster/tree/", "/o/riverside/audit/"


def branches(page: Any) -> dict[tuple[str, str], Branch]:
    found, waiting = {}, list(page.context["roots"])
    while waiting:
        branch = waiting.pop()
        found[branch.node] = branch
        waiting += branch.below
    return found


def test_marks_are_shown_where_they_are_and_as_inherited_below(
    as_victor: Client, roster: Organization
):
    exclude(roster, "school", ["s1"], reason="Closed", by="test")
    closed = branches(as_victor.get(TREE))
    assert closed["school", "s1"].excluded
    assert not any(kind == "calendar" for kind, _ in closed)
    opened = branches(as_victor.get(TREE, {"school": "s1"}))
    below = [branch for (kind, _), branch in opened.items() if kind == "grade_level"]
    assert below
    for branch in below:
        assert not branch.excluded
        assert branch.above is not None
        assert branch.above["name"] == opened["school", "s1"].name
        assert sum(number for _term, number, _ in branch.counts)
    assert 'id="ticked"' not in as_victor.get(TREE).content.decode()


def test_what_is_ticked_goes_on_to_its_act_if_it_is_of_one_kind(
    as_dana: Client, roster: Organization
):
    asked = {"act": "exclude", "ticked": ["school s1", "school s2"]}
    page = as_dana.get(TREE, asked, follow=True)
    assert page.redirect_chain[0][0].endswith("/roster/school/exclude/?id=s1&id=s2")
    assert "Exclude 2 schools" in page.content.decode().replace("Schools", "schools")
    grade = next(node[1] for node in branches(as_dana.get(TREE, {"school": "s1"}))
                 if node[0] == "grade_level")  # fmt: skip
    mixed = {"school": "s1", "act": "exclude", "ticked": ["school s1", f"grade_level {grade}"]}
    told = as_dana.get(TREE, mixed).content.decode()
    assert ("one kind at a time" in told, told.count(" checked>")) == (True, 2)
    nothing = as_dana.get(TREE, {"act": "include", "ticked": "nonsense"}).content.decode()
    assert "Tick the rows first" in nothing


def test_an_act_is_undone_as_far_as_its_marks_stand(as_dana: Client, roster: Organization):
    exclude(roster, "person", ["ann", "tom", "pat"], reason="A mistake", by="test")
    entry = AuditEntry.objects.get(action="record.excluded")
    include(roster, "person", ["tom", "pat"], by="test")
    exclude(roster, "person", ["pat"], reason="Asked for", by="test")
    address = f"{AUDIT}{entry.pk}/undo/"
    assert address in as_dana.get(AUDIT).content.decode()
    page = as_dana.get(address)
    assert (page.context["set"], page.context["left"]) == (3, 1)
    done = as_dana.post(address, {"reason": "Undone"}, follow=True)
    assert "Included again" in done.content.decode()
    assert list(Mark.objects.values_list("sourced_id", flat=True)) == ["pat"]
    assert roster.audit.filter(action="record.included", reason="Undone").exists()
    assert as_dana.post(address).status_code == 422


def test_the_command_undoes_it_too(roster: Organization):
    exclude(roster, "person", ["ann"], reason="A mistake", by="test")
    entry = AuditEntry.objects.get(action="record.excluded").pk

    def told(*more: str) -> dict[str, Any]:
        out = io.StringIO()
        call_command("undo_exclude", "riverside", str(entry), *more, "--json", stdout=out)
        return dict(json.loads(out.getvalue()))

    assert told("--dry-run")["included"] == ["ann"]
    assert Mark.objects.exists()
    assert told()["included"] == ["ann"]
    with pytest.raises(CommandError, match="None of the marks"):
        call_command("undo_exclude", "riverside", str(entry))
    other = AuditEntry.objects.get(action="record.included").pk
    with pytest.raises(CommandError, match="Only an exclusion"):
        call_command("undo_exclude", "riverside", str(other))

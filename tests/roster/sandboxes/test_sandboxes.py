"""Sandboxes: their nights pass, and made-up people never meet real ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from roster import jobs
from roster.generator.making import make_bundle
from roster.importing import import_bundle
from roster.jobs.arriving import enqueue_nights
from roster.jobs.refreshes import enqueue_after_imports
from roster.local import set_rows
from roster.models import AssessmentResult, AuditEntry, Enrollment, Job, Organization, User
from roster.organizations import create_organization
from roster.refusal import Refused
from roster.sandboxes import create_sandbox, import_night

BEGUN = "2027-03-01T18:00:00Z"


@pytest.fixture
def sandbox(db: None, time_machine: Any) -> Organization:
    time_machine.move_to(BEGUN, tick=False)
    return create_sandbox("sandbox", "Test district", "America/Chicago", 120, by="operator")


def states(organization: Organization) -> dict[str, int]:
    users = User.objects.of(organization)
    return {state: users.filter(status=state).count() for state in ("active", "tobedeleted")}


def test_each_night_is_another_and_people_leave(sandbox: Organization, time_machine: Any):
    first = import_night(sandbox, by="test")
    assert first.state == "applied"
    assert states(sandbox)["tobedeleted"] == 0
    results = AssessmentResult.objects.of(sandbox)
    began = results.count()
    assert began > 0
    again = import_night(sandbox, by="test")
    assert (again.state, results.count()) == ("applied", began)
    time_machine.move_to("2027-04-05T18:00:00Z", tick=False)
    later = import_night(sandbox, by="test")
    assert later.name == "night-35.zip"
    assert states(sandbox)["tobedeleted"] > 0
    assert Enrollment.objects.of(sandbox).filter(status="tobedeleted").exists()
    assert results.count() > began


def test_in_july_another_year_begins(sandbox: Organization, time_machine: Any):
    import_night(sandbox, by="test")
    assert sandbox.school_year == "2027"
    time_machine.move_to("2027-07-02T18:00:00Z", tick=False)
    done = import_night(sandbox, by="test")
    assert (done.state, done.name) == ("applied", "night-1.zip")
    sandbox.refresh_from_db()
    assert sandbox.school_year == "2028"


def test_a_night_is_due_at_the_time_of_the_refresh_and_brings_one(
    sandbox: Organization, time_machine: Any
):
    create_organization("riverside", "Riverside", by="operator")
    assert enqueue_nights() == []
    time_machine.move_to("2027-03-02T09:00:00Z", tick=False)  # 03:00 in Chicago.
    (job,) = enqueue_nights()
    assert (job.kind, job.key) == ("night", "night:sandbox:2027-03-02")
    assert enqueue_nights() == []
    jobs.work(job.pk, "test")
    job.refresh_from_db()
    assert (job.state, job.result["state"]) == (Job.State.DONE, "applied")
    assert [each.kind for each in enqueue_after_imports()] == ["refresh"]


def test_made_up_people_and_real_ones_are_kept_apart(sandbox: Organization, tmp_path: Path):
    riverside = create_organization("riverside", "Riverside", by="operator")
    real, made_up = tmp_path / "real.zip", tmp_path / "made-up.zip"
    make_bundle(real, 10, oneroster="1.2", school_year=2027)
    make_bundle(made_up, 10, oneroster="1.2", school_year=2027, system="rosterdesk-sandbox")
    for organization, path, words in (
        (sandbox, real, "is a sandbox"),
        (riverside, made_up, "comes from a sandbox"),
    ):
        for approved in (False, True):
            with pytest.raises(Refused, match=words):
                import_bundle(organization, path, by="test", approved=approved)
        assert not User.objects.of(organization).exists()
    with pytest.raises(Refused, match="sandbox"):
        set_rows(
            sandbox, "users", {"ann": {"givenName": "Ann"}}, reason="New",
            until=sandbox.today(), by="test",
        )  # fmt: skip


def test_what_a_sandbox_exports_says_so(sandbox: Organization, tmp_path: Path):
    from roster.exporting import export_organization

    import_night(sandbox, by="test")
    path = tmp_path / "out.zip"
    export_organization(sandbox, path, "1.2", by="test")
    riverside = create_organization("riverside", "Riverside", by="operator")
    with pytest.raises(Refused, match="comes from a sandbox"):
        import_bundle(riverside, path, by="test")


def test_a_sandbox_is_made_once_and_within_bounds(sandbox: Organization):
    assert sandbox.is_sandbox
    assert AuditEntry.objects.filter(action="sandbox.created").get().new == {"students": 120}
    for students in (0, 20_001):
        with pytest.raises(Refused, match="1 to 20,000"):
            create_sandbox("other", "Other", students=students, by="operator")
    assert not Organization.objects.filter(slug="other").exists()

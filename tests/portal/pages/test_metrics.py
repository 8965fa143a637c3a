"""/metrics: what Prometheus collects, for whoever has the token, without anybody's name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from connections import request_log
from connections.models import Connection
from connections.request_log import Entry
from roster.clock import clock
from roster.models import Import, Job, Refresh

TOKEN = "a token that only Prometheus has got"
BEARER = {"authorization": f"Bearer {TOKEN}", "host": "elsewhere.example"}

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(client: Client) -> Samples:
    """Return what Prometheus would take from the answer."""
    answer = client.get("/metrics", headers=BEARER)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name.removeprefix("rosterdesk_"), frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def named(name: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    return name, frozenset(labels.items())


@pytest.mark.parametrize("word", ["", "Bearer ", f"Basic {TOKEN}", f"Bearer {TOKEN}x"])
def test_only_who_has_the_token_is_answered(client: Client, settings: Settings, word: str) -> None:
    settings.METRICS_TOKEN = TOKEN
    answer = client.get("/metrics", headers={"authorization": word})
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"authorization": word}).status_code == 404


def test_requests_are_counted_by_connection_and_status(
    client: Client, settings: Settings, brightpath: Connection
) -> None:
    settings.METRICS_TOKEN = TOKEN
    pk = brightpath.pk
    for batch in ([(200, 40), (200, 300), (429, 1)], [(200, 9000)]):
        request_log.write(
            [Entry(pk, clock(), "GET", "users", "", code, 1, 0, ms, "") for code, ms in batch]
        )
    brightpath.requests.all().delete()  # As the sweep does.
    told = samples(client)
    of = {"organization": "riverside", "connection": str(pk)}
    for key, value in (
        (named("requests_total", **of, status="200"), 3),
        (named("requests_total", **of, status="429"), 1),
        (named("request_seconds_bucket", **of, le="0.05"), 2),
        (named("request_seconds_bucket", **of, le="1.0"), 3),
        (named("request_seconds_bucket", **of, le="+Inf"), 4),
        (named("request_seconds_sum", **of), 9.341),
        (named("request_seconds_count", **of), 4),
    ):
        assert told[key] == value


def test_ages_and_results_are_told_and_no_names(
    client: Client, settings: Settings, brightpath: Connection
) -> None:
    settings.METRICS_TOKEN = TOKEN
    organization, hour = brightpath.organization, clock() - timedelta(hours=1)
    Refresh.objects.create(organization=organization, state="published", finished=hour)
    Import.objects.create(organization=organization, name="roster.zip", state="refused", began=hour)
    Job.objects.create(organization=organization, kind="refresh", key="one", due=hour)
    told = samples(client)
    text = str(told)
    assert brightpath.vendor not in text
    assert "roster.zip" not in text
    for key in (
        named("publication_age_seconds", organization="riverside"),
        named("import_age_seconds", organization="riverside", state="refused"),
        named("job_waits_seconds"),
    ):
        assert 3590 < told[key] < 3700
    assert told[named("imports", organization="riverside", state="refused")] == 1
    assert told[named("jobs", state="waiting")] == 1

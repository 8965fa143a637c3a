"""/metrics: what Prometheus collects, for whoever has the token, without anybody's name."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from connections import request_log
from connections.models import Connection
from connections.request_log import Entry
from roster.clock import clock
from roster.models import Import, Job, Refresh

TOKEN = "a token that only Prometheus has got"
BEARER = {"authorization": f"Bearer {TOKEN}", "host": "elsewhere.example"}

LABELS = r'(\{(\w+="[\w.+-]+",?)+\})?'
SAMPLE = re.compile(rf"[a-z_]+{LABELS} [0-9.e+]+")
COMMENT = re.compile(r"# (HELP [a-z_]+ [^\n]+|TYPE [a-z_]+ (counter|gauge|histogram))")


def lines(client: Client) -> list[str]:
    answer = client.get("/metrics", headers=BEARER)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    told = answer.content.decode().splitlines()
    assert all(COMMENT.fullmatch(line) or SAMPLE.fullmatch(line) for line in told), told
    return told


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
    told = lines(client)
    of = f'{{organization="riverside",connection="{pk}"'
    for line in (
        f'rosterdesk_requests_total{of},status="200"}} 3',
        f'rosterdesk_requests_total{of},status="429"}} 1',
        f'rosterdesk_request_seconds_bucket{of},le="0.05"}} 2',
        f'rosterdesk_request_seconds_bucket{of},le="1.0"}} 3',
        f'rosterdesk_request_seconds_bucket{of},le="+Inf"}} 4',
        f"rosterdesk_request_seconds_sum{of}}} 9.341",
        f"rosterdesk_request_seconds_count{of}}} 4",
    ):
        assert line in told


def test_ages_and_results_are_told_and_no_names(
    client: Client, settings: Settings, brightpath: Connection
) -> None:
    settings.METRICS_TOKEN = TOKEN
    organization, hour = brightpath.organization, clock() - timedelta(hours=1)
    Refresh.objects.create(organization=organization, state="published", finished=hour)
    Import.objects.create(organization=organization, name="roster.zip", state="refused", began=hour)
    Job.objects.create(organization=organization, kind="refresh", key="one", due=hour)
    told = lines(client)
    text = "\n".join(told)
    assert brightpath.vendor not in text
    assert "roster.zip" not in text
    for name in (
        'publication_age_seconds{organization="riverside"}',
        'import_age_seconds{organization="riverside",state="refused"}',
        "job_waits_seconds",
    ):
        found = re.search(rf"^rosterdesk_{re.escape(name)} ([\d.e+]+)$", text, re.MULTILINE)
        assert found, name
        assert 3590 < float(found[1]) < 3700
    assert 'rosterdesk_imports{organization="riverside",state="refused"} 1' in told
    assert 'rosterdesk_jobs{state="waiting"} 1' in told

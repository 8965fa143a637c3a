"""The operator's list of organizations."""

from __future__ import annotations

from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from connections.models import Connection
from portal.models import Membership, Staff
from roster.clock import clock
from roster.models import Import, Organization, Refresh
from roster.organizations import create_organization
from tests.cast import signed_in

LIST = "/organizations/"


def test_the_list_counts_and_shows_no_students(
    olga: Staff, brightpath: Connection, victor: Staff, lakeside: Organization
):
    riverside = brightpath.organization
    for number in (1, 2):
        Import.objects.create(
            organization=riverside, name=f"{number}.zip", state="applied", finished=clock()
        )
        Refresh.objects.create(organization=riverside, state="published", finished=clock())
    answer = signed_in(olga).get(LIST)
    lake, river = answer.context["organizations"]
    assert (river.staff, river.open_connections) == (2, 1)
    assert river.last_import
    assert river.last_refresh
    assert (lake.staff, lake.open_connections, lake.last_import) == (0, 0, None)
    assert "/o/riverside/" not in answer.content.decode()


def test_only_organizations_one_serves_are_links(olga: Staff, riverside: Organization):
    Membership.objects.create(staff=olga, organization=riverside, role="admin")
    assert "/o/riverside/" in signed_in(olga).get(LIST).content.decode()


def test_an_empty_installation_says_how_to_begin(olga: Staff):
    assert "create_organization" in signed_in(olga).get(LIST).content.decode()


def test_many_organizations_ask_the_database_no_more_often(olga: Staff):
    browser: Client = signed_in(olga)
    counts = []
    for number in (2, 12):
        while Organization.objects.count() < number:
            slug = f"district-{Organization.objects.count()}"
            create_organization(slug, slug, by="operator")
        with CaptureQueriesContext(database) as queries:
            browser.get(LIST)
        counts.append(len(queries))
    assert counts[0] == counts[1]

"""Forwarded headers count from trusted proxies and are taken away from everybody else."""

import ipaddress
import json
import logging

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from portal import logs, proxies
from portal.proxies import ProxyMiddleware, settle

TRUSTED = [ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8")]
FORGED = {
    "HTTP_X_FORWARDED_FOR": "6.6.6.6",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_X_FORWARDED_HOST": "evil.example",
    "HTTP_X_FORWARDED_PORT": "443",
    "HTTP_FORWARDED": "for=6.6.6.6",
    "HTTP_X_REAL_IP": "6.6.6.6",
}


def settled(trusted=TRUSTED, **claims):
    meta = {"REMOTE_ADDR": "10.1.1.1", "HTTP_HOST": "inside:8000", "wsgi.url_scheme": "http"}
    meta |= claims
    settle(meta, trusted)
    return meta


@pytest.mark.parametrize("address", ["192.0.2.1", "", "not an address"])
def test_a_stranger_claims_nothing(address):
    assert settled(REMOTE_ADDR=address, **FORGED) == {
        "REMOTE_ADDR": address,
        "HTTP_HOST": "inside:8000",
        "wsgi.url_scheme": "http",
    }


def test_without_trusted_proxies_nobody_claims_anything():
    assert settled(trusted=[], **FORGED)["REMOTE_ADDR"] == "10.1.1.1"


def test_a_trusted_proxy_says_who_asked_and_how():
    assert settled(
        HTTP_X_FORWARDED_FOR="192.0.2.7",
        HTTP_X_FORWARDED_PROTO="https",
        HTTP_X_FORWARDED_HOST="roster.example",
    ) == {
        "REMOTE_ADDR": "192.0.2.7",
        "HTTP_HOST": "roster.example",
        "wsgi.url_scheme": "https",
    }


@pytest.mark.parametrize(
    ("claim", "client"),
    [
        ("6.6.6.6, 192.0.2.7", "192.0.2.7"),
        ("6.6.6.6, 192.0.2.7, 10.2.2.2", "192.0.2.7"),
        ("10.3.3.3, 10.2.2.2", "10.3.3.3"),
        ("6.6.6.6, unknown", "10.1.1.1"),
        ("192.0.2.7:51000", "192.0.2.7"),
        ("[2001:db8::7]:51000", "2001:db8::7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", "10.1.1.1"),
    ],
)
def test_the_client_is_the_nearest_address_that_is_no_proxy_of_ours(claim, client):
    assert settled(HTTP_X_FORWARDED_FOR=claim)["REMOTE_ADDR"] == client


def test_a_proxy_is_known_in_its_ipv6_clothes():
    meta = settled(REMOTE_ADDR="::ffff:10.1.1.1", HTTP_X_FORWARDED_FOR="192.0.2.7")
    assert meta["REMOTE_ADDR"] == "192.0.2.7"


def test_a_scheme_that_is_none_is_ignored():
    assert settled(HTTP_X_FORWARDED_PROTO="gopher")["wsgi.url_scheme"] == "http"


def test_the_whole_product_believes_the_proxy(client, settings):
    settings.TRUSTED_PROXIES = TRUSTED
    settings.ALLOWED_HOSTS = ["roster.example"]
    claims = {"X-Forwarded-Host": "roster.example", "X-Forwarded-Proto": "https"}
    answer = client.get("/static/none.css", headers=claims, REMOTE_ADDR="10.1.1.1")
    assert answer.wsgi_request.build_absolute_uri("/") == "https://roster.example/"
    assert "X-Forwarded-Host" not in answer.wsgi_request.headers


def test_a_proxy_that_nobody_named_is_noticed_once(caplog):
    proxies.notice.cache_clear()
    for _ in range(3):
        settled(trusted=[], **FORGED)
    assert caplog.text.count("TRUSTED_PROXIES is empty") == 1


@pytest.mark.django_db  # A response that is closed looks at the connections.
@pytest.mark.parametrize(("address", "believed"), [("10.1.1.1", True), ("192.0.2.1", False)])
def test_a_request_has_a_name_in_the_log_and_in_its_answer(settings, address, believed):
    settings.TRUSTED_PROXIES = TRUSTED
    told = []

    def answer(request):
        told.append(json.loads(logs.Line().format(logging.makeLogRecord({"msg": "read"}))))
        return HttpResponse()

    request = RequestFactory().get("/", REMOTE_ADDR=address, HTTP_X_REQUEST_ID="name-of-nginx")
    response = ProxyMiddleware(answer)(request)
    name = response.headers["X-Request-Id"]
    assert told[0]["request"] == name
    assert (name == "name-of-nginx") == believed
    assert logs.request_id.get() == name
    response.close()
    assert logs.request_id.get() == ""

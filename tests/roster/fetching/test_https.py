"""HTTPS against a real server with a certificate of its own authority."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from roster.fetching import NotYet, Unfinished, fetch, found, sources
from roster.fetching.sources import Settings
from roster.models import Organization, Source
from roster.refusal import Refused
from tests.roster.fetching import servers
from tests.roster.fetching.conftest import Write, nothing_came
from tests.roster.fetching.servers import Page

PAIR = servers.certificate()
WRITTEN = "Sat, 28 Nov 2026 08:00:00 GMT"


@pytest.fixture
def page(write: Write, tmp_path: Path) -> Page:
    return Page(write(tmp_path / "made.zip").read_bytes(), headers={"Last-Modified": WRITTEN})


@pytest.fixture
def port(tmp_path: Path, page: Page) -> Iterator[int]:
    with servers.https(tmp_path, page, PAIR) as port:
        yield port


@pytest.fixture
def source(riverside: Organization, port: int) -> Source:
    """A source with a bearer token whose server's certificate is trusted."""
    return sources.add(
        Source(organization=riverside),
        Settings(
            address=f"https://localhost:{port}/export/night.zip",
            credential="token",
            secret="t0ken",
            certificate=PAIR[0],
            schedule={"every_minutes": 15},
        ),
        by="test",
    )


def test_a_bundle_is_pulled_with_a_token(source: Source, page: Page) -> None:
    [arrival] = fetch(source, by="test")
    assert (arrival.name, arrival.size) == ("night.zip", len(page.content))
    assert arrival.written == datetime(2026, 11, 28, 8, tzinfo=UTC)
    assert page.asked[0]["Authorization"] == "Bearer t0ken"


def test_a_user_has_a_password(source: Source, page: Page) -> None:
    sources.change(
        source, Settings(user="river", credential="password", secret="pass:wörd"), by="test"
    )
    assert len(fetch(source, by="test")) == 1
    _, encoded = page.asked[0]["Authorization"].split()
    assert base64.b64decode(encoded).decode() == "river:pass:wörd"


def test_what_didnt_change_isnt_sent_again(source: Source, page: Page) -> None:
    page.etag = '"one"'
    assert len(fetch(source, by="test")) == 1
    assert fetch(source, by="test") == []
    assert page.asked[1]["If-None-Match"] == '"one"'
    assert page.asked[1]["If-Modified-Since"] == WRITTEN
    assert len(fetch(source, by="test", again=True)) == 1
    assert "If-None-Match" not in page.asked[2]


def test_the_same_bundle_without_a_tag_is_recorded_as_unchanged(source: Source, page: Page) -> None:
    page.headers = {}
    fetch(source, by="test")
    [second] = fetch(source, by="test")
    assert (second.state, second.parts.count()) == ("unchanged", 0)


def test_a_redirect_on_the_host_is_followed(source: Source, page: Page, tmp_path: Path) -> None:
    port = source.address.split(":")[2].split("/")[0]

    def to(location: str) -> Page:
        return Page(status=302, headers={"Location": location})

    with servers.https(tmp_path, moved := to("/other/night.zip"), PAIR) as there:
        Source.objects.update(address=f"https://localhost:{there}/night.zip")
        with pytest.raises(Refused, match="redirected more than 5 times"):
            fetch(Source.objects.get(), by="test")
        assert moved.asked[1]["path"] == "/other/night.zip"
        for elsewhere in (
            f"https://localhost:{port}/night.zip",
            "https://127.0.0.1/",
            f"http://localhost:{there}/",
        ):
            moved.headers["Location"] = elsewhere
            with pytest.raises(Refused, match="sends us on to another host"):
                fetch(Source.objects.get(), by="test")
    assert page.asked == []
    assert nothing_came()


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        ({"status": 401}, Refused, "doesn't accept the credentials (401). Set them again"),
        ({"status": 403}, Refused, "refuses these credentials the bundle (403). Ask"),
        ({"status": 404}, Refused, "has nothing at this address (404). Look at the address"),
        ({"status": 418}, Refused, "answers 418 instead of a bundle"),
        ({"status": 503}, NotYet, "has a trouble of its own (503). Nothing was changed"),
        ({"content": b"<!DOCTYPE html><p>Sign in"}, Refused, "a web page, perhaps one to sign in"),
        ({"content": b"PK\3\4 and no end"}, Unfinished, "isn't a whole zip file"),
        ({"announced": 10_000_000}, NotYet, "hung up in the middle"),
        ({"announced": 10 << 40}, Refused, "is larger than 4,096 MiB, which no roster is"),
    ],
)
def test_an_answer_that_is_no_bundle_is_said_and_changes_nothing(
    answer: dict[str, object], kind: type[Refused], words: str, source: Source, page: Page
) -> None:
    for name, value in answer.items():
        setattr(page, name, value)
    with pytest.raises(kind) as refusal:
        fetch(source, by="test")
    assert words in str(refusal.value)
    assert nothing_came()
    source.refresh_from_db()
    assert (source.problem, source.remembered) == (str(refusal.value), {})
    assert "t0ken" not in str(refusal.value)


def test_a_bundle_that_turns_out_too_large_is_not_read_to_its_end(
    source: Source, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(found, "LARGEST", 2 << 20)
    page.content, page.announced = bytes(5 << 20), servers.NOTHING
    with pytest.raises(Refused, match="is larger than 2 MiB"):
        fetch(source, by="test")
    assert nothing_came()


@pytest.mark.parametrize(
    ("pair", "trust", "words"),
    [
        (servers.certificate(), PAIR[0], "it is signed by no authority that is known here"),
        (PAIR, "", "it is signed by no authority that is known here"),
        (servers.certificate("elsewhere.example"), None, "it is for another host"),
        (servers.certificate(days=-1), None, "it has expired"),
    ],
    ids=["another authority", "no authority", "another host", "expired"],
)
def test_a_certificate_that_isnt_right_ends_it(
    pair: tuple[str, str],
    trust: str | None,
    words: str,
    riverside: Organization,
    tmp_path: Path,
    page: Page,
) -> None:
    with servers.https(tmp_path, page, pair) as port:
        source = sources.add(
            Source(organization=riverside),
            Settings(
                address=f"https://localhost:{port}/night.zip",
                certificate=pair[0] if trust is None else trust,
                schedule={"every_minutes": 15},
            ),
            by="test",
        )
        with pytest.raises(Refused, match=words):
            fetch(source, by="test")
    assert page.asked == []
    assert nothing_came()


def test_a_server_that_isnt_there_is_asked_again(source: Source) -> None:
    Source.objects.update(address=f"https://localhost:{servers.free_port()}/night.zip")
    with pytest.raises(NotYet, match="localhost can't be reached"):
        fetch(Source.objects.get(), by="test")

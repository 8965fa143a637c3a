"""Pulls a bundle by HTTPS: asked for only when it changed, from the host that was named."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urljoin, urlsplit

import requests

from roster.arrivals.keeping import private_file
from roster.arrivals.receiving import printable
from roster.fetching import addresses
from roster.fetching.credentials import secret_of
from roster.fetching.failing import NotYet
from roster.fetching.found import Found, Tick, require_size, require_whole
from roster.models import Source
from roster.refusal import Refused

CHUNK = 1 << 20
PATIENCE = (20, 60)  # Seconds to connect in, and between two pieces of the answer.
REDIRECTS = 5
VALIDATORS = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
WORDS = {
    401: "The server doesn't accept the credentials (401). Set them again.",
    403: "The server refuses these credentials the bundle (403). Ask its operator.",
    404: "The server has nothing at this address (404). Look at the address.",
    410: "The server has nothing at this address any more (410). Look at the address.",
}


def look(source: Source, tick: Tick) -> Generator[Found]:
    """Yield the bundle, unless the server says that it didn't change since it was taken."""
    with contextlib.ExitStack() as ending:
        path = ending.enter_context(private_file())
        with _words(source), requests.Session() as session:
            answer = _ask(session, source, _trusted(source, ending))
            if answer.status_code == 304:
                return
            name = _name(answer)
            require_size(name, _length(answer))
            with path.open("wb") as stream:
                for piece in answer.iter_content(CHUNK):
                    tick()
                    stream.write(piece)
                    require_size(name, stream.tell())
        _require_no_page(answer, path)
        require_whole(name, path)
        source.remembered = {
            header: answer.headers[header] for header in VALIDATORS if header in answer.headers
        }
        yield Found(name, path, _written(answer))


def _ask(session: requests.Session, source: Source, verify: bool | str) -> requests.Response:
    """Return the answer, 200 or 304, after redirects that stay on the host."""
    headers = {"Accept-Encoding": "identity", "User-Agent": "Rosterdesk"} | {
        asks: source.remembered[header]
        for header, asks in VALIDATORS.items()
        if header in source.remembered
    }
    address = source.address
    for _ in range(REDIRECTS):
        answer = session.get(
            address,
            headers=headers,
            auth=_Authorization(source),
            allow_redirects=False,
            stream=True,
            timeout=PATIENCE,
            verify=verify,
        )
        if not answer.is_redirect:
            _require_answer(answer)
            return answer
        address = urljoin(address, answer.headers["Location"])
        if _origin(address) != _origin(source.address):
            raise Refused(
                f"The server sends us on to another host ({urlsplit(address).hostname})."
                " Credentials and roster stay with the host that was named; if that other one is"
                " right, make it the address of this source."
            )
        answer.close()
    raise Refused(f"The server redirected more than {REDIRECTS} times. Look at the address.")


def _origin(address: str) -> tuple[str, str | None, int | None]:
    url = urlsplit(address)
    return url.scheme, url.hostname, url.port or addresses.PORTS.get(url.scheme)


class _Authorization(requests.auth.AuthBase):
    """Basic with a user, else a bearer token; never what a `.netrc` of this machine says."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        secret = secret_of(self.source)
        if self.source.credential == Source.Credential.PASSWORD:
            user = self.source.user.encode()
            return requests.auth.HTTPBasicAuth(user, secret.encode())(request)
        if self.source.credential == Source.Credential.TOKEN:
            request.headers["Authorization"] = f"Bearer {secret}"
        return request


def _require_answer(answer: requests.Response) -> None:
    status = answer.status_code
    if status in (200, 304):
        return
    if status in WORDS:
        raise Refused(WORDS[status])
    if status == 429 or status >= 500:
        raise NotYet(
            f"The server has a trouble of its own ({status}). Nothing was changed; it is tried"
            " again."
        )
    raise Refused(f"The server answers {status} instead of a bundle. Look at the address.")


def _require_no_page(answer: requests.Response, path: Path) -> None:
    kind = answer.headers.get("Content-Type", "")
    with path.open("rb") as stream:
        begin = stream.read(512).lstrip().lower()
    if kind.startswith("text/html") or begin.startswith((b"<!doctype", b"<html")):
        raise Refused(
            "The server answers with a web page, perhaps one to sign in at, instead of a zip"
            " file. Look at the address and the credentials."
        )


@contextlib.contextmanager
def _words(source: Source) -> Iterator[None]:
    """Turn what `requests` raises into what a person can do about it."""
    host = urlsplit(source.address).hostname
    try:
        yield
    except requests.exceptions.SSLError as error:
        raise Refused(
            f"The certificate of {host} isn't to be trusted: {_cause(error)}. If the server has a"
            " certificate of your own authority, give that authority's certificate to the source."
        ) from error
    except (requests.exceptions.ConnectionError, requests.exceptions.Timeout) as error:
        raise NotYet(
            f"{host} can't be reached, or hung up in the middle. Nothing was changed; it is tried"
            " again."
        ) from error
    except requests.exceptions.ChunkedEncodingError as error:
        raise NotYet(
            f"{host} hung up in the middle of the bundle. Nothing was changed; it is tried again."
        ) from error
    except (requests.exceptions.RequestException, ValueError) as error:
        raise Refused(f"{host} can't be asked: {type(error).__name__}. Look at the address.") from (
            error
        )


def _cause(error: Exception) -> str:
    text = str(error)
    for sign, words in (
        ("hostname mismatch", "it is for another host"),
        ("IP address mismatch", "it is for another host"),
        ("has expired", "it has expired"),
        ("self-signed", "it is signed by no authority that is known here"),
        ("self signed", "it is signed by no authority that is known here"),
        ("unable to get local issuer", "it is signed by no authority that is known here"),
    ):
        if sign.lower() in text.lower():
            return words
    return "the encrypted connection failed"


def _trusted(source: Source, ending: contextlib.ExitStack) -> bool | str:
    """Return what `requests` verifies with: the source's own authority alone, if it has one."""
    if not source.certificate:
        return True
    file = ending.enter_context(private_file())
    file.write_text(source.certificate)
    return str(file)


def _length(answer: requests.Response) -> int:
    length = answer.headers.get("Content-Length", "")
    return int(length) if length.isdecimal() else 0


def _name(answer: requests.Response) -> str:
    url = urlsplit(answer.url)
    return printable(PurePosixPath(unquote(url.path)).name or url.hostname or "bundle")


def _written(answer: requests.Response) -> datetime | None:
    try:
        written = parsedate_to_datetime(answer.headers.get("Last-Modified", ""))
    except (TypeError, ValueError):
        return None
    return written if written.tzinfo else written.replace(tzinfo=UTC)

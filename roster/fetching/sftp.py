"""Pulls bundles by SFTP from a server whose host key a person has trusted.

The client is asynchronous; each step is run to its end by itself, so that between two steps the
database can be asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import fnmatch
import zipfile
from collections.abc import Awaitable, Generator, Iterator
from pathlib import Path, PurePosixPath
from typing import TypeVar, cast

import asyncssh

from roster.arrivals.keeping import private_file
from roster.arrivals.packing import NO_DATE
from roster.fetching.addresses import Place, parse
from roster.fetching.candidates import Candidate, ready, take
from roster.fetching.credentials import private_key, secret_of
from roster.fetching.failing import NotYet
from roster.fetching.found import Found, Tick, moment, require_size, require_whole
from roster.fetching.host_keys import fingerprint_of, offered, pinned
from roster.models import Source
from roster.refusal import Refused

CHUNK = 1 << 20
PASSWORDS = ["password", "keyboard-interactive"]
PATIENCE = 60.0  # Seconds for one step.
PLAIN = {asyncssh.FILEXFER_TYPE_REGULAR, asyncssh.FILEXFER_TYPE_UNKNOWN}  # Some servers don't say.

Answer = TypeVar("Answer")


def look(source: Source, tick: Tick) -> Generator[Found]:
    """Yield the bundles at the source's path that are new and no longer being written."""
    place = parse(source.address)
    folder, pattern = _split(place.path)
    with _words(source), _Server(source, place) as server:
        found = list(server.candidates(folder, pattern))
        if not found:
            raise Refused(
                f"There is no bundle at {place.path} on {place.host}. Look at the path, and"
                " whether the other system has written one."
            )
        for candidate in ready(found, source.remembered):
            name = candidate.name or PurePosixPath(folder).name
            require_size(name, candidate.size)
            with private_file() as path:
                server.download(folder, candidate, path, tick)
                require_whole(name, path)
                take(candidate, source.remembered)
                yield Found(name, path, moment(candidate.written))


def _split(path: str) -> tuple[str, str]:
    """Return the folder, and the pattern of names in it; of a folder, its CSV files together."""
    folder, _, pattern = path.rpartition("/")
    return folder or "/", pattern


class _Server:
    """The connection, inside `with`: what lies there, and its bytes."""

    def __init__(self, source: Source, place: Place) -> None:
        self.source, self.place = source, place
        self.runner = asyncio.Runner()
        self.closing = contextlib.ExitStack()

    def __enter__(self) -> _Server:
        self.closing.enter_context(self.runner)
        try:
            self.connection = self._run(_connect(self.source, self.place))
            self.closing.callback(self.connection.abort)
            self.client = self._run(self.connection.start_sftp_client())
        except BaseException:
            self.closing.close()
            raise
        return self

    def __exit__(self, *of_error: object) -> None:
        self.closing.close()

    def candidates(self, folder: str, pattern: str) -> Iterator[Candidate]:
        """List what matches; without a pattern, the CSV files in the folder are one bundle."""
        loose = []
        for name, attributes in self._files(folder):
            candidate = Candidate(name, attributes.size or 0, float(attributes.mtime or 0))
            if pattern:
                if fnmatch.fnmatchcase(name, pattern):
                    yield candidate
            elif name.lower().endswith(".zip"):
                yield candidate
            elif name.lower().endswith(".csv"):
                loose.append(candidate)
        if loose:
            yield Candidate("", sum(each.size for each in loose), max(e.written for e in loose))

    def download(self, folder: str, candidate: Candidate, path: Path, tick: Tick) -> None:
        """Write the bundle to `path`; raises `NotYet` if it changed meanwhile."""
        if candidate.name:
            with path.open("wb") as stream:
                for piece in self._pieces(f"{folder}/{candidate.name}", candidate.size, tick):
                    stream.write(piece)
        else:
            self._zip(folder, path, tick)
        pattern = candidate.name and _literal(candidate.name)
        if candidate not in self.candidates(folder, pattern):
            raise NotYet(
                f"“{candidate.name or folder}” changed while it was fetched: it is still being"
                " written. Nothing was imported; it is looked at again."
            )

    def _zip(self, folder: str, path: Path, tick: Tick) -> None:
        files = [each for each in self._files(folder) if each[0].lower().endswith(".csv")]
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, attributes in sorted(files, key=lambda each: each[0]):
                info = zipfile.ZipInfo(name, NO_DATE)
                info.compress_type = zipfile.ZIP_DEFLATED
                with archive.open(info, "w", force_zip64=True) as entry:
                    for piece in self._pieces(f"{folder}/{name}", attributes.size or 0, tick):
                        entry.write(piece)

    def _files(self, folder: str) -> list[tuple[str, asyncssh.SFTPAttrs]]:
        """List the plain files of a folder; names that lead elsewhere are refused."""
        files = []
        for entry in self._run(self.client.readdir(folder)):
            name = str(entry.filename)
            if name in (".", ".."):
                continue
            if "/" in name or "\\" in name or not name.isprintable():
                raise Refused(
                    "The server names a file with a path or a control character in it. Nothing"
                    " was fetched. Ask its operator."
                )
            attributes = self._followed(f"{folder}/{name}", entry.attrs)
            if attributes.type in PLAIN and not name.startswith("."):
                files.append((name, attributes))
        return files

    def _followed(self, path: str, attributes: asyncssh.SFTPAttrs) -> asyncssh.SFTPAttrs:
        """Return what a link on the server leads to: `latest.zip` often is one."""
        if attributes.type == asyncssh.FILEXFER_TYPE_SYMLINK:
            with contextlib.suppress(asyncssh.SFTPError):
                return self._run(self.client.stat(path))
        return attributes

    def _pieces(self, path: str, size: int, tick: Tick) -> Iterator[bytes]:
        file = self._run(self.client.open(path, "rb"))
        offset = 0
        while offset < size and (piece := self._run(file.read(min(CHUNK, size - offset), offset))):
            tick()
            offset += len(piece)
            yield cast(bytes, piece)
        self._run(file.close())
        if offset < size:
            raise NotYet(
                f"The server ended “{PurePosixPath(path).name}” early. Nothing was imported; it"
                " is tried again."
            )

    def _run(self, step: Awaitable[Answer]) -> Answer:
        return self.runner.run(asyncio.wait_for(step, PATIENCE))


def _literal(name: str) -> str:
    """Return the pattern that means this name alone."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


async def _connect(source: Source, place: Place) -> asyncssh.SSHClientConnection:
    secret, kind = secret_of(source), source.credential
    return await asyncssh.connect(
        place.host,
        place.port,
        username=source.user,
        password=secret if kind == Source.Credential.PASSWORD else None,
        client_keys=[private_key(secret)] if kind == Source.Credential.PRIVATE_KEY else None,
        preferred_auth=["publickey"] if kind == Source.Credential.PRIVATE_KEY else PASSWORDS,
        known_hosts=([pinned(source)], [], []),
        # Nothing of the account that we run as: no configuration, agent or keys.
        config=None,
        agent_path=None,
        gss_host=None,
        connect_timeout=20,
        login_timeout=20,
        keepalive_interval=15,
    )


@contextlib.contextmanager
def _words(source: Source) -> Iterator[None]:
    """Turn what the client raises into what a person can do about it."""
    place = parse(source.address)
    host = place.host
    try:
        yield
    except asyncssh.HostKeyNotVerifiable as error:
        shown = fingerprint_of(offered(place))
        raise Refused(
            f"{host} shows another host key ({shown}) than the trusted one"
            f" ({source.fingerprint}). Either it was replaced, or somebody stands in"
            " between; nothing was sent. Ask its operator, then trust the new key."
        ) from error
    except asyncssh.PermissionDenied as error:
        raise Refused(
            f"{host} doesn't accept the user “{source.user}” with this secret"
            f" ({source.credential}). Set it again."
        ) from error
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath) as error:
        raise Refused(f"There is no {place.path} on {host}. Look at the path.") from error
    except asyncssh.SFTPPermissionDenied as error:
        raise Refused(
            f"{host} doesn't let the user “{source.user}” read {place.path}. Ask its operator."
        ) from error
    except (TimeoutError, OSError, asyncssh.Error) as error:
        raise NotYet(
            f"{host} can't be reached, or hung up in the middle ({type(error).__name__})."
            " Nothing was changed; it is tried again."
        ) from error

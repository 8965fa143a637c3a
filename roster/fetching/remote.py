"""A connection to an SFTP server whose host key a person has trusted.

The client is asynchronous; each step is run to its end by itself, so that between two steps the
database can be asked.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Iterator
from pathlib import Path, PurePosixPath
from typing import TypeVar, cast

import asyncssh

from roster.fetching.addresses import Place, parse
from roster.fetching.credentials import private_key, secret_of
from roster.fetching.failing import NotYet
from roster.fetching.found import Tick
from roster.fetching.host_keys import fingerprint_of, offered, pinned
from roster.models import Endpoint
from roster.refusal import Refused

CHUNK = 1 << 20
PASSWORDS = ["password", "keyboard-interactive"]
PATIENCE = 60.0  # Seconds for one step.
PLAIN = {asyncssh.FILEXFER_TYPE_REGULAR, asyncssh.FILEXFER_TYPE_UNKNOWN}  # Some servers don't say.

Answer = TypeVar("Answer")


class Remote:
    """The connection, inside `with`: which files lie there, and their bytes."""

    def __init__(self, endpoint: Endpoint, place: Place) -> None:
        self.endpoint, self.place = endpoint, place
        self.runner = asyncio.Runner()
        self.closing = contextlib.ExitStack()

    def __enter__(self) -> Remote:
        self.closing.enter_context(self.runner)
        try:
            self.connection = self._run(_connect(self.endpoint, self.place))
            self.closing.callback(self.connection.abort)
            self.client = self._run(self.connection.start_sftp_client())
        except BaseException:
            self.closing.close()
            raise
        return self

    def __exit__(self, *of_error: object) -> None:
        self.closing.close()

    def files(self, folder: str) -> list[tuple[str, asyncssh.SFTPAttrs]]:
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

    def pieces(self, path: str, size: int, tick: Tick) -> Iterator[bytes]:
        """Yield so many bytes of a file; raises `NotYet` if it has fewer."""
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

    def send(self, local: Path, folder: str, whole: str, temporary: str, tick: Tick) -> None:
        """Write a file under the second name, and give it the first once it is whole.

        What fails leaves nothing, as far as the server still listens.
        """
        path, partial = f"{folder}/{whole}", f"{folder}/{temporary}"
        try:
            self._write(local, partial, tick)
            try:
                self._run(self.client.posix_rename(partial, path))
            except asyncssh.SFTPOpUnsupported:
                self._run(self.client.rename(partial, path))
        except BaseException:
            with contextlib.suppress(OSError, TimeoutError, asyncssh.Error):
                self._run(self.client.remove(partial))
            raise

    def _write(self, local: Path, path: str, tick: Tick) -> None:
        file = self._run(self.client.open(path, "wb"))
        try:
            with local.open("rb") as stream:
                while piece := stream.read(CHUNK):
                    tick()
                    self._run(file.write(piece))
        finally:
            self._run(file.close())

    def _run(self, step: Awaitable[Answer]) -> Answer:
        return self.runner.run(asyncio.wait_for(step, PATIENCE))


async def _connect(endpoint: Endpoint, place: Place) -> asyncssh.SSHClientConnection:
    secret, kind = secret_of(endpoint), endpoint.credential
    return await asyncssh.connect(
        place.host,
        place.port,
        username=endpoint.user,
        password=secret if kind == Endpoint.Credential.PASSWORD else None,
        client_keys=[private_key(secret)] if kind == Endpoint.Credential.PRIVATE_KEY else None,
        preferred_auth=["publickey"] if kind == Endpoint.Credential.PRIVATE_KEY else PASSWORDS,
        known_hosts=([pinned(endpoint)], [], []),
        # Nothing of the account that we run as: no configuration, agent or keys.
        config=None,
        agent_path=None,
        gss_host=None,
        connect_timeout=20,
        login_timeout=20,
        keepalive_interval=15,
    )


@contextlib.contextmanager
def in_words(endpoint: Endpoint) -> Iterator[None]:
    """Turn what the client raises into what a person can do about it."""
    place = parse(endpoint.address)
    host = place.host
    try:
        yield
    except asyncssh.HostKeyNotVerifiable as error:
        shown = fingerprint_of(offered(place))
        raise Refused(
            f"{host} shows another host key ({shown}) than the trusted one"
            f" ({endpoint.fingerprint}). Either it was replaced, or somebody stands in"
            " between; nothing was sent. Ask its operator, then trust the new key."
        ) from error
    except asyncssh.PermissionDenied as error:
        raise Refused(
            f"{host} doesn't accept the user “{endpoint.user}” with this secret"
            f" ({endpoint.credential}). Set it again."
        ) from error
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath) as error:
        raise Refused(f"There is no {place.path} on {host}. Look at the path.") from error
    except asyncssh.SFTPPermissionDenied as error:
        raise Refused(
            f"{host} doesn't let the user “{endpoint.user}” into {place.path}. Ask its operator."
        ) from error
    except (TimeoutError, OSError, asyncssh.Error) as error:
        raise NotYet(
            f"{host} can't be reached, or hung up in the middle ({type(error).__name__})."
            " Nothing was changed; it is tried again."
        ) from error

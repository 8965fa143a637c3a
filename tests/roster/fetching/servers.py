"""Real servers on loopback: Debian's sshd or asyncssh's, and HTTPS with a certificate made here."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import http.server
import ipaddress
import os
import shutil
import ssl
import subprocess
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.engines import Server, free_port

SSHD = Path("/usr/sbin/sshd")
USER, PASSWORD = "riverside", "correct horse"


# SFTP ---------------------------------------------------------------------------------------


def sshd_program() -> Path | None:
    """Return Debian's sshd, installed by apt where we may; None where it isn't to be had."""
    if not SSHD.exists() and os.geteuid() == 0 and shutil.which("apt-get"):
        wanted = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", "openssh-server"]
        calm = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        for command in (["apt-get", "update", "-qq"], wanted):
            subprocess.run(command, env=calm, capture_output=True, timeout=300, check=False)
    return SSHD if SSHD.exists() and os.geteuid() == 0 else None


@contextlib.contextmanager
def sshd(folder: Path, program: Path) -> Iterator[tuple[int, str]]:
    """Run OpenSSH's server for root with a key; yields its port and the private key."""
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    host, mine = asyncssh.generate_private_key("ssh-ed25519"), new_key()
    (folder / "host").write_bytes(host.export_private_key())
    (folder / "host").chmod(0o600)
    (folder / "authorized").write_bytes(mine.export_public_key())
    port = free_port()
    (folder / "config").write_text(
        f"ListenAddress 127.0.0.1\nPort {port}\nHostKey {folder}/host\nPidFile none\nUsePAM no\n"
        f"AuthorizedKeysFile {folder}/authorized\nStrictModes no\nPasswordAuthentication no\n"
        "PermitRootLogin prohibit-password\nSubsystem sftp internal-sftp\n"
    )
    with Server(
        "sshd",
        [program, "-D", "-e", "-f", folder / "config"],
        port,
        given={"stderr": subprocess.DEVNULL},
    ):
        yield port, mine.export_private_key().decode()


def new_key() -> asyncssh.SSHKey:
    return asyncssh.generate_private_key("ssh-ed25519")


class Interrupting(asyncssh.SFTPServer):
    """Serves a folder; `on_read` may spoil a reading."""

    on_read: Callable[[Interrupting, int], None] | None = None
    invents: tuple[str, ...] = ()  # Names that it lists, though there are no such files.

    def __init__(self, channel: Any, *, root: Path) -> None:
        super().__init__(channel, chroot=str(root).encode())
        self.channel_of = channel

    def read(self, file: Any, offset: int, size: int) -> Any:
        spoil = type(self).on_read
        if spoil:
            spoil(self, offset)
        return super().read(file, offset, size)

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        async for name in super().scandir(path):
            yield name
        for invented in type(self).invents:
            attributes = asyncssh.SFTPAttrs(permissions=0o100644, size=9, mtime=9)
            yield asyncssh.SFTPName(invented.encode(), attrs=attributes)

    def hang_up(self) -> None:
        self.channel_of.get_connection().abort()


class _Accounts(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)


@contextlib.contextmanager
def sftp(
    root: Path,
    key: asyncssh.SSHKey,
    on_read: Callable[[Interrupting, int], None] | None = None,
    invents: tuple[str, ...] = (),
) -> Iterator[int]:
    """Run asyncssh's server with a password over `root`; yields its port."""
    spoiling = {"on_read": staticmethod(on_read) if on_read else None, "invents": invents}
    kind = type("Server", (Interrupting,), spoiling)
    loop, ready = asyncio.new_event_loop(), threading.Event()
    listening: list[Any] = []

    async def serve() -> None:
        listening.append(
            await asyncssh.create_server(
                _Accounts, "127.0.0.1", 0, server_host_keys=[key],
                sftp_factory=lambda channel: kind(channel, root=root),
            )
        )  # fmt: skip
        ready.set()

    def run() -> None:
        loop.run_until_complete(serve())
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(20)
    try:
        yield listening[0].sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(listening[0].close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


# HTTPS --------------------------------------------------------------------------------------


NOTHING = -1


@dataclass
class Page:
    """What the HTTPS server answers with, and what it was asked."""

    content: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    announced: int | None = None  # The length in the header; NOTHING for no such header.
    etag: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)


def certificate(name: str = "localhost", days: int = 30) -> tuple[str, str]:
    """Return a certificate for that name that signs itself, and its key; both PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    if name == "localhost":
        names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=60))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return made.public_bytes(serialization.Encoding.PEM).decode(), pem.decode()


@contextlib.contextmanager
def https(folder: Path, page: Page, pair: tuple[str, str]) -> Iterator[int]:
    """Serve the page over TLS with that certificate and key; yields the port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page.asked.append({"path": self.path, **dict(self.headers.items())})
            if page.etag and self.headers.get("If-None-Match") == page.etag:
                self.send_response(304)
                self.end_headers()
                return
            self.send_response(page.status)
            for name, value in page.headers.items():
                self.send_header(name, value)
            if page.etag:
                self.send_header("ETag", page.etag)
            if page.announced != NOTHING:
                self.send_header("Content-Length", str(page.announced or len(page.content)))
            self.end_headers()
            with contextlib.suppress(OSError):  # The client may have seen enough.
                self.wfile.write(page.content)

        def log_message(self, *args: Any) -> None:
            """Keep the tests' output clean."""

    chain = folder / "server.pem"
    chain.write_text("".join(pair))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()

"""The host keys of SFTP servers: shown as fingerprints, believed only once a person trusts one."""

from __future__ import annotations

import asyncio

import asyncssh

from roster.fetching.addresses import Place
from roster.fetching.failing import NotYet
from roster.models import Endpoint
from roster.refusal import Refused

FAMILIES = (
    ["ssh-ed25519"],
    ["ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"],
    ["rsa-sha2-512", "rsa-sha2-256"],
)
PATIENCE = 20.0


def offered(place: Place, fingerprint: str = "") -> str:
    """Return the public key that the server shows, in OpenSSH's form.

    With a fingerprint, the one of the server's keys that has it, or the first. Raises `NotYet` if
    the server can't be reached.
    """
    keys = []
    for family in FAMILIES:
        key = _ask(place, family)
        if key is None:
            continue
        keys.append(key.export_public_key().decode().strip())
        if not fingerprint or key.get_fingerprint() == fingerprint:
            return keys[-1]
    if not keys:
        raise NotYet(f"{place.host} hangs up, or shows no host key of a kind that is safe today.")
    return keys[0]


def fingerprint_of(key: str) -> str:
    """Return the fingerprint (`SHA256:…`) of a public key, as `ssh-keygen -l` prints it."""
    return asyncssh.import_public_key(key).get_fingerprint()


def pinned(endpoint: Endpoint) -> asyncssh.SSHKey:
    """Return the key that the server must have; raises Refused until one is trusted."""
    if not endpoint.host_key:
        raise Refused(
            "The server's host key isn't trusted yet. Compare the fingerprint of the key that"
            " it shows with what its operator says, then trust it."
        )
    return asyncssh.import_public_key(endpoint.host_key)


def _ask(place: Place, family: list[str]) -> asyncssh.SSHKey | None:
    asking = asyncssh.get_server_host_key(
        place.host, place.port, server_host_key_algs=family, config=None
    )
    try:
        return asyncio.run(asyncio.wait_for(asking, PATIENCE))
    except asyncssh.Error:  # Servers without such a key say so, or hang up.
        return None
    except (OSError, TimeoutError) as error:
        raise NotYet(
            f"{place.host} can't be reached on port {place.port} ({type(error).__name__})."
        ) from error

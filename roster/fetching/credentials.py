"""The secret of a source or destination: kept encrypted with the installation's keys, read only
to sign in there."""

from __future__ import annotations

import ssl

import asyncssh
from cryptography.fernet import InvalidToken

from roster.encryption import cipher
from roster.models import Endpoint
from roster.refusal import Refused

PURPOSE = "the credentials of a source"
ALLOWED = {
    Endpoint.Kind.FOLDER: {Endpoint.Credential.NONE},
    Endpoint.Kind.SFTP: {
        Endpoint.Credential.NONE,
        Endpoint.Credential.PASSWORD,
        Endpoint.Credential.PRIVATE_KEY,
    },
    Endpoint.Kind.HTTPS: {
        Endpoint.Credential.NONE,
        Endpoint.Credential.PASSWORD,
        Endpoint.Credential.TOKEN,
    },
}


def put(endpoint: Endpoint, credential: str, secret: str) -> None:
    """Set the secret, unsaved; raises Refused where it can't be one."""
    secret = secret.strip("\r\n")
    if credential == Endpoint.Credential.PRIVATE_KEY:
        private_key(secret)
    elif credential != Endpoint.Credential.NONE and (not secret or "\n" in secret):
        raise Refused(f"A {credential} is one line, and not an empty one.")
    endpoint.credential = credential
    endpoint.secret = cipher(PURPOSE).encrypt(secret.encode()).decode() if secret else ""


def secret_of(endpoint: Endpoint) -> str:
    """Return the secret, blank if there is none."""
    if not endpoint.secret:
        return ""
    try:
        return cipher(PURPOSE).decrypt(endpoint.secret).decode()
    except InvalidToken:
        raise Refused(
            "This secret was kept with a key that this installation no longer has. Set it again."
        ) from None


def private_key(text: str) -> asyncssh.SSHKey:
    """Read a private key without a passphrase, in OpenSSH's or PEM's form."""
    try:
        return asyncssh.import_private_key(text)
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError, ValueError) as error:
        if "passphrase" in str(error).lower():
            raise Refused(
                "This private key has a passphrase. Give a key without one, made for this server"
                " alone; it is kept encrypted here."
            ) from None
        raise Refused("This is no private key in OpenSSH's or PEM's form.") from None


def require_certificate(text: str) -> None:
    """Refuse what isn't a certificate in PEM's form; blank is none."""
    if not text:
        return
    try:
        ssl.create_default_context(cadata=text)
    except (ssl.SSLError, ValueError):
        raise Refused(
            "The certificate isn't one in PEM's form (-----BEGIN CERTIFICATE-----)."
        ) from (None)

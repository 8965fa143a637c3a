"""Encrypts with the installation's keys what the database holds but nobody may read there.

Each purpose has keys of its own, derived from SECRET_KEY; what was encrypted with a key that has
become a fallback can still be read.
"""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def cipher(purpose: str) -> MultiFernet:
    """Return what encrypts for that purpose, and raises `InvalidToken` for what isn't its own."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(str(key), f"rosterdesk: {purpose}")) for key in keys])


def _derived(key: str, purpose: str) -> bytes:
    digest = hashlib.blake2b(purpose.encode(), key=key.encode()[:64], digest_size=32).digest()
    return base64.urlsafe_b64encode(digest)

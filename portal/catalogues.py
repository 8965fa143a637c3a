"""Compiles the catalogues of translations, which are kept as text.

GNU gettext's tools are on few machines, and what they make doesn't belong among sources. So the
first process that needs a catalogue compiles it into the data folder, below a name made of what
the catalogues say: it is never stale, and two releases on one folder don't meet.
"""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

SOURCES = Path(__file__).resolve().parent / "locale"


def compiled(folder: Path) -> Path:
    """Return where in `folder` the catalogues lie compiled, as `LOCALE_PATHS` wants them."""
    sources = sorted(SOURCES.glob("*/LC_MESSAGES/django.po"))
    known = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    place = folder / known
    for source in sources:
        target = (place / source.relative_to(SOURCES)).with_suffix(".mo")
        if not target.exists():
            _compile(source, target)
    return place


def _compile(source: Path, target: Path) -> None:
    # Reading what is compiled needs none of this.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with source.open("rb") as lines:
        catalogue = read_po(lines)
    target.parent.mkdir(parents=True, exist_ok=True)
    # Processes of several containers may have the same number.
    draft = target.with_suffix(f".{secrets.token_hex(8)}")
    with draft.open("wb") as file:
        write_mo(file, catalogue)
    draft.replace(target)

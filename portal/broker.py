"""The embedded broker: kombu's letters in a folder, written so that nobody finds half of one.

kombu writes a letter where others look for it. A worker that finds it a moment too early can't
read it, and ends; an address list that was cut off by a kill ends every worker from then on. Here
both are written beside, and appear by being renamed. Letters are taken in the order of their
names, so these have leading zeros.
"""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from time import monotonic
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps

NAME = "filesystem"


class Channel(filesystem.Channel):  # type: ignore[misc]
    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{round(monotonic() * 1000):012}_{uuid.uuid4()}.{queue}.msg"
        appear(Path(self.data_folder_out) / name, payload)

    def _queue_bind(self, exchange: str, *names: Any) -> None:
        path = Path(self.control_folder) / f"{exchange}.exchange"
        known = self.get_table(exchange)
        binding = [each or "" for each in names]
        if binding not in [list(each) for each in known]:
            path.parent.mkdir(exist_ok=True)
            appear(path, [binding, *known])

    def get_table(self, exchange: str) -> list[Any]:
        """Return who gets what is sent; nobody, where the list can't be read."""
        try:
            return list(super().get_table(exchange))
        except ValueError:
            return []


class Transport(filesystem.Transport):  # type: ignore[misc]
    Channel = Channel


def appear(path: Path, content: Any) -> None:
    """Write a file as a whole, in the place of the one that is there."""
    draft = path.parent / f"{uuid.uuid4()}.draft"
    draft.write_text(dumps(content))
    os.replace(draft, path)


def use() -> None:
    """Have kombu take this transport for its own of that name."""
    TRANSPORT_ALIASES[NAME] = f"{__name__}:Transport"

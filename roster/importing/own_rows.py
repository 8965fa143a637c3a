"""The district's own rows, laid over a bundle's cells before these are read.

So they pass through everything that the system's cells pass through, and there is one way in.
What the system sends is kept with them: it comes back when they end, and is compared with what
it sent before, to tell when it has caught up with the district or says something else by now.
"""

from __future__ import annotations

import re
from dataclasses import replace

from roster.importing.findings import Findings
from roster.importing.manifest import Bundle
from roster.importing.parts import Lines, Part
from roster.models import Organization, OwnRow


class Over:
    """The own rows of one file of a bundle, and what was sent in their place."""

    def __init__(self, rows: dict[str, OwnRow], part: Part) -> None:
        self.rows = rows
        self.part = part
        self.sent: dict[str, dict[str, str] | None] = {}
        self.last_row = 0

    def laid(self, lines: Lines) -> Lines:
        """Yield a file's lines, heads first, with own cells in their places and own rows last.

        A line that doesn't fit the heads is left alone: nobody can tell its cells apart.
        """
        number, heads = next(lines, (0, []))
        if not heads:
            return
        width, places = len(heads), _places(heads)
        columns = {name for own in self.rows.values() for name in own.cells}
        for name in sorted(columns, key=lambda name: (name.startswith("metadata."), name)):
            if _plain(name) not in places:
                places[_plain(name)] = len(heads)
                heads = [*heads, name]
        yield number, heads
        self.sent = dict.fromkeys(self.rows)
        at, head = places.get("sourcedid", 0), number
        for number, line in lines:
            if len(line) == width:
                line = line + [""] * (len(heads) - width)
                own = self.rows.get(line[at].strip())
                if own is not None:
                    self.sent[own.sourced_id] = {
                        name: line[places[_plain(name)]].strip() for name in own.cells
                    }
                    _lay(line, own, places)
            yield number, line
        self.last_row = number
        # A file without rows says nothing; with own rows alone, all others would be retired.
        if number > head:
            yield from self._added(number, len(heads), places)

    def _added(self, number: int, width: int, places: dict[str, int]) -> Lines:
        """Yield the rows that the system doesn't send; a delta says nothing of those."""
        if self.part.mode == "delta":
            return
        for sourced_id, own in self.rows.items():
            if self.sent[sourced_id] is None and own.sent is None:
                line = [""] * width
                line[places.get("sourcedid", 0)] = sourced_id
                _lay(line, own, places)
                number += 1
                yield number, line

    def tell(self, findings: Findings) -> None:
        """Add findings about rows that the system sends by now, otherwise or no longer."""
        findings.last_rows[self.part.file.filename] = self.last_row
        for sourced_id, now in self.sent.items():
            own = self.rows[sourced_id]
            if now is None:
                if own.sent is not None and self.part.mode == "bulk":
                    self._add(findings, "own-row-gone", own)
            elif _alike(now, own.cells):
                self._add(findings, "own-row-caught-up", own)
            elif not _alike(now, own.sent):
                self._add(findings, "own-row-contradicted", own)

    def _add(self, findings: Findings, code: str, own: OwnRow) -> None:
        findings.add(
            code,
            self.part.file.filename,
            sourced_id=own.sourced_id,
            columns=", ".join(sorted(own.cells)),
            by=own.by_name,
        )

    def keep(self) -> None:
        """Keep what was sent; of a row that is no longer sent, what was sent last."""
        for sourced_id, now in self.sent.items():
            own = self.rows[sourced_id]
            if now is not None and now != own.sent:
                OwnRow.objects.filter(pk=own.pk).update(sent=now)


class OwnRows:
    """The own rows of an organization that hold today."""

    def __init__(self, organization: Organization) -> None:
        self.overs: list[Over] = []
        self.by_file: dict[str, dict[str, OwnRow]] = {}
        rows = organization.own_rows.filter(ended=None, until__gte=organization.today())
        for own in rows.order_by("file", "sourced_id"):
            self.by_file.setdefault(own.file, {})[own.sourced_id] = own

    def laid_over(self, bundle: Bundle) -> Bundle:
        """Return the bundle with these rows laid over its files."""
        return replace(bundle, parts=[self._over(part) for part in bundle.parts])

    def _over(self, part: Part) -> Part:
        rows = self.by_file.get(part.file.name)
        if not rows:
            return part
        over = Over(rows, part)
        self.overs.append(over)
        return replace(part, over=over.laid)

    def tell(self, findings: Findings) -> None:
        for over in self.overs:
            over.tell(findings)

    def keep(self) -> None:
        for over in self.overs:
            over.keep()


def _alike(one: dict[str, str], other: dict[str, str] | None) -> bool:
    """Return whether cells say the same, in whatever letter case."""
    if other is None or one.keys() != other.keys():
        return False
    return all(cell.lower() == other[name].lower() for name, cell in one.items())


def _places(heads: list[str]) -> dict[str, int]:
    """Return where each column stands, the first of two, by its name without letter case."""
    found: dict[str, int] = {}
    for at, name in enumerate(heads):
        found.setdefault(_plain(name), at)
    return found


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9.]", "", name.lower()).removesuffix("s")


def _lay(line: list[str], own: OwnRow, places: dict[str, int]) -> None:
    for name, cell in own.cells.items():
        line[places[_plain(name)]] = cell

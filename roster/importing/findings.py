"""The findings of an import, collected while a bundle is read.

Grouping by code, file and column keeps a bundle with a million faults readable: the first ones
of a group are kept with row and value, the rest are counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from roster.importing.rules import ERROR, NOTICE, REFUSE, RULES, WARNING, Outcome
from roster.models import Finding, Import
from roster.refusal import Refused

KEPT = 20
MOST_GROUPS = 2_000  # Beyond these, further columns of a file are counted together.
VALUE_LENGTH = 120
OF_PACKAGES = (
    "package-",
    "zip-",
    "manifest-",
    "version-",
    "bulk-or-delta",
    "file-name",
    "file-letter-case",
    "file-ignored",
    "file-of-other-version",
    "file-needed",
    "column-order",
)
"""How the codes begin of what is found before a file's rows are read."""
CONTROLS = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421}
"""Unicode's pictures of the signs that terminals obey."""
NAMED = 3  # Kinds of faults that a strict refusal names.


@dataclass(slots=True)
class Group:
    """All occurrences of one code in one column of one file."""

    occurrences: int = 0
    kept: list[Finding] = field(default_factory=list)


class Findings:
    """Collects findings while a bundle is read; memory is bounded by codes and columns."""

    def __init__(self, *, strict: bool = False) -> None:
        self.version = ""
        self.strict = strict
        self.last_rows: dict[str, int] = {}  # Of files with rows of the district's own behind them.
        self._groups: dict[tuple[str, str, str], Group] = {}
        self._refusing: Counter[tuple[str, str]] = Counter()

    def add(
        self,
        code: str,
        file: str,
        *,
        row: int | None = None,
        column: str = "",
        value: str = "",
        sourced_id: str = "",
        times: int = 1,
        **facts: str,
    ) -> Outcome:
        """Count one more; keep it if it is among the first and says where. Never pass a password.

        Returns what is to be done about it. What refuses a bundle is also remembered for `judge`.
        """
        rule = RULES[code]
        group = self._group(code, file, column[:255])
        group.occurrences += times
        outcome = rule.outcome(self.strict, self.version)
        if outcome is REFUSE:
            self._refusing[file, code] += times
        if len(group.kept) < KEPT and not (group.kept and row is None and not value):
            facts.setdefault("version", self.version)
            group.kept.append(
                Finding(
                    code=code,
                    severity=rule.gravity(self.strict, self.version),
                    file=clean(file)[:255],
                    row=row,
                    column=clean(column)[:255],
                    value=shorten(value),
                    sourced_id=sourced_id[:255],
                    message=clean(rule.message.format(file=file, column=column, **facts)),
                )
            )
        return outcome

    def has(self, code: str, file: str) -> bool:
        return any(key[:2] == (code, file) for key in self._groups)

    def _group(self, code: str, file: str, column: str) -> Group:
        group = self._groups.get((code, file, column))
        if group is None:
            if len(self._groups) >= MOST_GROUPS:
                column = ""
            group = self._groups.setdefault((code, file, column), Group())
        return group

    def refuse(self, code: str, file: str = "", **facts: str) -> Refused:
        """Count one that a bundle is refused for, and return the refusal in words, to raise."""
        self.add(code, file, row=None, times=1, **facts)
        rule, facts = RULES[code], {"version": self.version, **facts}
        return Refused(clean(f"{rule.message.format(file=file, **facts)} {rule.cure}"))

    def judge(self) -> None:
        """Raise `Refused` if anything was found that this import doesn't let pass."""
        if not self._refusing:
            return
        worst = self._refusing.most_common(NAMED)
        named = "; ".join(
            f"{clean(file) or 'the bundle'}: {code} ({times:,} ×)" for (file, code), times in worst
        )
        more = len(self._refusing) - len(worst)
        raise Refused(
            f"The bundle breaks rules of OneRoster's CSV binding: {named}"
            + (f"; and {more} more kinds" if more else "")
            + ". Nothing was imported; list_findings tells each place."
        )

    def join(self, other: Findings) -> None:
        """Add all that others hold."""
        self._refusing.update(other._refusing)
        for (code, file, column), found in other._groups.items():
            group = self._group(code, file, column)
            group.occurrences += found.occurrences
            group.kept += found.kept[: KEPT - len(group.kept)]

    def save(self, of_import: Import) -> None:
        """Store them under an import, gravest first."""
        Finding.objects.bulk_create(self.rows(of_import), batch_size=500)

    def rows(self, of_import: Import) -> list[Finding]:
        """Return them as rows of an import, gravest first."""
        return list(self._numbered(of_import))

    def take(self, known: Iterable[Finding]) -> None:
        """Take over what another import found in the same files, beside what is found of these.

        What was found of names and manifest isn't taken: it may be otherwise tonight.
        """
        found = set(self._groups)
        for finding in known:
            key = (finding.code, finding.file, finding.column)
            if key in found or finding.code.startswith(OF_PACKAGES):
                continue
            group = self._group(*key)
            group.occurrences = finding.occurrences
            finding.pk, finding._state.adding = None, True
            group.kept.append(finding)

    def _numbered(self, of_import: Import) -> Iterator[Finding]:
        order = {ERROR.value: 0, WARNING.value: 1, NOTICE.value: 2}
        for group in sorted(self._groups.values(), key=lambda group: order[group.kept[0].severity]):
            for finding in group.kept:
                if finding.row and finding.row > self.last_rows.get(finding.file, finding.row):
                    finding.row = None
                finding.of_import = of_import
                finding.occurrences = group.occurrences
                yield finding


def clean(text: str) -> str:
    """Return text that every database takes; names of files may hold bytes that are no text."""
    return text.encode("utf-8", "replace").decode().replace("\0", "�")


def shorten(value: str) -> str:
    """Return a value as findings show it: one line, 120 characters at most."""
    line = clean(" ".join(value[: VALUE_LENGTH * 2].split())).translate(CONTROLS)
    return line if len(line) <= VALUE_LENGTH else line[: VALUE_LENGTH - 1] + "…"

"""A row of the table of findings, and the words in which the table is written."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from roster.models import Finding

ERROR, WARNING, NOTICE = (
    Finding.Severity.ERROR,
    Finding.Severity.WARNING,
    Finding.Severity.NOTICE,
)


class Outcome(StrEnum):
    """What is done about a finding."""

    ACCEPT = "accept"
    WARN = "warn"
    VALUE_OUT = "leave the value out"
    ROW_OUT = "leave the row out"
    REFUSE = "refuse"


ACCEPT, WARN, VALUE_OUT, ROW_OUT, REFUSE = Outcome
USUAL = {NOTICE: ACCEPT, WARNING: WARN, ERROR: ROW_OUT}


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of finding; the message is filled in with the facts given at the spot.

    `message` says what it means, `cure` what to do at the source. Without `lenient` the severity
    says what is done; without `strict`, or in the version in which it is `free`, the same is done
    in a strict import.
    """

    severity: Finding.Severity
    message: str
    cure: str
    lenient: Outcome | None = None
    strict: Outcome | None = None
    free: str = ""

    def outcome(self, strict: bool = False, version: str = "") -> Outcome:
        lenient = self.lenient or USUAL[self.severity]
        judged = strict and not (version and version == self.free)
        return (self.strict or lenient) if judged else lenient

    def gravity(self, strict: bool = False, version: str = "") -> Finding.Severity:
        """Return the severity; what refuses a bundle is an error."""
        return ERROR if self.outcome(strict, version) is REFUSE else self.severity


def refusal(message: str, cure: str) -> Rule:
    """Return the rule of what no bundle may have."""
    return Rule(ERROR, message, cure, REFUSE)


def error(message: str, cure: str, lenient: Outcome | None = None, *, binding: bool = True) -> Rule:
    """Return an error; `binding`: it breaks the CSV binding, so that strict imports refuse it."""
    return Rule(ERROR, message, cure, lenient, REFUSE if binding else None)


def warning(
    message: str, cure: str, lenient: Outcome | None = None, *, binding: bool = True
) -> Rule:
    return Rule(WARNING, message, cure, lenient, REFUSE if binding else None)


def notice(message: str, cure: str, *, binding: bool = True, free: str = "") -> Rule:
    return Rule(NOTICE, message, cure, None, REFUSE if binding else None, free)

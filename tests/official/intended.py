"""Where our documents differ from the official ones on purpose, and why; README tells the same."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from tests.official.comparing import Difference


@dataclass(frozen=True, slots=True)
class Intended:
    """Differences of a kind at places of that form (`*` is anything), and the reason.

    `ours` says whether they are ours alone (True), the official file's alone (False), or either.
    """

    kind: str
    where: str
    reason: str
    ours: bool | None = None

    def covers(self, difference: Difference) -> bool:
        told = difference.ours is not None
        both = told and difference.theirs is not None
        return (
            self.kind == difference.kind
            and (self.ours is None or (not both and self.ours == told))
            and fnmatchcase(difference.where, self.where)
        )


PASSWORDS = "passwords are never told"
ALTERNATIVES = "any one scope is enough, which OpenAPI writes as alternatives"
BODY = "reads have no body that could be wrong"
LINKS = "the pages' addresses stand in the Link header, which is declared instead"
ALWAYS_THERE = "a list that belongs to nothing is always there"
PARENTS = "an unknown parent in the path is 404, as the operations' own words demand"
CONDITIONAL = "conditional requests: ETag, If-None-Match, If-Match"
BUSY = "nothing is published yet, or the service is busy; Retry-After says for how long"
BUNDLE = "a vendor without a REST client fetches the same data as one bulk bundle"
MOST = "a page has a maximum, above which it is refused instead of cut"

INTENDED = (
    Intended("property", "UserDType password", PASSWORDS, False),
    Intended("property", "CredentialDType password", PASSWORDS, False),
    Intended("scopes together", "GET *", ALTERNATIVES),
    Intended("status", "GET * 422", BODY, False),
    Intended("links", "GET * 200", LINKS),
    Intended("status", "GET /resources 404", ALWAYS_THERE, False),
    Intended("status", "GET /*/{*}/* 404", PARENTS, True),
    Intended("status", "GET * 304", CONDITIONAL, True),
    Intended("status", "* 412", CONDITIONAL, True),
    Intended("header", "GET * 200 ETag", CONDITIONAL, True),
    Intended("header", "GET * 200 Link", LINKS, True),
    Intended("status", "* 503", BUSY, True),
    Intended("header", "* 429 Retry-After", BUSY, True),
    Intended("header", "* 401 WWW-Authenticate", "what is wrong with the token", True),
    Intended("operation", "GET /bundle", BUNDLE, True),
    Intended("parameter", "GET * query limit schema.maximum", MOST, True),
)


def reason_for(difference: Difference) -> str | None:
    """Return why a difference is intended; None if it isn't."""
    return next((each.reason for each in INTENDED if each.covers(difference)), None)

"""Tells sentences that were kept, in English, in the language of whoever reads them.

What an import found, or why a refresh waits, is kept as a sentence, so that command, export and
e-mail of any day say the same. Each was made of one of these templates: the one that fits gives
the facts back, and its translation takes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from string import Formatter

from django.utils.translation import get_language, gettext

from roster.importing import holds as of_imports
from roster.importing.rules import RULES
from roster.publishing import holding as of_refreshes

WORDS = {"title", "what", "word"}
"""The facts that are words of ours, and no names."""

OTHERS = (
    "Approved by {who}.",
    "Discarded by {who}.",
    "Cancelled by {who}.",
    "Superseded by the next refresh.",
    "Superseded by import {number}.",
    "It stopped before it was done.",
    "It was cancelled.",
    "It failed unexpectedly.",
    "The import failed: {cause}. Nothing was changed.",
    "The import stopped before it was done. Nothing was changed.",
    "The import failed {times} times: {cause}.",
    "The worker ended {times} times before the work was done.",
    "It failed {times} times; the reason is in the log.",
    "Attempt {number} of {most} failed; it will be tried again.",
    "Its import ended before it was done, again and again.",
    "Waiting for the import that is running",
    "Waiting for the refresh that is running",
    "Reading what there is to publish",
    "Checking references",
    "Deriving the hierarchy",
    "Ready for {number} of {most} vendors",
    "The connection was changed meanwhile. Look at it, and try again.",
)
"""What jobs, imports and refreshes say of their end and of where they are."""


def templates() -> list[tuple[str, ...]]:
    """Return every template; one that is kept as several sentences as all of these."""
    reasons = [*of_imports.REASONS.values(), *of_refreshes.REASONS.values(), *OTHERS]
    rules = [(rule.message,) for rule in RULES.values()]
    whole = [(rule.message, rule.cure) for rule in RULES.values()]
    return [*((each,) for each in reasons), *rules, *whole]


def retold(sentence: str) -> str:
    """Return the sentence in the active language; as it is where nothing is known of it."""
    language = get_language() or "en"
    return sentence if language == "en" or not sentence else _retold(sentence, language)


@lru_cache(2000)
def _retold(sentence: str, language: str) -> str:
    if (whole := gettext(sentence)) != sentence:
        return whole
    for pattern, parts in _patterns():
        if found := pattern.fullmatch(sentence):
            facts = {
                name: gettext(value) if name in WORDS else value
                for name, value in found.groupdict().items()
            }
            return " ".join(gettext(part).replace(":,}", "}").format(**facts) for part in parts)
    return sentence


@cache
def _patterns() -> list[tuple[re.Pattern[str], tuple[str, ...]]]:
    return [
        (re.compile("".join(_pieces(" ".join(parts))), re.DOTALL), parts) for parts in templates()
    ]


def _pieces(template: str) -> Iterator[str]:
    known: set[str] = set()
    for plain, name, _spec, _conversion in Formatter().parse(template):
        yield re.escape(plain)
        if name:
            yield f"(?P={name})" if name in known else f"(?P<{name}>.*?)"
            known.add(name)

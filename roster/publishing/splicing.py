"""The parts of a changed list: those in which nothing changed are taken over as they are."""

from __future__ import annotations

import numpy as np

from roster.publishing.comparing import places
from roster.publishing.lists import PART, List, Numbers, Reference, joined, store


def spliced(
    organization: int, parts: list[Reference], before: List, entries: List
) -> list[Reference]:
    """Return what names the parts of `entries`; `parts` are those of the list `before`.

    Both are in the same order, so that what stands between two kept entries is between them
    in both lists.
    """
    if not parts:
        return store(organization, entries)
    at = places(entries.records, before.records)
    ends = np.cumsum([size for _, size, _ in parts])
    cuts = np.searchsorted(np.maximum.accumulate(at), ends) if len(at) else np.zeros_like(ends)
    cuts[-1] = len(entries)
    same = np.concatenate([[0], np.cumsum(_is_same(at, before, entries))])
    found: list[Reference | None] = []
    runs: list[tuple[int, int]] = []
    start = 0
    for part, end in zip(parts, cuts.tolist(), strict=True):
        if end - start == part[1] and same[end] - same[start] == end - start:
            found.append(part)
        elif end > start:
            if found and found[-1] is None:
                runs[-1] = runs[-1][0], end
            else:
                found.append(None)
                runs.append((start, end))
        start = end
    fresh = _stored(organization, entries, runs)
    return [ref for each in found for ref in ([each] if each else fresh.pop(0))]


def _is_same(at: Numbers, before: List, entries: List) -> Numbers:
    known = at >= 0
    same = known.copy()
    same[known] = (before.documents[at[known]] == entries.documents[known]) & (
        before.stamps[at[known]] == entries.stamps[known]
    )
    return same.astype(np.int64)


def _stored(organization: int, entries: List, runs: list[tuple[int, int]]) -> list[list[Reference]]:
    """Write stretches of a list as parts of about the same size; return those of each."""
    shares = [_shares(end - start) for start, end in runs]
    sizes = [size for each in shares for size in each]
    stretches = joined([entries.take(slice(start, end)) for start, end in runs])
    written = iter(store(organization, stretches, sizes)) if sizes else iter(())
    return [[next(written) for _ in each] for each in shares]


def _shares(size: int) -> list[int]:
    count = max(1, round(size / PART))
    return [size * (n + 1) // count - size * n // count for n in range(count)]

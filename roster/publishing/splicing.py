"""The parts of a changed list: those in which nothing changed are taken over as they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from roster.publishing.comparing import Flags, places
from roster.publishing.lists import PART, List, Parts, Reference, joined

Ends = NDArray[np.int64]


def spliced(writer: Parts, parts: list[Reference], before: List, entries: List) -> list[Reference]:
    """Return what names the parts of `entries`; `parts` are those of the list `before`.

    Both are in the same order, so that what stands between two kept entries is between them
    in both lists.
    """
    if not parts:
        return writer.store(entries)
    at = places(entries.records, before.records)
    known = at >= 0
    same = known.copy()
    same[known] = (before.documents[at[known]] == entries.documents[known]) & (
        before.stamps[at[known]] == entries.stamps[known]
    )
    ends = np.searchsorted(np.maximum.accumulate(at), _ends(parts)) if len(at) else 0 * _ends(parts)
    ends[-1] = len(entries)
    whole = np.diff(ends, prepend=0) == [size for _, size, _ in parts]
    return _kept(writer, parts, entries, ends, whole & (_within(~same, ends) == 0))


def edited(
    writer: Parts, parts: list[Reference], entries: List, stay: Flags, other: Flags
) -> list[Reference]:
    """Return what names the parts of a list of which only the entries that `stay` are left.

    `other` are the entries that changed; both are about the list whose parts these are.
    """
    ends = _within(stay, _ends(parts)).cumsum()
    return _kept(writer, parts, entries, ends, _within(~stay | other, _ends(parts)) == 0)


def _ends(parts: list[Reference]) -> Ends:
    return np.cumsum([size for _, size, _ in parts])


def _within(flags: Flags, ends: Ends) -> Ends:
    """Return how many of the flags are set in each stretch between these ends."""
    sums = np.concatenate([[0], np.cumsum(flags)])
    return np.diff(sums[ends], prepend=0)


def _kept(
    writer: Parts, parts: list[Reference], entries: List, ends: Ends, keep: Flags
) -> list[Reference]:
    """Return the parts that are kept, and between them new ones of the other stretches."""
    if len(parts) > 2 * (len(entries) // PART + 1):
        return writer.store(entries)
    found: list[Reference | None] = []
    runs: list[tuple[int, int]] = []
    start = 0
    for part, end, is_kept in zip(parts, ends.tolist(), keep.tolist(), strict=True):
        if is_kept:
            found.append(part)
        elif end > start and found and found[-1] is None:
            runs[-1] = runs[-1][0], end
        elif end > start:
            found.append(None)
            runs.append((start, end))
        start = end
    fresh = _stored(writer, entries, runs)
    return [ref for each in found for ref in ([each] if each else fresh.pop(0))]


def _stored(writer: Parts, entries: List, runs: list[tuple[int, int]]) -> list[list[Reference]]:
    """Write stretches of a list as parts of about the same size; return those of each."""
    shares = [_shares(end - start) for start, end in runs]
    sizes = [size for each in shares for size in each]
    stretches = joined([entries.take(slice(start, end)) for start, end in runs])
    written = iter(writer.store(stretches, sizes)) if sizes else iter(())
    return [[next(written) for _ in each] for each in shares]


def _shares(size: int) -> list[int]:
    count = max(1, round(size / PART))
    return [size * (n + 1) // count - size * n // count for n in range(count)]

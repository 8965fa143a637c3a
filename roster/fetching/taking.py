"""Takes what a source has: one look, by one process, each new bundle recorded once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing

from django.db import transaction
from django.utils.module_loading import import_string

from roster import audit
from roster.clock import clock
from roster.fetching.alone import Visit, alone
from roster.fetching.candidates import LOOKING
from roster.fetching.failing import Unfinished
from roster.fetching.found import Found, Way
from roster.fetching.recording import record
from roster.models import Arrival, Import, Source
from roster.refusal import Refused

# By name, as only who fetches by SFTP should wait until its library is loaded.
WAYS = {
    Source.Kind.FOLDER: "roster.fetching.folder.look",
    Source.Kind.SFTP: "roster.fetching.sftp.look",
    Source.Kind.HTTPS: "roster.fetching.https.look",
}

Progress = Callable[[int, str], None]


def fetch(
    source: Source, *, by: audit.Actor, again: bool = False, progress: Progress | None = None
) -> list[Arrival]:
    """Look once at the source and return what came in: none, one, or several, oldest first.

    Raises `Refused` with what to do; `NotYet` where the same look may succeed soon, as while a
    file is being written. The reason stays with the source until a look succeeds. `again` takes
    what was taken before, too.
    """
    came: list[Arrival] = []
    look: Way = import_string(WAYS[Source.Kind(source.kind)])
    with alone(source) as mine, ExitStack() as ending:

        def tick() -> None:
            mine.tick()
            if progress:
                progress(50, f"Fetching from {source}")

        if again:  # What was taken is forgotten; not what an earlier look saw being written.
            source.remembered = {
                name: seen for name, seen in source.remembered.items() if name == LOOKING
            }
        try:
            for found in ending.enter_context(closing(look(source, tick))):
                came.append(_take(mine, source, found, by, again))
        except Refused as refusal:
            mine.save(remembered=source.remembered, problem=str(refusal))
            raise
        mine.save(remembered=source.remembered, looked=clock(), problem="")
    looking = source.remembered.get(LOOKING)
    if looking and not came:
        raise Unfinished(
            f"New in {source}: {len(looking)}. A bundle is taken once two looks have seen it with"
            " the same size and time, as it may still be written."
        )
    return came


def _take(mine: Visit, source: Source, found: Found, by: audit.Actor, again: bool) -> Arrival:
    """Record what was found, and with it that it was taken: both, or neither."""
    mine.tick()
    try:
        with transaction.atomic():
            arrival = record(
                source.organization,
                found.path,
                name=found.name,
                by=by,
                source=source,
                written=found.written,
                again=frozenset(Import.State.values) if again else frozenset(),
            )
            mine.save(remembered=source.remembered)
    except Refused:
        source.refresh_from_db(fields=["remembered"])
        raise
    return arrival

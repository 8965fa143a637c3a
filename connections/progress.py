"""How far a run has come in each of its lists, noted so that requests side by side lose nothing.

Written at once is what decides to which run a request belongs: that a list was begun, that it
was given beyond its first page, or to its end, and each page while two runs are in the same
list. The other pages are noted with the request log's next batch, so that they cost no writing.
"""

from __future__ import annotations

import json
import threading
from hashlib import blake2b
from typing import TypedDict

from django.db import connection as database

from connections.models import Run
from roster.database import prepared


class Progress(TypedDict):
    """What a run has given of one list.

    `begun` is the organization's last number when its first page was asked; `upto` the offset
    that follows what was given; `beyond` whether more than the first page was, `whole` whether
    the list was given to its end.
    """

    begun: int
    upto: int
    beyond: bool
    whole: bool


def mark(text: str) -> str:
    """Return the short word by which a list or a token is remembered: a filter may name a child."""
    return blake2b(text.encode("utf-8", "replace"), digest_size=6).hexdigest()


POSTGRESQL = """
   SET lists = jsonb_set(lists, ARRAY[%(mark)s], jsonb_build_object(
       'begun', CASE WHEN %(beyond)s
            THEN coalesce((lists #>> ARRAY[%(mark)s, 'begun'])::bigint, %(begun)s)
            ELSE %(begun)s END,
       'upto', greatest((lists #>> ARRAY[%(mark)s, 'upto'])::bigint, %(upto)s),
       'beyond', coalesce((lists #>> ARRAY[%(mark)s, 'beyond'])::boolean, false) OR %(beyond)s,
       'whole', coalesce((lists #>> ARRAY[%(mark)s, 'whole'])::boolean, false) OR %(whole)s))
 WHERE id = %(run)s
"""

SQLITE = """
   SET lists = json_set(lists, '$.' || %(name)s, json_object(
       'begun', CASE WHEN %(beyond)s
            THEN coalesce(json_extract(lists, '$.' || %(name)s || '.begun'), %(begun)s)
            ELSE %(begun)s END,
       'upto', max(coalesce(json_extract(lists, '$.' || %(name)s || '.upto'), 0), %(upto)s),
       'beyond', json(CASE WHEN json_extract(lists, '$.' || %(name)s || '.beyond') OR %(beyond)s
            THEN 'true' ELSE 'false' END),
       'whole', json(CASE WHEN json_extract(lists, '$.' || %(name)s || '.whole') OR %(whole)s
            THEN 'true' ELSE 'false' END)))
 WHERE id = %(run)s
"""


def note(run: int, name: str, progress: Progress) -> None:
    """Add what was given of the list of that mark to a run, in one statement."""
    sql = POSTGRESQL if database.vendor == "postgresql" else SQLITE
    values: dict[str, int | str] = {
        "begun": progress["begun"],
        "upto": progress["upto"],
        "beyond": progress["beyond"],
        "whole": progress["whole"],
        "run": run,
        "mark": name,
        "name": f'"{name}"',
    }
    with prepared.cursor() as cursor:
        cursor.execute(f"UPDATE {Run._meta.db_table} {sql}", values)


def note_token(run: int, token: str) -> None:
    """Add the mark of a token to those that a run was seen with, in one statement."""
    if database.vendor == "postgresql":
        sql = "SET tokens = tokens || %s::jsonb WHERE id = %s AND NOT tokens @> %s::jsonb"
        values: list[int | str] = [json.dumps([token]), run, json.dumps([token])]
    else:
        sql = "SET tokens = json_insert(tokens, '$[#]', %s) WHERE id = %s AND instr(tokens, %s) = 0"
        values = [token, run, token]
    with database.cursor() as cursor:
        cursor.execute(f"UPDATE {Run._meta.db_table} {sql}", values)


class Later:
    """Pages that wait for the request log's next batch, the furthest of each run and list."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[int, str], Progress] = {}
        self._lock = threading.Lock()

    def put(self, run: int, name: str, progress: Progress) -> None:
        with self._lock:
            before = self._waiting.get((run, name))
            if before is None or before["upto"] < progress["upto"]:
                self._waiting[run, name] = progress

    def write(self) -> None:
        """Note what waits, in one order, so that two processes wait for each other's rows."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        for (run, name), progress in sorted(waiting.items(), key=lambda item: item[0]):
            note(run, name, progress)


later = Later()

"""Which SQL a request runs: the product is asked in this process, and its statements kept.

So the floor replays the very statements that `serve` runs, whatever these become. The request
log is left out: it is written behind the vendor's back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection
from django.test import Client, modify_settings

from tests.benchmarks.asking import Broken, Request

REQUEST_LOG = "connections.request_log.RequestLog"


@dataclass(frozen=True)
class Statement:
    """One statement as Django was given it: `%s` marks, and their values."""

    sql: str
    values: tuple[Any, ...]


def statements(request: Request) -> list[Statement]:
    """Return everything that the request runs against the database, in order."""
    found: list[Statement] = []

    def keep(execute: Callable[..., Any], sql: str, values: Any, many: bool, context: Any) -> Any:
        found.append(Statement(sql, tuple(values or ())))
        return execute(sql, values, many, context)

    with modify_settings(MIDDLEWARE={"remove": [REQUEST_LOG]}):
        client = Client(headers={"authorization": request.authorization, "host": "127.0.0.1"})
        with connection.execute_wrapper(keep):
            answer = client.get(request.path)
    if answer.status_code != 200:
        raise Broken(f"{request.path}: {answer.status_code} in this process")
    return found


def of_documents(found: list[Statement]) -> list[Statement]:
    """Return those that read published records: what the bytes of an answer come from."""
    table = apps.get_model("roster", "Document")._meta.db_table
    return [statement for statement in found if table in statement.sql]

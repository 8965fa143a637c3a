"""Asks every operation that a version has: lists whole, nested lists and singles by examples."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from django.test import Client

from connections import credentials
from connections.models import Connection
from portal.models import Staff
from roster.api.operations import OPERATIONS, Operation, Parent
from tests.cast import ask_token
from tests.validating import promises

PAGE = 1000
TIES = {"school": "school", "klass": "class"}
"""The reference by which a record belongs to the one before it in a path."""


@dataclass
class Walker:
    """A vendor with its token, and what it has found so far."""

    version: str
    token: str
    examples: int
    asked: Counter[str] = field(default_factory=Counter)
    documents: int = 0
    records: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    browser: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    @property
    def operations(self) -> list[Operation]:
        return [each for each in OPERATIONS if each.version == self.version]

    def ask(self, path: str, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        return self.browser.get(path, headers=headers, **more)

    def promised(self, operation: Operation, path: str, *, relaxed: bool = False) -> Any:
        """Return the body of an answer that is 200 and as its document says."""
        answer = self.ask(path)
        assert answer.status_code == 200, (path, answer.content[:500])
        promises.check(operation, answer, relaxed=relaxed)
        self.asked[operation.id] += 1
        body = json.loads(answer.content)[operation.envelope]
        self.documents += len(body) if operation.many else 1
        return body

    def walk(self) -> None:
        """Ask everything once."""
        for operation in self.operations:
            if operation.many and not operation.parents:
                self.read(operation)
        for operation in self.operations:
            if not operation.many:
                for record in self.some(operation):
                    self.promised(operation, operation.address({"sourcedId": record["sourcedId"]}))
            elif operation.parents:
                for ids in self.parents(operation):
                    self.promised(operation, operation.address(ids) + f"?limit={PAGE}")

    def read(self, operation: Operation) -> None:
        """Read a list page by page, tombstones included."""
        offset, last = 0, False
        query = f"limit={PAGE}&filter=" + quote("status='active' OR status='tobedeleted'")
        while not last:
            path = f"{operation.address({})}?{query}&offset={offset}"
            page = self.promised(operation, path)
            self.records[operation.id] += page
            offset += PAGE
            last = len(page) < PAGE

    def some(self, operation: Operation) -> list[dict[str, Any]]:
        """Return examples of a single's records, from the beginning, middle and end."""
        many = next(
            each
            for each in self.operations
            if f"{each.path}/{{sourcedId}}" == operation.path and each.many
        )
        records = self.records[many.id]
        if operation.service == "gradebook":
            # What was removed from the gradebook is told in lists alone.
            records = [each for each in records if each["status"] == "active"]
        return spread(records, self.examples)

    def parents(self, operation: Operation) -> Iterator[dict[str, str]]:
        """Yield ids for the path of a nested list, such as belong to each other."""
        first, *others = operation.parents
        if not others:
            for record in spread(self.live(first), self.examples):
                yield {first.name: record["sourcedId"]}
            return
        (second,) = others
        below: dict[str, list[str]] = defaultdict(list)
        for record in self.live(second):
            if second.tied_by:
                below[record[TIES[second.tied_by]]["sourcedId"]].append(record["sourcedId"])
        anything = [each["sourcedId"] for each in self.live(second)]
        above = [each["sourcedId"] for each in self.live(first)]
        if second.tied_by:
            above = [each for each in above if each in below]
        for outer in spread(above, self.examples):
            for inner in spread(below.get(outer, anything), 3):
                yield {first.name: outer, second.name: inner}

    def live(self, parent: Parent) -> list[dict[str, Any]]:
        words = {"school": "schools", "term": "terms", "student": "students", "teacher": "teachers"}
        plural = words.get(parent.subset, parent.collection)
        found = self.records[f"getAll{plural[0].upper()}{plural[1:]}"]
        return [each for each in found if each["status"] == "active"]


def walker(connection: Connection, by: Staff, examples: int = 12) -> Walker:
    """Return a vendor that has asked for its token."""
    secret = credentials.rotate(connection, by=by)
    told = ask_token(connection.client.client_id, secret).json()
    return Walker(connection.oneroster, told["access_token"], examples)


def spread(values: list[Any], most: int) -> list[Any]:
    """Return at most so many of a list, evenly from its beginning to its end."""
    if len(values) <= most:
        return values
    return [values[number * (len(values) - 1) // (most - 1)] for number in range(most)]

"""Vendors who go on reading while processes die, and what they would complain of."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connections
from django.test import Client as Browser

from tests.connections.conftest import Vendor
from tests.killing.leaks import Secrets, leaks

LIMIT = 60
REST = 0.05
"""Seconds between two readings."""
LISTS = ("orgs", "academicSessions", "courses", "classes", "users", "enrollments", "demographics")


@dataclass
class Page:
    """A page of a list as it was answered."""

    documents: list[dict[str, Any]]
    total: int
    seconds: float


class Reader(threading.Thread):
    """One vendor's program in a thread of its own, whole readings in turn with deltas."""

    def __init__(self, vendor: Vendor, since: bool = False) -> None:
        super().__init__(daemon=True, name=vendor.connection.vendor)
        self.vendor = vendor
        self.deltas = since
        self.over = threading.Event()
        self.readings = 0
        self.news = 0
        self.pages = 0
        self.longest = 0.0
        self.complaints: list[str] = []
        self.known: dict[tuple[str, str], tuple[bytes, str]] = {}
        self.seen: dict[tuple[str, str], str] | None = None
        self.copy: dict[str, dict[str, Any]] = {}
        self.stamps: dict[str, str] = {}

    def run(self) -> None:
        try:
            while not self.over.wait(REST):
                self.read()
                self.readings += 1
        except BaseException as error:  # Whatever it is, the race must tell of it.
            self.complaints.append(f"{self.name}: {type(error).__name__}: {error}")
        finally:
            connections.close_all()

    def end(self) -> None:
        self.over.set()
        self.join(60)
        assert not self.is_alive(), f"{self.name} waits still"

    def complain(self, words: str) -> None:
        self.complaints.append(f"{self.name} ({self.vendor.connection.oneroster}): {words}")

    # One reading

    def read(self) -> None:
        """Read everything with a token of its own: one run, of one publication."""
        token = self.vendor.token()
        whole: dict[str, list[dict[str, Any]]] = {}
        for name in LISTS:
            since = self.stamps.get(name, "") if self.deltas else ""
            whole[name] = self.list_of(token, name, since)
        seen = {
            (name, each["sourcedId"]): each["dateLastModified"]
            for name, documents in whole.items()
            for each in documents
        }
        # A delta that brings nothing is as good as a list that is as it was.
        self.news += self.seen is not None and seen not in ({}, self.seen)
        self.seen = seen
        if self.deltas:
            self.take_in(whole)
        else:
            self.check_references(whole)

    def list_of(self, token: str, name: str, since: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        total = 1
        while len(found) < total:
            page = self.page(token, name, len(found), since)
            if found and page.total != total:
                self.complain(f"{name} had {total} records and has {page.total} at {len(found)}")
                break
            if not page.documents and page.total:
                self.complain(f"{name} has {page.total} records, and none at {len(found)}")
                break
            total = page.total
            found += page.documents
        ids = [each["sourcedId"] for each in found]
        if len(set(ids)) != len(ids):
            self.complain(f"{name} has records twice")
        return found

    def page(self, token: str, name: str, offset: int, since: str) -> Page:
        """Ask for a page; what was withdrawn before it was asked must not be in it."""
        query = f"limit={LIMIT}&offset={offset}"
        if since:
            query += f"&filter=dateLastModified>'{since}'"
        before = Secrets.of(self.vendor.connection.pk)
        began = time.perf_counter()
        answer = Browser().get(
            f"{self.path(name)}?{query}", headers={"Authorization": f"Bearer {token}"}
        )
        seconds = time.perf_counter() - began
        self.longest = max(self.longest, seconds)
        self.pages += 1
        assert answer.status_code == 200, f"{name} {query}: {answer.status_code} {answer.content!r}"
        documents = orjson.loads(answer.content)[name]
        secrets = before.still(self.vendor.connection.pk)
        for words in leaks(name, documents, secrets):
            self.complain(words)
        return Page(documents, int(answer.headers["X-Total-Count"]), seconds)

    def path(self, name: str) -> str:
        base = "v1p1" if self.vendor.connection.oneroster == "1.1" else "rostering/v1p2"
        return f"/ims/oneroster/{base}/{name}"

    def check_references(self, whole: dict[str, list[dict[str, Any]]]) -> None:
        """What a live document names is in the lists of the same run, live or tombstoned."""
        ids = {name: {each["sourcedId"] for each in found} for name, found in whole.items()}
        for each in whole["enrollments"]:
            if each["user"]["sourcedId"] not in ids["users"]:
                self.complain(f"enrollment {each['sourcedId']} names a user who isn't listed")
            if each["class"]["sourcedId"] not in ids["classes"]:
                self.complain(f"enrollment {each['sourcedId']} names a class that isn't listed")
        for each in whole["users"]:
            for agent in each.get("agents", ()):
                if agent["sourcedId"] not in ids["users"]:
                    self.complain(f"user {each['sourcedId']} names an agent who isn't listed")
        for each in whole["classes"]:
            if each["course"]["sourcedId"] not in ids["courses"]:
                self.complain(f"class {each['sourcedId']} names a course that isn't listed")

    # A copy that is kept by deltas

    def take_in(self, whole: dict[str, list[dict[str, Any]]]) -> None:
        for name, documents in whole.items():
            mine = self.copy.setdefault(name, {})
            for each in documents:
                if each["status"] == "active":
                    mine[each["sourcedId"]] = each
                else:
                    mine.pop(each["sourcedId"], None)
            stamps = [each["dateLastModified"] for each in documents]
            self.stamps[name] = max([self.stamps.get(name, ""), *stamps])

    def check_copy(self) -> None:
        """Once all is quiet: after one more delta the copy is what is read whole."""
        self.read()
        token = self.vendor.token()
        for name in LISTS:
            whole = {each["sourcedId"]: each for each in self.list_of(token, name)}
            mine = self.copy[name]
            for sourced_id in mine.keys() ^ whole.keys():
                self.complain(f"{name} {sourced_id}: in the copy {sourced_id in mine}")
            for sourced_id in mine.keys() & whole.keys():
                if mine[sourced_id] != whole[sourced_id]:
                    self.complain(
                        f"{name}: the copy has {mine[sourced_id]}, not {whole[sourced_id]}"
                    )

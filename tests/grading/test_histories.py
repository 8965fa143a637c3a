"""Whatever two vendors do, and the district meanwhile: each one's copy is what it may see.

Each connection keeps a copy by deltas alone, from the largest stamp that it has received; at each
reading the copy must equal the whole list, and the whole list what was written and is visible.
"""

from __future__ import annotations

from itertools import count
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.conformance.conftest import SLUG, run
from tests.grading.vendor import line_item, result

VENDORS = ("examiner", "old")
READERS = {"examiner": "examiner", "second": "examiner", "old": "old", "new": "old"}
MARKS = {"section": "k-phy-n", "person": "ann", "enrollment": "e-ann-phy", "grading_task": "cat-hw"}
ITEMS = frozenset({"section", "grading_task"})
BEGINNING = "2000-01-01T00:00:00.000Z"
EXAMPLES = count()

number = st.integers(0, 2)
vendor = st.sampled_from(VENDORS)


class Histories(RuleBasedStateMachine):
    """`truth` is by vendor and collection what was written; `copies` what readers hold of it."""

    district: Any

    def __init__(self) -> None:
        super().__init__()
        self.mine = f"h{next(EXAMPLES)}-"
        self.truth: dict[tuple[str, str], dict[str, Any]] = {
            (name, kind): {} for name in VENDORS for kind in ("lineItems", "results")
        }
        self.copies: dict[tuple[str, str], dict[str, Any]] = {}
        self.since: dict[tuple[str, str], str] = {}
        self.marked: set[str] = set()
        self.paused = False
        self.open = False

    def of(self, name: str) -> Any:
        return getattr(self.district, name)

    def name(self, who: str, kind: str, at: int) -> str:
        return f"{self.mine}{who}-{kind}-{at}"

    @rule(who=vendor, at=number, title=st.sampled_from(["A", "B"]))
    def put_item(self, who: str, at: int, title: str) -> None:
        sourced_id = self.name(who, "lineItems", at)
        answer = self.of(who).put("lineItems", sourced_id, **line_item(title=title))
        assert (answer.status_code < 300) == (not self.marked & ITEMS), answer.content
        if answer.status_code < 300:
            self.truth[who, "lineItems"][sourced_id] = title

    @rule(who=vendor, at=number, item=number, score=st.integers(0, 3))
    def put_result(self, who: str, at: int, item: int, score: int) -> None:
        named, sourced_id = self.name(who, "lineItems", item), self.name(who, "results", at)
        before = self.truth[who, "results"].get(sourced_id)
        fits = not self.marked and named in self.truth[who, "lineItems"]
        if before and not self.visible(who, sourced_id):
            fits = False
        answer = self.of(who).put("results", sourced_id, **result(named, score=score))
        assert (answer.status_code < 300) == fits, answer.content
        if fits:
            self.truth[who, "results"][sourced_id] = (named, score)

    @rule(who=vendor, kind=st.sampled_from(["lineItems", "results"]), at=number)
    def delete(self, who: str, kind: str, at: int) -> None:
        sourced_id = self.name(who, kind, at)
        there = sourced_id in self.visible_of(who, kind)
        assert (self.of(who).delete(kind, sourced_id).status_code == 204) == there
        if there:
            del self.truth[who, kind][sourced_id]

    @rule(score=st.integers(0, 3))
    @precondition(lambda self: not self.marked)
    def post(self, score: int) -> None:
        item = self.name("examiner", "lineItems", 0)
        body = {"results": [{**result(item, score=score), "sourcedId": "tmp"}]}
        answer = self.district.second.send("POST", f"/lineItems/{item}/results", body)
        there = item in self.truth["examiner", "lineItems"]
        wanted = 403 if self.paused else 201 if there else 404
        assert answer.status_code == wanted, answer.content
        if wanted == 201:
            made = answer.json()["sourcedIdPairs"][0]["allocatedSourcedId"]
            self.posted(made, item, score)

    def posted(self, made: str, item: str, score: int) -> None:
        self.truth["examiner", "results"][made] = (item, score)

    @rule(kind=st.sampled_from(sorted(MARKS)))
    def mark(self, kind: str) -> None:
        if kind not in self.marked and not self.paused:
            run("exclude", SLUG, kind, MARKS[kind], "--reason", "history")
            self.marked.add(kind)

    @rule()
    def include(self) -> None:
        for kind in sorted(self.marked if not self.paused else ()):
            run("include", SLUG, kind, MARKS[kind], "--reason", "history")
            self.marked.discard(kind)
        run("refresh_cache", SLUG)

    @rule()
    def pause(self) -> None:
        self.paused = not self.paused
        status = "paused" if self.paused else "active"
        run("set_status", SLUG, self.district.second.connection, status, "--reason", "history")

    @rule()
    def let_read_each_other(self) -> None:
        self.open = not self.open
        answer = "yes" if self.open else "no"
        run("set_organization", SLUG, "--vendors-read-each-other", answer)

    @rule()
    def refresh(self) -> None:
        run("refresh_cache", SLUG)

    @rule(reader=st.sampled_from(sorted(READERS)), kind=st.sampled_from(["lineItems", "results"]))
    def sync(self, reader: str, kind: str) -> None:
        key = reader, kind
        since = self.since.get(key, BEGINNING)
        copy = self.copies.setdefault(key, {})
        for each in self.of(reader).read(f"/{kind}", filter=f"dateLastModified>='{since}'"):
            if each["status"] == "active":
                copy[each["sourcedId"]] = each
            else:
                copy.pop(each["sourcedId"], None)
            self.since[key] = max(self.since.get(key, since), each["dateLastModified"])
        whole = {each["sourcedId"]: each for each in self.of(reader).read(f"/{kind}")}
        assert copy == whole
        ours = {name for name in whole if name.startswith(self.mine)}
        whose = VENDORS if self.open else (READERS[reader],)
        expected = {name for who in whose for name in self.visible_of(who, kind)}
        assert ours == {name for name in expected if name.startswith(self.mine)}

    def visible(self, who: str, sourced_id: str) -> bool:
        return sourced_id in self.visible_of(who, "results")

    def visible_of(self, who: str, kind: str) -> set[str]:
        items = set() if self.marked & ITEMS else set(self.truth[who, "lineItems"])
        if kind == "lineItems":
            return items
        if self.marked:
            return set()
        return {name for name, (item, _) in self.truth[who, "results"].items() if item in items}

    @invariant()
    def the_districts_own_is_untouched(self) -> None:
        if not self.marked:
            assert self.district.examiner.single("lineItems", "li-phy-n").status_code == 200

    def teardown(self) -> None:
        if self.open:
            self.let_read_each_other()
        if self.paused:
            self.pause()
        self.include()


def test_copies_by_delta_equal_what_may_be_seen(riverside: Any) -> None:
    Histories.district = riverside
    machine: Any = Histories.TestCase
    machine.settings = settings(
        max_examples=6,
        stateful_step_count=25,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    machine().runTest()

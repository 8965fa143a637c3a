"""What an act takes from publications that were decided alike.

A publication is judged by its own map, day and settings: what stays is what it lists and is still
visible. Where today's map is another one, what the act takes there goes too: a child who was
published in grade 3 and sits in an excluded grade 5 today. An act takes, and never gives.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

import numpy as np

from roster.deciding import Decision, Rules, Settings
from roster.deciding.answers import REFERENCES, answers, keys
from roster.dialects.composing import Doc
from roster.dialects.pruning import pruned_doc
from roster.kinds import COLLECTIONS, ROWS_OF
from roster.marks import Marks
from roster.models import Publication
from roster.publishing.acts import Ground, set_of
from roster.publishing.comparing import Flags, Places
from roster.publishing.inputs import Basis, Inputs, flags, settings_of, united
from roster.publishing.unlisted import CARRYING

PEOPLE = "users"

KIND_OF = {each.singular: ROWS_OF[each.name] for each in COLLECTIONS.values()}
"""The kind of rows that a reference of a type leads to."""


SHOWN_AT = (
    "person",
    "guardian_link",
    "school_enrollment",
    "district_assignment",
    "enrollment",
    "org",
    "section",
    "resource",
)
"""The kinds on which it depends with which roles, links and places people are shown."""

NAMING = {name: {each.kind for each in REFERENCES[name]} for name in REFERENCES} | {
    PEOPLE: set(SHOWN_AT)
}
"""By collection, the kinds on which it depends what documents say. All others say the same of a
row whenever it is visible."""


class Affected(NamedTuple):
    """Of a collection's rows, by record: which stay, and of which documents may say too much."""

    places: Places
    stay: Flags
    less: Flags | None


class Case:
    """Publications of equal inputs, and the decisions before and after an act.

    Fields that are withheld are no part of `after`: they are cut from documents as they are read.
    What both sharings have in common is decided too (`shared`), for people are shown by it: a
    role that the new rules give must not stand in for one that they take.
    """

    def __init__(self, ground: Ground, publications: list[Publication]) -> None:
        self.ground = ground
        self.publications = publications
        first = publications[0]
        self.version = first.feed.version
        self.is_known = first.map_id is not None and bool(first.settings)
        self.settings = settings_of(ground.organization, first)
        policy = self.settings.field_policy
        self.rules = self.left = Rules.of(first.rules, list(policy))
        self.asked = ground.act.rules_for(first, policy)
        if self.asked != self.rules:
            self.left = self.asked.with_fields_of(self.rules)
        self.forced: Marks = {}
        self._forget()
        if not ground.act.takes_fields_only:
            self.force(ground.taken_today(first, self.inputs.map))
            self.force(self._people_not_shared())
        if needed_by_people(self.version, self.settings, self.asked, self.left):
            self.force(self._people_hidden_by_fields())

    @cached_property
    def inputs(self) -> Inputs:
        """What the publications were decided with, so far as that is sure."""
        return self.ground.inputs(self.publications[0])

    @cached_property
    def before(self) -> Decision:
        return self.inputs.decide(self.version, self.rules)

    def force(self, marks: Marks) -> None:
        """Take these rows too, and what is visible only through them."""
        if marks:
            self.forced = united(self.forced, marks)
            self._forget()

    def _forget(self) -> None:
        """Forget what was decided and found by fewer marks."""
        self.pruned: dict[str, dict[int, int]] = defaultdict(dict)
        self._affected: dict[str, Affected | None] = {}
        for name in ("after", "shared", "_inputs"):
            self.__dict__.pop(name, None)

    def basis(self, follows: bool) -> Basis:
        """Return what the publications say of it after the act, or what one that `follows` says.

        Where the act changes the sharing, each says as marks what its rules show and it doesn't
        list.
        """
        first = self.publications[0]
        if self.takes_no_rows and self.is_known:
            # Its map isn't even loaded.
            return Basis(first.map_id or 0, first.day, first.settings, bytes(first.marks or b""))
        return self._inputs.marked(self._unlisted(follows)).basis

    def _unlisted(self, follows: bool) -> Marks:
        if self.ground.act.rules is None:
            return {}
        shown, other = (self.after, self.before) if follows else (self.before, self.after)
        # Rows count in deciding also where their collection isn't shared.
        kinds = [ROWS_OF[name] for name in CARRYING]
        return {kind: left for kind in kinds if (left := shown.ok(kind) & ~other.ok(kind)).any()}

    @property
    def takes_no_rows(self) -> bool:
        return self.ground.act.takes_fields_only and not self.forced

    @cached_property
    def _inputs(self) -> Inputs:
        """Return what is decided with after the act: its marks, none that came with an import."""
        return self.ground.inputs_after(self.publications[0], self.forced)

    @cached_property
    def after(self) -> Decision:
        return self._inputs.decide(self.version, self.left)

    @cached_property
    def shared(self) -> Decision:
        """What the sharing before the act and the one after it have in common."""
        common = (self.left & self.rules).with_fields_of(self.rules)
        if self.left in (self.rules, common):
            return self.after
        return self._inputs.decide(self.version, common)

    def _people_hidden_by_fields(self) -> Marks:
        """Return the people whom the version can't show without a field that is withheld."""
        return self._people(set_of(self._inputs.decide(self.version, self.asked), PEOPLE))

    def _people_not_shared(self) -> Marks:
        if self.shared is self.after:
            return {}
        return self._people(set_of(self.shared, PEOPLE))

    def _people(self, staying: Flags) -> Marks:
        gone = set_of(self.after, PEOPLE) & set_of(self.before, PEOPLE) & ~staying
        return {ROWS_OF[PEOPLE]: gone} if gone.any() else {}

    def cut(self, publication: Publication) -> dict[str, list[str]]:
        """Return the fields that are to be taken out of a publication's documents as read."""
        found = {}
        for name in publication.lists:
            known = publication.cut.get(name, {})
            fields = self.asked.hidden(name) - self.left.hidden(name) - known.keys()
            if fields:
                found[name] = sorted(fields)
        return found

    def affected(self, collection: str) -> Affected | None:
        """Return what becomes of a collection's rows; None where all stays as it is."""
        if collection not in self._affected:
            self._affected[collection] = self._become_of(collection)
        return self._affected[collection]

    def _become_of(self, collection: str) -> Affected | None:
        if self.takes_no_rows:
            return None
        stay = set_of(self.after, collection)
        differs = self._may_differ(collection)
        if self.is_known and not differs and not (set_of(self.before, collection) & ~stay).any():
            return None
        records = getattr(self.inputs.map, ROWS_OF[collection]).record[:-1]
        return Affected(Places(records), stay, self._says_less(collection) if differs else None)

    def _may_differ(self, collection: str) -> bool:
        """Return whether documents may say something else after the act."""
        if not self.is_known or self.left != self.rules:
            return collection in NAMING
        return any(
            not np.array_equal(self.before.ok(kind), self.after.ok(kind))
            for kind in NAMING.get(collection, ())
        )

    def _says_less(self, collection: str) -> Flags:
        """Return the rows of which documents may say something else after the act.

        After an upgrade that isn't known of any.
        """
        less = np.zeros(len(self.inputs.map.ids[ROWS_OF[collection]]) + 1, bool)
        if not self.is_known:
            less[:-1] = True
            return less
        before = keys(self.before, collection)
        less[:-1] = before != keys(self._decision_for(collection), collection)
        if self.shared is not self.after:
            # What differs only by what is given is no less.
            same = before == keys(self.shared, collection)
            less[:-1] &= ~(same & set_of(self.shared, collection)[:-1])
        return less

    def prune(
        self, collection: str, docs: Iterable[tuple[int, Doc]]
    ) -> Iterator[tuple[int, Doc | None]]:
        """Yield documents of rows without what they may say no longer; None: nothing is left."""
        said = self._decision_for(collection)
        hidden = said.rules.hidden(collection)
        waiting = list(docs)
        positions = np.array([position for position, _ in waiting], np.int32)
        keep = self._keep()
        for (position, doc), answer in zip(
            waiting, answers(said, collection, positions), strict=True
        ):
            yield position, pruned_doc(self.version, collection, doc, keep, hidden, answer)

    def _decision_for(self, collection: str) -> Decision:
        return self.shared if collection == PEOPLE else self.after

    def _keep(self) -> Callable[[str, str], bool]:
        """Return whether what a document refers to, by type and id, is still visible."""
        m, visible = self.inputs.map, self.after

        def keep(target: str, sourced_id: str) -> bool:
            kind = KIND_OF[target]
            return bool(visible.ok(kind)[m.ids[kind].position(sourced_id)])

        return keep

    def mark(self, collection: str, positions: Iterable[int]) -> Marks:
        """Return marks on rows of a collection."""
        kind = ROWS_OF[collection]
        return {kind: flags(len(self.inputs.map.ids[kind]), list(positions))}


def needed_by_people(version: str, settings: Settings, asked: Rules, left: Rules) -> bool:
    """Return whether `asked` takes a field from `left` without which some people can't be shown."""
    name = settings.username_stand_in
    return version == "1.1" and name in asked.hidden(PEOPLE) - left.hidden(PEOPLE)

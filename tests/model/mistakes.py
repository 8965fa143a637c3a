"""The table of mistakes that the random histories must notice (`mutations.py` makes them)."""

from __future__ import annotations

from tests.mutating import Mutation

VISIBILITY = [
    Mutation(
        "roster/visibility/people.py",
        "fell.update(dict.fromkeys(rules.kept_out, KEPT_OUT))",
        "pass",
        "a person kept out is not visible",
    ),
    Mutation(
        "roster/visibility/people.py",
        'fell.update(dict.fromkeys(self.ledger.marks["person"], MARKED))',
        "pass",
        "a marked person is not visible",
    ),
    Mutation(
        "roster/visibility/people.py",
        'shared = "guardians" in self.ledger.rules.shares',
        "shared = True",
        "guardians are off until they are ticked",
    ),
]

STAMPS = [
    Mutation(
        "connections/runs.py",
        "AFTER = timedelta(minutes=20)",
        "AFTER = timedelta(0)",
        "a delta since the end of a reading, by a clock five minutes fast, misses nothing",
    ),
    Mutation(
        "roster/api/lists.py",
        "oldest = reader.run.oldest_read(moment) if moment else None",
        "oldest = None",
        "a delta since a moment within a reading misses nothing that landed in it",
    ),
    Mutation(
        "roster/lines.py",
        "return now if last is None or now > last else last + MILLISECOND",
        "return last or now",
        "a stamp is never earlier than the moment the change became readable",
    ),
    Mutation(
        "roster/storing.py",
        'told = {"ordinal": "move.ordinal", ',
        'told = {"changed_in": str(self.number), "ordinal": "move.ordinal", ',
        "unchanged document, unchanged stamp: also of a record that moves into a hole",
    ),
]

FORKS = [
    Mutation(
        "connections/relining.py",
        "        number=connection.held_at,\n        rules=sharing.rules(connection),",
        "        number=line.head,\n        rules=sharing.rules(connection),",
        "what changed in a pause changes when it ends, with a stamp of that moment",
    ),
    Mutation(
        "roster/forking.py",
        "[copy.pk, number, line.pk, part[0], last, number, oldest],",
        "[copy.pk, number, line.pk, part[0], last, number, number],",
        "a run goes on reading its publication when its connection gets a line of its own",
    ),
    Mutation(
        "connections/relining.py",
        "    try:\n        _withdraw_on(own)\n",
        "    try:\n",
        "a tightened sharing holds at once, in what is paused and still read too",
    ),
    Mutation(
        "connections/lifecycle.py",
        "connection.line, connection.since = line, line.head",
        "connection.line, connection.since = line, 0",
        "a tombstone is seen of what could be read live since the connection's own beginning",
    ),
]

RUNS = [
    Mutation(
        "connections/runs.py",
        "return key is None or offset > 0 or mark(key) not in self.lists",
        "return False",
        "a run reads one publication, whatever lands meanwhile",
    ),
    Mutation(
        "connections/runs.py",
        "IDLE = timedelta(minutes=15)",
        "IDLE = timedelta(hours=15)",
        "a run ends after 15 idle minutes",
    ),
    Mutation(
        "connections/authentication.py",
        "number = self.held_at if self.held_at is not None else self.head",
        "number = self.head",
        "a paused connection goes on reading the publication it had",
    ),
    Mutation(
        "roster/publishing.py",
        "valid_to__lte=min(ended, line.oldest_read())",
        "valid_to__lte=line.head",
        "superseded rows are never purged under a reader",
    ),
]

TOMBSTONES = [
    Mutation(
        "roster/storing.py",
        "                self._add(doc, doc.digest(), RETIRED, position, known.added_in, last)\n",
        "",
        "a record that could be read and can no longer leaves a tombstone",
    ),
    Mutation(
        "roster/storing.py",
        "body = tombstone(self.line.version, self.collection, last)",
        "body = document.replace('\"active\"', '\"tobedeleted\"', 1).encode()",
        "a tombstone holds required fields only, and nobody's name",
    ),
]

WITHDRAWALS = [
    Mutation(
        "roster/withdrawal.py",
        "        if self.counts:\n",
        "        if False:\n",
        "what was marked leaves the head at once",
    ),
    Mutation(
        "roster/withdrawal.py",
        "in_parts(self.ended[::-1], BATCH):",
        "in_parts([], BATCH):",
        "what was marked leaves the publications that runs and pauses still read",
    ),
    Mutation(
        "roster/falling.py",
        "                prune(self.version, collection, document, self.gone)\n",
        "",
        "no live document names what was withdrawn",
    ),
    Mutation(
        "roster/withdrawal.py",
        "in_parts(self.older[::-1], BATCH):",
        "in_parts([], BATCH):",
        "what was marked leaves older versions too, which nobody has read at the head for long",
    ),
    Mutation(
        "roster/withdrawing.py",
        "stands.veil = veil\n",
        "stands.veil = {}\n",
        "a withheld field is gone from what is still read",
    ),
    Mutation(
        "roster/reading.py",
        "if fields := reader.veil.get(collection):",
        "if fields := ():",
        "a withheld field is gone at once, and not when it is rewritten",
    ),
    Mutation(
        "roster/withdrawal.py",
        "SET document = told.document, digest = '',\"",
        'SET document = told.document,"',
        "what was blanked in place counts as changed at the next flip, resume or fork",
    ),
    Mutation(
        "roster/exclusion.py",
        "        announce(organization)\n",
        "",
        "a mark doesn't wait for the refresh",
    ),
    Mutation(
        "roster/organizations.py",
        "            announce(locked)\n",
        "",
        "a field policy doesn't wait for the refresh",
    ),
]

MUTATIONS = [*VISIBILITY, *STAMPS, *FORKS, *RUNS, *TOMBSTONES, *WITHDRAWALS]

"""The table of mistakes in filters, orders, pages, nested lists and fields (`mutations.py`)."""

# ruff: noqa: E501 - a text stands as it does in its file.

from __future__ import annotations

from tests.mutating import Mutation

WHERE, COMPARING = "roster/reading/where.py", "roster/reading/predicates.py"
ENTRIES, LISTED = "roster/reading/entries.py", "roster/reading/listed.py"
NESTING, READING = "roster/reading/nesting.py", "roster/reading/pages.py"
FACTS_SQL, VIEWS = "roster/reading/facts_sql.py", "roster/api/views.py"
ORDERING, MATCHING = "roster/reading/ordering.py", "roster/reading/matching.py"

FILTERS = [
    Mutation(
        WHERE, 'found if join == "AND" else ~found', "found", "OR is another word than AND"
    ),
    Mutation(
        WHERE, 'found if join == "AND" else ~found', "np.ones(found.size)",
        "a chain is read from left to right: what is decided stays",
    ),
    Mutation(
        WHERE, "positions = positions[self._filtered(asking, listed, positions)]",
        "positions = self._filtered(asking, listed, np.arange(len(listed.shows))).nonzero()[0]",
        "a filter can't escape its list",
    ),
    Mutation(COMPARING, '">=": ">="', '">=": ">"', ">= takes what is equal"),
    Mutation(
        COMPARING, "    value = facts.number(asked)\n", "    value = clause.value\n",
        "numbers compare as numbers",
    ),
    Mutation(COMPARING, "return value.casefold()", "return value", "people's names have no case"),
    Mutation(
        "roster/dialects/facts.py", "(folded := text.casefold())", "(folded := text.lower())",
        "without case is UNICODE's case folding",
    ),
    Mutation(
        COMPARING, "({fact.text} IS NULL OR {fact.text} <> %s)",
        "({fact.text} IS NOT NULL OR {fact.text} <> %s)", "a missing value differs from all",
    ),
    Mutation(
        COMPARING, 'return facts.joined("OR", [one, all_of])', "return one",
        "a list with commas is the values as a set",
    ),
    Mutation(
        COMPARING, "parts = sorted({clause.value, *_parts(clause.value)})",
        "parts = [clause.value]", "~ finds any part of a list with commas",
    ),
    Mutation(
        COMPARING, 'predicate = ">" if predicate in (">", ">=") else "<="',
        'predicate = ">=" if predicate in (">", ">=") else "<="', "a day begins at midnight",
    ),
    Mutation(
        "roster/reading/instants.py",
        "moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)",
        "moment.replace(tzinfo=UTC)", "instants compare in UTC",
    ),
    Mutation(
        "roster/reading/query.py", '">": operator.gt,', '">": operator.ge,',
        "what changed at a moment didn't change after it",
    ),
    Mutation(
        ENTRIES, "(stamps * 1000, moment)", "(stamps, moment // 1000)",
        "between two milliseconds there are moments",
    ),
    Mutation(
        COMPARING, "clause = replace(clause, value=clause.value.lower())", "pass",
        "TRUE is true",
    ),
    Mutation(
        "roster/reading/query.py", "if len(clauses) >= MOST_CLAUSES:", "if len(clauses) > MOST_CLAUSES:",
        "a filter has up to twenty clauses",
    ),
    Mutation(
        "roster/reading/query.py", 'text.replace("\\u2018", "\'")', "text", "typographic quotes are quotes"
    ),
]  # fmt: skip

VISIBILITY = [
    Mutation(
        WHERE, "if path.root in asking.withheld:", "if False:",
        "a hidden field meets nothing, not even !=",
    ),
    Mutation(
        WHERE, "return self.filter is not None and self.filter.names(*BY_LIST)",
        "return self.filter is not None", "tombstones stand where they are asked for",
    ),
    Mutation(
        WHERE, "self.filter.names(*BY_LIST)", 'self.filter.names("status")',
        "a delta tells what was removed",
    ),
    Mutation(
        READING, 'COLLECTIONS[collection].service != "gradebook"', "True",
        "a gradebook record that is gone is not found",
    ),
    Mutation(WHERE, "if self.subset and positions.size:", "if False:", "students are students"),
    Mutation(
        MATCHING, 'role in each.split(" ")', "role == each", "of several roles each one counts"
    ),
    Mutation(
        WHERE, 'return ~found if clause.predicate == "!=" else found', "return found",
        "who has another role differs",
    ),
    Mutation(
        ORDERING, "if path.root in asking.withheld:", "if False:", "a hidden field orders nothing"
    ),
]  # fmt: skip

ORDERS = [
    Mutation(
        ORDERING, '{value.text} {way}, sourced_id"', '{value.text} {way}"', "ties are broken by id"
    ),
    Mutation(
        ORDERING, '{value.text} {way}, sourced_id"', '{value.text} {way}, sourced_id DESC"',
        "ties go upwards, whichever way the order goes",
    ),
    Mutation(ORDERING, "DESC NULLS LAST", "DESC NULLS FIRST", "missing is the least"),
    Mutation(
        ORDERING, "_by_stamp(-stamps if order.descending else stamps, documents)",
        "_by_stamp(stamps, documents)", "the last change may come first",
    ),
    Mutation(
        COMPARING, 'return Sql(f"CASE WHEN {there.text} THEN 1 END", there.parameters)', "pass",
        "the type of a reference is one word for all",
    ),
    Mutation(
        COMPARING, "return facts.first_fact(path.key, number=path.type is Type.NUMBER)",
        "return facts.text_fact(path.key)", "of several values the first one orders",
    ),
]  # fmt: skip

PAGES = [
    Mutation(
        READING, "every.take(slice(offset, offset + limit))",
        "every.take(slice(offset, offset + limit + 1))",
        "a page has as many as were asked",
    ),
    Mutation(
        READING, "every.take(slice(offset, offset + limit))",
        "every.take(slice(max(0, offset - 1), offset + limit))",
        "a page begins where it was asked",
    ),
    Mutation(
        LISTED, "entries.take(slice(max(offset - start, 0), max(offset - start, 0) + limit))",
        "entries.take(slice(max(offset - start, 0) + 1, max(offset - start, 0) + limit))",
        "a plain page begins where it was asked",
    ),
    Mutation(
        LISTED, "and at + reference[1] > offset", "and at + reference[1] >= offset + limit",
        "a page may lie in several parts",
    ),
    Mutation(
        READING, "some), len(every))", "some), len(some))", "the total is that of the list"
    ),
    Mutation(
        "roster/api/addresses.py",
        "if asked.offset + asked.limit < total:", "if asked.offset + asked.limit <= total:",
        "the last page has no next",
    ),
    Mutation(
        VIEWS, 'f"{query} {tree}")', '"")', "another question has another tag"
    ),
]  # fmt: skip

NESTED = [
    Mutation(
        "roster/api/operations.py", '_STUDENTS = nesting.by_naming("enrollments", "person", "klass", "student")',
        '_STUDENTS = nesting.by_naming("enrollments", "person", "klass")',
        "a class's students are enrolled as such",
    ),
    Mutation(VIEWS, "if parent.tied_by else ALWAYS", "if False else ALWAYS",
        "a class of another school isn't in this one"),
    Mutation(VIEWS, "subset=parent.subset, tied=tied", 'subset="", tied=tied',
        "a teacher is no student"),
    Mutation(
        NESTING, "(False, True) if tombstones else (False,)", "(False, True)",
        "a tombstone brings nobody living in",
    ),
    Mutation(
        NESTING, "either_fact(_key(asking, kind, key), LAST + key)", "either_fact(key, key)",
        "a tombstone belongs where it did",
    ),
    Mutation(
        NESTING, "return among.find(asking.ids(condition))\n\n    return nested",
        "return np.arange(len(among.shows))\n\n    return nested", "a class has its own",
    ),
]  # fmt: skip

FIELDS = [
    Mutation(
        "roster/api/selecting.py", "if name in fields}", 'if name in (*fields, "sourcedId")}',
        "exactly those fields",
    ),
    Mutation(
        "roster/api/parameters.py", 'frozenset(name.partition(".")[0] for name in names)',
        "frozenset(names)", "a nested name gives its root whole",
    ),
    Mutation(
        "roster/api/parameters.py", "names = [name.strip() for value in values for",
        "names = [name.strip() for value in values[:1] for", "fields may be repeated",
    ),
]  # fmt: skip

MUTATIONS = [*FILTERS, *VISIBILITY, *ORDERS, *PAGES, *NESTED, *FIELDS]

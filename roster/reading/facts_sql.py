"""How each database takes facts out of documents: the one place where they differ.

PostgreSQL keeps facts as `jsonb`, SQLite as text. Text compares bytewise on both, which for
UTF-8 is the order of UNICODE.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson
from django.db import connection

from roster.publishing.lists import Numbers


class Sql(NamedTuple):
    """A piece of SQL with its parameters."""

    text: str
    parameters: tuple[Any, ...] = ()


NEVER = Sql("1 = 0")
ALWAYS = Sql("1 = 1")


def joined(word: str, parts: list[Sql]) -> Sql:
    """Return the parts with AND or OR between them, in parentheses of their own."""
    if len(parts) == 1:
        return parts[0]
    text = f" {word} ".join(part.text for part in parts)
    return Sql(f"({text})", tuple(value for part in parts for value in part.parameters))


def _on_postgresql() -> bool:
    return connection.vendor == "postgresql"


def one_of(ids: Numbers) -> Sql:
    """Return the condition for rows with these ids."""
    text = orjson.dumps(ids, option=orjson.OPT_SERIALIZE_NUMPY).decode()
    if _on_postgresql():
        return Sql("id = ANY(%s::bigint[])", (f"{{{text[1:-1]}}}",))
    return Sql("id IN (SELECT value FROM json_each(%s))", (text,))


def body() -> str:
    """Return a document's JSON as bytes, for `prepared.Unread`."""
    return "body" if _on_postgresql() else "CAST(body AS blob)"


def word_of(column: str, words: list[str]) -> Sql:
    """Return the condition for rows whose column is one of these words."""
    if _on_postgresql():
        return Sql(f"{column} = ANY(%s)", (words,))
    text = orjson.dumps(words).decode()
    return Sql(f"{column} IN (SELECT value FROM json_each(%s))", (text,))  # noqa: S608


def text_fact(key: str, *, folded: bool = False) -> Sql:
    """Return a single fact as text, without case if so asked; NULL where there is none."""
    if folded:
        return either_fact("~" + key, key)
    if _on_postgresql():
        return Sql('(facts ->> %s::text) COLLATE "C"', (key,))
    return Sql("json_extract(facts, %s)", (_json_path(key),))


def either_fact(key: str, other: str) -> Sql:
    """Return a single fact as text, or where there is none, another."""
    one, two = text_fact(key), text_fact(other)
    return Sql(f"COALESCE({one.text}, {two.text})", one.parameters + two.parameters)


def number_fact(key: str) -> Sql:
    """Return a single fact as a number."""
    if _on_postgresql():
        return Sql("(facts ->> %s::text)::numeric", (key,))
    return Sql("json_extract(facts, %s)", (_json_path(key),))


def written_number(key: str) -> Sql:
    """Return a number as it is written in the document."""
    if _on_postgresql():
        return text_fact(key)
    return Sql("CAST(json_extract(facts, %s) AS TEXT)", (_json_path(key),))


def first_fact(key: str, *, number: bool = False) -> Sql:
    """Return the first of several facts."""
    if _on_postgresql():
        first = "(facts -> %s::text ->> 0)"
        return Sql(f"{first}::numeric" if number else f'{first} COLLATE "C"', (key,))
    return Sql("json_extract(facts, %s)", (f"{_json_path(key)}[0]",))


def has_fact(key: str) -> Sql:
    """Return whether there is a fact of that name."""
    if _on_postgresql():
        return Sql("(facts -> %s::text) IS NOT NULL", (key,))
    return Sql("json_type(facts, %s) IS NOT NULL", (_json_path(key),))


def any_fact(key: str, condition: str, parameters: tuple[Any, ...], *, folded: bool = False) -> Sql:
    """Return whether one of several facts meets a condition on `fact.value`, which is text."""
    return Sql(
        f"EXISTS (SELECT 1 FROM {_elements(folded)} WHERE {condition})",  # noqa: S608
        (*_keys(key, folded), *parameters),
    )


def has_value(key: str, value: str) -> Sql:
    """Return whether one of several facts is that text; never NULL."""
    if _on_postgresql():
        # Four times as quick as going through the elements.
        return Sql("COALESCE((facts -> %s::text) ? %s::text, FALSE)", (key, value))
    return any_fact(key, f"{each_value()} = %s", (value,))


def facts_from(key: str, other: str) -> Sql:
    """Return a FROM item of the facts of that name of each row of `roster_document`, as text.

    Where there are none, they are those of the other name.
    """
    return Sql(_elements(two=True), _written(key, other))


def _elements(two: bool) -> str:
    if _on_postgresql():
        facts = "COALESCE(facts -> %s::text, facts -> %s::text)" if two else "facts -> %s::text"
        return f"jsonb_array_elements_text({facts}) AS fact(value)"
    if two:
        return "json_each(COALESCE(json_extract(facts, %s), json_extract(facts, %s))) AS fact"
    return "json_each(facts, %s) AS fact"


def _keys(key: str, folded: bool) -> tuple[str, ...]:
    return _written("~" + key, key) if folded else _written(key)


def _written(*keys: str) -> tuple[str, ...]:
    return keys if _on_postgresql() else tuple(map(_json_path, keys))


def each_value(*, number: bool = False) -> str:
    """Return how one of several facts is compared."""
    if _on_postgresql():
        return "fact.value::numeric" if number else 'fact.value COLLATE "C"'
    return "CAST(fact.value AS REAL)" if number else "fact.value"


def number(value: Any) -> Any:
    """Return a decimal as the database compares it with its own numbers."""
    return value if _on_postgresql() else float(value)


def position(haystack: str) -> str:
    """Return where a parameter begins in a text, from 1; 0 if nowhere."""
    return f"strpos({haystack}, %s)" if _on_postgresql() else f"instr({haystack}, %s)"


def without_case(column: str) -> str:
    """Return an id or word without case; only ASCII has any there, on both databases."""
    return f'lower({column} COLLATE "C")' if _on_postgresql() else f"lower({column})"


def _json_path(key: str) -> str:
    # Keys are made of letters, digits, dots, dashes and the like; a quote can't be among them.
    return f'$."{key}"'

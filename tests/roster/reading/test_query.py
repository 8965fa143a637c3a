"""The filter language: what is read, and what is refused in words."""

import pytest

from roster.reading.query import MOST_CLAUSES, BadFilter, Clause, parse

VALUES = {
    "status='active'": "active",
    "status = 'active' ": "active",
    "familyName='O''Brien'": "O'Brien",
    "familyName='O'Brien'": "O'Brien",
    "familyName='''tHooft'": "'tHooft",
    "familyName='d''Arc''s'": "d'Arc's",
    "familyName=''": "",
    "familyName=' '": " ",
    "title='War AND Peace'": "War AND Peace",
    "title='this OR that'": "this OR that",
    "title='a=b'": "a=b",
    "title='100 %'": "100 %",
    "status=\u2018active\u2019": "active",
}


@pytest.mark.parametrize(("text", "value"), VALUES.items())
def test_a_value_is_what_stands_between_the_quotes(text: str, value: str) -> None:
    (clause,) = parse(text).clauses
    assert clause.value == value


@pytest.mark.parametrize("predicate", ["=", "!=", ">", ">=", "<", "<=", "~"])
def test_every_predicate_is_read_as_long_as_it_is(predicate: str) -> None:
    assert parse(f"score{predicate}'1'").clauses == (Clause("score", predicate, "1"),)


@pytest.mark.parametrize("path", ["role", "roles.org.sourcedId", "metadata.home-room_2"])
def test_a_path_may_go_down_as_far_as_the_document(path: str) -> None:
    assert parse(f"{path}='x'").clauses[0].field == path


@pytest.mark.parametrize(
    ("text", "joins"),
    [
        ("a='1' AND b='2'", ("AND",)),
        ("a='1' or b='2' and c='3'", ("OR", "AND")),
        ("a='1'AND b='2'", ("AND",)),
        ("a='O'Brien' AND b='2'", ("AND",)),
        ("a='O''' OR b='''' AND c=''", ("OR", "AND")),
    ],
)
def test_clauses_are_joined_from_left_to_right(text: str, joins: tuple[str, ...]) -> None:
    tree = parse(text)
    assert tree.joins == joins
    assert len(tree.clauses) == len(joins) + 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "position 1"),
        ("status", "position 1"),
        ("status=active", "position 1"),
        ("status='active", "doesn't end"),
        ("status='active' AND", "AND or OR"),
        ("status='active' AND role", "position 20"),
        ("status='active' XOR role='x'", "AND or OR"),
        ("status='active' role='x'", "AND or OR"),
        ("status=='active'", "position 1"),
        ("'active'=status", "position 1"),
        ("status='a\0'", "NUL"),
        (" AND ".join(["a='1'"] * (MOST_CLAUSES + 1)), "up to 20"),
    ],
)
def test_what_does_not_follow_the_grammar_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(BadFilter, match=words):
        parse(text)


def test_twenty_clauses_are_read() -> None:
    assert len(parse(" OR ".join(["a='1'"] * MOST_CLAUSES)).clauses) == MOST_CLAUSES


def test_a_long_filter_of_quotes_is_read_at_once() -> None:
    with pytest.raises(BadFilter):
        parse("a='" + "x'y" * 20_000)

"""The options by which commands say what a connection may see, and what they ask for."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connections.choosing import HIDEABLE, ROLES, known_shares
from connections.models import SHARES, Connection
from connections.partners import ADDED_TYPES
from connections.sharing import ALL, CHOICES, WITHHOLDABLE, Asked
from roster.refusal import Refused

SOME = {
    "grade": ("GRADE", "a grade whose students are shared, by its code; `none` is without one"),
    "role": ("ROLE", f"a role whose holders are shared: {', '.join(ROLES)}"),
    "course": ("SOURCEDID", "a course to share, with its classes"),
    "subject": ("SUBJECT", "a subject whose courses and classes are shared"),
}
"""Options that choose some of what is shared whole by default."""

MORE: dict[str, tuple[str, str, dict[str, Any]]] = {
    "share": ("shares", "what is off by default", {"choices": [*SHARES, ALL]}),
    "withhold": (
        "withheld",
        f"a field to keep back, one of {', '.join(WITHHOLDABLE)}",
        {"metavar": "FIELD"},
    ),
    "hide": ("hidden", "a collection that isn't shared", {"choices": list(HIDEABLE)}),
}
"""Options that add to a list of the connection, and the column of each."""

FLAGS = {
    "inactive": ("only-active", "share no inactive accounts", "with-inactive"),
    "unenrolled": ("only-enrolled", "share only who has a visible class", "with-unenrolled"),
}
"""Columns that are true by default: the option that unsets each, and the one that undoes that."""


def add_types(parser: CommandParser) -> None:
    """Add the option for connection types beyond Roster Sync, which partners alone can have."""
    parser.add_argument(
        "--type",
        dest="types",
        default=[],
        action="extend",
        nargs="+",
        choices=ADDED_TYPES,
        help="a connection type beyond Roster Sync; repeat it for another",
    )


def add_choices(parser: CommandParser, *, change: bool = False) -> None:
    """Declare what a connection may see; with `change`, also how each is taken back."""
    schools = parser.add_mutually_exclusive_group(required=not change)
    schools.add_argument("--all-schools", action="store_true", help="future ones too")
    several(schools, "--school", "schools", "a school to share", metavar="SOURCEDID")
    for name, (metavar, meaning) in SOME.items():
        group = parser.add_mutually_exclusive_group()
        several(group, f"--{name}", f"{name}s", meaning, metavar=metavar)
        if change:
            group.add_argument(f"--all-{name}s", action="store_true", help=f"share all {name}s")
    for verb, (column, meaning, more) in MORE.items():
        several(parser, f"--{verb}", column, meaning, **more)
        if change:
            several(parser, f"--un{verb}", f"un{verb}", f"undo --{verb}", **more)
    several(
        parser,
        "--keep-out",
        "kept_out",
        "a person whom this vendor must not see, and why",
        metavar="PERSON=REASON",
    )
    if change:
        several(parser, "--include-person", "let_in", "undo --keep-out", metavar="PERSON")
    for only, meaning, undo in FLAGS.values():
        group = parser.add_mutually_exclusive_group()
        group.add_argument(f"--{only}", action="store_true", help=meaning)
        if change:
            group.add_argument(f"--{undo}", action="store_true", help=f"undo --{only}")


def several(parser: Any, option: str, dest: str, meaning: str, **more: Any) -> None:
    """Declare an option that takes several values, and may be repeated."""
    parser.add_argument(
        option,
        dest=dest,
        default=[],
        action="extend",
        nargs="+",
        help=f"{meaning}; repeat it for more",
        **more,
    )


def asked_for(options: dict[str, Any], connection: Connection | None = None) -> Asked:
    """Return what the options ask for; lists add to those that `connection` has."""
    now = connection or Connection()
    asked: dict[str, Any] = {}
    if options["all_schools"] or options["schools"]:
        asked |= {"all_schools": options["all_schools"], "schools": options["schools"]}
    for name in CHOICES:
        if options.get(f"all_{name}") or options[name]:
            asked[name] = options[name] or None
    for verb, (column, *_) in MORE.items():
        undone = set(options.get(f"un{verb}", ()))
        if options[column] or undone:
            if both := undone.intersection(options[column]):
                raise Refused(f"{', '.join(sorted(both))} can't be given and taken back at once.")
            # What `all` stands for must be known before something is taken out of it.
            more = {*getattr(now, column), *expanded(column, options[column])}
            asked[column] = sorted(set() if ALL in undone else more - undone)
    if options["kept_out"] or options.get("let_in"):
        asked["kept_out"] = _kept_out(now, options["kept_out"], options.get("let_in", []))
    for column, (only, _, undo) in FLAGS.items():
        narrowed = options[only.replace("-", "_")]
        if narrowed or options.get(undo.replace("-", "_")):
            asked[column] = not narrowed
    return asked  # type: ignore[return-value]


def expanded(column: str, names: list[str]) -> list[str]:
    """Return the names with `all` among the shares written out."""
    return known_shares(names) if column == "shares" and ALL in names else names


def _kept_out(now: Connection, more: list[str], let_in: list[str]) -> dict[str, str]:
    kept = dict(now.kept_out)
    for person in let_in:
        if kept.pop(person, None) is None:
            raise Refused(f"{person} isn't kept out of this connection.")
    for pair in more:
        person, _, reason = pair.partition("=")
        kept[person] = reason
    return kept

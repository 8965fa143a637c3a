"""The numbers of what reaches no vendor as a sentence for each version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext, ngettext_lazy

from roster.checking.unreached import COUNTED, Numbers
from roster.kinds import KINDS

ONE_AND_MANY = {
    "classes": ngettext_lazy("%(count)s class", "%(count)s classes", "number"),
    "enrollments": ngettext_lazy("%(count)s enrollment", "%(count)s enrollments", "number"),
    "users": ngettext_lazy("%(count)s person", "%(count)s people", "number"),
}

NOT_ONE = {"classes": _l("class"), "enrollments": _l("enrollment"), "users": _l("person")}

MISSING = {
    ("section", "session"): "a class names no academic session that is in the data",
    ("section", "course"): "a class names no course that is in the data",
    ("section", "school"): "a class names no school that is in the data",
    ("enrollment", "section"): "an enrollment names a class that isn't in the data",
    ("enrollment", "person"): "an enrollment names a person who isn't in the data",
    ("enrollment", "org"): "an enrollment names a school that isn't in the data",
    ("district_assignment", "org"): "a role names an org that isn't in the data",
}

UNPUBLISHABLE = {
    ("org", "type"): "OneRoster {version} has no word for the type of an org",
    ("session", "type"): "OneRoster {version} has no word for the type of an academic session",
    ("section", "terms"): "OneRoster {version} has no word for any term of a class",
    ("enrollment", "role"): "OneRoster {version} has no word for the role of an enrollment",
    ("person", "role"): "OneRoster {version} has no word for any role of a person",
    ("person", "username"): "a person has neither a username nor what stands in for one",
}

NOWHERE = {
    "person": "a person has no role at any org in the data and no enrollment in a class",
    "school_enrollment": "nothing places a student at a school",
}

DATES = {
    "enrollment": "an enrollment has ended or hasn't begun",
    "school_enrollment": "a student has left the school or hasn't come yet",
    "district_assignment": "a person's work at an org has ended or hasn't begun",
    "guardian_link": "a guardian's role has ended or hasn't begun",
}

TITLES = {"section": "class", "enrollment": "enrollment", "org": "school or org"}
"""What kinds are called here, where it isn't their title."""

CODES = {
    "marked": "a {title} is excluded (External LMS Exclude)",
    "kept_out": "a person is kept out of the connection",
    "inactive": "an account is inactive, and only active ones are shared",
    "other_year": "a {title} is of another school year than the active one",
    "unenrolled": "a person has no visible class, and only enrolled people are shared",
    "not_shared": "the {about} isn't shared",
    "school_not_shared": "a school isn't shared",
    "org_not_shared": "only schools and orgs above them are shared",
    "unpublishable": "a {title} has no {about}, which OneRoster {version} requires",
    "missing": "a {title} names a {about} that isn't in the data",
    "dates": "a {title} has ended or hasn't begun",
    "nobody": "no visible class uses a {title}",
    "hidden": "what a {title} depends on isn't visible",
}


def in_words(numbers: Numbers, *, vendor: str = "", in_lines: bool = False) -> list[str]:
    """Return a sentence for each version, or one for both where they say the same.

    `vendor` is the one that they are about; without, they are about every vendor. With `in_lines`
    each reason of several begins a line.
    """
    found: dict[str, list[str]] = {}
    for version, counts in numbers.items():
        found.setdefault(_sentence(counts, vendor, version, in_lines), []).append(version)
    said = [(version, sentence) for sentence, (version, *_) in found.items()]
    if len(said) == 1:
        return [f"OneRoster {_(' and ').join(numbers)}: {said[0][1]}"]
    return [f"OneRoster {version}: {sentence}" for version, sentence in said]


def _sentence(counts: Mapping[str, Any], vendor: str, version: str, in_lines: bool) -> str:
    records, hidden = counts["records"], counts["hidden"]
    facts = {"all": _counted(records), "hidden": _counted(hidden), "vendor": vendor}
    if not any(hidden.values()):
        if vendor:
            return _("all of %(all)s can reach %(vendor)s.") % facts
        return _("all of %(all)s can reach a vendor.") % facts
    why = [f"{because(reason, version)} ({_counted(reason)})" for reason in counts["because"]]
    facts["why"] = "\n".join(["", *why]) if in_lines and len(why) > 1 else "; ".join(why)
    if vendor:
        words = ngettext(
            "of %(all)s, %(hidden)s does not reach %(vendor)s, because %(why)s.",
            "of %(all)s, %(hidden)s do not reach %(vendor)s, because %(why)s.",
            sum(hidden.values()),
        )
    else:
        words = ngettext(
            "of %(all)s, %(hidden)s reaches no vendor, because %(why)s.",
            "of %(all)s, %(hidden)s reach no vendor, because %(why)s.",
            sum(hidden.values()),
        )
    nothing = [str(NOT_ONE[each]) for each in COUNTED if 0 < records[each] == hidden[each]]
    if not nothing:
        return words % facts
    loud = _("NOT ONE %(kinds)s gets out.") % {"kinds": _(" AND NOT ONE ").join(nothing)}
    text = words % facts
    return f"{loud} {text[0].upper()}{text[1:]}"


def because(reason: Mapping[str, Any], version: str) -> str:
    """Return a reason as a clause about the record at which it begins."""
    kind, code, about = reason["kind"], reason["code"], reason["about"]
    words = CODES[code]
    if code == "missing":
        words = MISSING.get((kind, about), words)
    elif code == "unpublishable":
        words = UNPUBLISHABLE.get((kind, about), words)
    elif code == "hidden":
        words = NOWHERE.get(kind, words)
    elif code == "dates":
        words = DATES.get(kind, words)
    about = _(KINDS[about].title) if about in KINDS else about
    title = _(TITLES.get(kind, KINDS[kind].title))
    return _(words).format(title=title, about=about, version=version)


def _counted(counts: Mapping[str, Any]) -> str:
    """Return `2 classes, 40 enrollments and 1 person`, without what there is none of."""
    parts = [
        ONE_AND_MANY[name] % {"number": count, "count": number_format(count, force_grouping=True)}
        for name in COUNTED
        if (count := counts.get(name))
    ]
    if not parts:
        return _("no records")
    *first, last = parts
    return _("%(some)s and %(last)s") % {"some": ", ".join(first), "last": last} if first else last

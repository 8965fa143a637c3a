"""What a vendor may see, as an administrator ticks it: for a new connection and for one that is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from connections import sharing
from connections.choosing import HIDEABLE, has, subjects_of
from connections.models import Connection
from portal import words
from portal.forms.widgets import Ticks, Tiles
from portal.terms import COLLECTION_TERMS
from roster.deciding.rules import UNLESS_SHARED_COLLECTIONS
from roster.dialects.vocabularies import grade_name
from roster.kinds import KINDS
from roster.listing import live
from roster.models import Level, Organization
from roster.refusal import Refused

CHOSEN = ("schools", "grades", "roles", "subjects", "courses")
"""What is shared whole, or as some of it: each has a field `…_are` that says which."""


def all_or_some(label: Any, everything: Any, some: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=[("all", everything), ("some", some)],
        widget=Tiles,
        initial="all",
        required=False,
    )


class SharingFields(forms.Form):
    """The fields of a sharing. `asked()` is what the verbs of `connections.sharing` are given."""

    schools_are = forms.ChoiceField(
        label=_("Schools"),
        choices=[("all", _("All schools")), ("some", _("Some schools"))],
        widget=Tiles,
        initial="all",
    )
    schools = forms.MultipleChoiceField(label=_("Which schools"), widget=Ticks, required=False)
    grades_are = all_or_some(_("Grades"), _("All grades"), _("Some grades"))
    grades = forms.MultipleChoiceField(label=_("Which grades"), widget=Ticks, required=False)
    roles_are = all_or_some(_("People"), _("All roles"), _("Some roles"))
    roles = forms.MultipleChoiceField(label=_("Which roles"), widget=Ticks, required=False)
    subjects_are = all_or_some(_("Subjects"), _("All subjects"), _("Some subjects"))
    subjects = forms.MultipleChoiceField(label=_("Which subjects"), widget=Ticks, required=False)
    courses_are = all_or_some(_("Courses"), _("All courses"), _("Some courses"))
    courses = forms.CharField(
        label=_("Which courses"),
        help_text=_("One course ID in each line; the roster lists them under Courses."),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        required=False,
    )
    only = forms.MultipleChoiceField(
        label=_("Narrow it further"),
        choices=[(name, label) for name, (label, _meaning) in words.NARROWINGS.items()],
        widget=Ticks,
        required=False,
    )
    shares = forms.MultipleChoiceField(
        label=_("Share as well"),
        help_text=_("Off unless you tick it. Ask the vendor what it really needs."),
        choices=list(words.SHARE_NAMES.items()),
        widget=Ticks,
        required=False,
    )
    withheld = forms.MultipleChoiceField(
        label=_("Keep back"),
        help_text=_("Tick what this vendor must not get although it is usually shared."),
        choices=list(words.FIELDS.items()),
        widget=Ticks,
        required=False,
    )

    hidden = forms.MultipleChoiceField(
        label=_("Leave out whole lists"),
        help_text=_("Tick what this vendor doesn't get at all."),
        widget=Ticks,
        required=False,
    )

    def offer(self, organization: Organization, now: Connection | None = None) -> None:
        """Offer what there is in the organization's data, and what `now` has of it already."""
        schools = live(organization, KINDS["school"]).order_by("name", "sourced_id")
        named = {school.sourced_id: school.name for school in schools}
        self._choose("schools", named, now)
        levels = Level.objects.filter(organization=organization, kind="grade_level")
        grades = {*levels.values_list("name", flat=True).distinct(), *_has(now, "grades")}
        ordered = words.in_order_of_grades(grades)
        self._choose("grades", {code: grade_name(code) for code in ordered}, now)
        self._choose("roles", words.ROLES, now)
        subjects = sorted({*subjects_of(organization)}, key=str.casefold)
        self._choose("subjects", {name: name for name in subjects}, now)
        self._choose("withheld", words.FIELDS, now)
        self.fields["shares"].widget.explained = words.SHARES  # type: ignore[attr-defined]
        self.fields["only"].widget.explained = {  # type: ignore[attr-defined]
            name: meaning for name, (_label, meaning) in words.NARROWINGS.items()
        }
        self.fields["schools_are"].widget.explained = {  # type: ignore[attr-defined]
            "all": _("Schools that open later are shared too, with the district's own staff."),
            "some": _("Only the schools that you tick, with their people and classes."),
        }

    def offer_lists(self, connection: Connection) -> None:
        """Offer the lists that a connection of this version and these types can do without."""
        offered = {
            name: COLLECTION_TERMS[name]
            for name in HIDEABLE
            if connection.oneroster
            and has(connection, name)
            and name not in UNLESS_SHARED_COLLECTIONS
        }
        self._choose("hidden", offered, connection)

    def _choose(self, field: str, named: Any, now: Connection | None) -> None:
        more = [(value, value) for value in _has(now, field) if value not in named]
        self.fields[field].choices = [*named.items(), *more]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for name in CHOSEN:
            if given.get(f"{name}_are") == "some" and name in given and not given[name]:
                self.add_error(name, NONE_TICKED[name])
        return given

    def asked(self) -> dict[str, Any]:
        """Return what is asked of the sharing."""
        given = self.cleaned_data
        some = {name for name in CHOSEN if given[f"{name}_are"] == "some"}
        return {
            "all_schools": "schools" not in some,
            "schools": given["schools"] if "schools" in some else [],
            **{name: given[name] if name in some else None for name in ("grades", "roles")},
            "subjects": given["subjects"] if "subjects" in some else None,
            "courses": lines_of(given["courses"]) if "courses" in some else None,
            "shares": given["shares"],
            "withheld": given["withheld"],
            "hidden": given["hidden"],
            **{flag: flag not in given["only"] for flag in words.NARROWINGS},
        }


class SharingForm(SharingFields):
    """The sharing of a connection that is there, edited; it begins as what is shared now.

    `seen` tells what was shared when the form was made: what somebody else has changed since
    isn't overwritten.
    """

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Kept in the history of this connection."),
        max_length=500,
        required=False,
    )
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None, *, connection: Connection) -> None:
        super().__init__(data, initial=initial_of(connection))
        self.sent_data = data
        self.connection = connection
        for name in CHOSEN:
            self.fields[f"{name}_are"].required = True
        self.offer(connection.organization, connection)
        self.offer_lists(connection)

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if not self.errors:
            if given["seen"] != seen(self.connection):
                self.add_error(None, OVERTAKEN)
            try:
                sharing.decide(self.connection, self.asked())  # type: ignore[arg-type]
            except Refused as refused:
                self.add_error(None, str(refused))
        return given

    def sent(self) -> Iterable[tuple[str, str]]:
        """Yield the names and values as they came, to be sent again with the confirmation."""
        for name in self.fields:
            if name != "reason" and self.sent_data is not None:
                for value in self.sent_data.getlist(name):
                    yield name, value


NONE_TICKED = {
    "schools": _("Tick at least one school."),
    "grades": _("Tick at least one grade."),
    "roles": _("Tick at least one role."),
    "subjects": _("Tick at least one subject."),
    "courses": _("Name at least one course."),
}

OVERTAKEN = _(
    "Somebody has changed what this vendor may see since you opened this page. Nothing was saved. "
    "Open it again, and make your change to what is shared now."
)


def initial_of(connection: Connection) -> dict[str, Any]:
    """Return the form of what is shared now."""
    chosen = {
        name: getattr(connection, name) for name in CHOSEN if name not in ("schools", "courses")
    }
    return {
        **{f"{name}_are": "all" if value is None else "some" for name, value in chosen.items()},
        **{name: value or [] for name, value in chosen.items()},
        "schools_are": "all" if connection.all_schools else "some",
        "schools": connection.schools,
        "courses_are": "all" if connection.courses is None else "some",
        "courses": "\n".join(connection.courses or ()),
        "only": [flag for flag in words.NARROWINGS if not getattr(connection, flag)],
        "shares": connection.shares,
        "withheld": connection.withheld,
        "hidden": connection.hidden,
        "seen": seen(connection),
    }


def seen(connection: Connection) -> str:
    """Return a short text that is another one when anything else is shared."""
    text = json.dumps(sharing.described(connection), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _has(now: Connection | None, field: str) -> Collection[str]:
    return (getattr(now, field) or ()) if now else ()

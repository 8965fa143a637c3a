"""Every column that a person settles has a command and a field on a page; the others are named."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from django.core.management import load_command_class
from django.db.models import Model
from django.forms import Form

from connections.models import Connection
from portal.forms.acts import ActForm
from portal.forms.connections import ConnectionForm
from portal.forms.exclusion import KeepOutForm
from portal.forms.settings import FieldsForm, SettingsForm
from portal.forms.sharing import SharingForm
from portal.forms.terms import TERMS, TermsForm
from roster.models import Organization
from roster.organizations.settings import SETTINGS


class Door(NamedTuple):
    """A command with the name of its argument, and a form with the name of its field."""

    app: str
    command: str
    argument: str
    form: type[Form]
    field: str


def made(argument: str, field: str) -> Door:
    """Return the door of what holds from the beginning of a connection."""
    return Door("connections", "create_connection", argument, ConnectionForm, field)


def shared(argument: str, field: str = "") -> Door:
    return Door("connections", "change_sharing", argument, SharingForm, field or argument)


DOORS: dict[type[Model], dict[str, Door]] = {
    Organization: {
        **{name: Door("roster", "set_organization", name, SettingsForm, name) for name in SETTINGS},
        "field_policy": Door("roster", "set_field_policy", "fields", FieldsForm, "fields_kept"),
    },
    Connection: {
        "partner": made("partner", "vendor_is"),
        "oneroster": made("oneroster", "oneroster"),
        "types": made("types", "types"),
        "unsupported_acknowledged": made("acknowledge_unsupported", "acknowledged"),
        **{
            name: Door("connections", "change_connection", name, TermsForm, name)
            for name in (*TERMS, "networks")
        },
        "status": Door("connections", "set_status", "status", ActForm, "reason"),
        "active_on": Door("connections", "set_status", "until", ActForm, "until"),
        "all_schools": shared("all_schools", "schools_are"),
        **{
            name: shared(name)
            for name in (
                *("schools", "grades", "roles", "courses", "subjects"),
                *("shares", "withheld", "hidden"),
            )
        },
        "kept_out": Door("connections", "change_sharing", "kept_out", KeepOutForm, "reason"),
        "inactive": shared("only_active", "only"),
        "unenrolled": shared("only_enrolled", "only"),
    },
}

NO_SETTINGS: dict[type[Model], set[str]] = {
    Organization: {
        *("id", "slug", "created", "sandbox_students"),
        *("revision", "last_number", "acts", "swept"),
        *("shown_map", "shown_day", "shown_settings"),
    },
    Connection: {"id", "organization", "feed", "created", "created_by", "last_seen"},
}
"""What the product itself writes, and what never changes."""


@pytest.mark.parametrize("model", DOORS)
def test_every_column_has_a_door_or_is_no_setting(model: type[Model]):
    columns = {field.name for field in model._meta.concrete_fields}
    assert columns == DOORS[model].keys() | NO_SETTINGS[model]
    assert not DOORS[model].keys() & NO_SETTINGS[model]


@pytest.mark.parametrize("door", [door for doors in DOORS.values() for door in doors.values()])
def test_every_door_is_there(door: Door):
    parser = load_command_class(door.app, door.command).create_parser("manage.py", door.command)
    assert {door.argument, "json"} <= {action.dest for action in parser._actions}
    assert door.field in door.form.base_fields  # type: ignore[attr-defined]

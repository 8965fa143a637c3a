"""What the processes of the race do over and over, each by the verbs of the product."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from connections import changing, lifecycle
from connections.models import Connection
from roster import excluding, publishing
from roster.importing import import_bundle
from roster.models import Enrollment, Klass, Level, Mark, Org, Organization, User
from roster.organizations import set_field_policy
from roster.publishing import flipping, sweeping

BY = "race"
MOST_MARKS = 40
BUNDLES = "RACE_BUNDLES"
"""The environment's name of the folder with the bundles that are imported in turn."""


def hurry() -> None:
    """Let graces be as short as the lives of those who wait for them."""
    flipping.READ_ON = timedelta(seconds=1)
    sweeping.GRACE = timedelta(seconds=2)


def riverside() -> Organization:
    return Organization.objects.get(slug="riverside")


def refresh(dice: random.Random) -> None:
    publishing.refresh(riverside(), by=BY)


def exclude(dice: random.Random) -> None:
    """Exclude some record or level, mostly a person."""
    kind = dice.choice(["person", "person", "person", *KINDS])
    model, of_kind = KINDS.get(kind, (User, {}))
    rows = model.objects.filter(organization=riverside(), **of_kind)
    ids = list(rows.order_by("sourced_id").values_list("sourced_id", flat=True))
    excluding.exclude(riverside(), kind, [dice.choice(ids)], reason="Asked", by=BY)


KINDS: dict[str, tuple[Any, dict[str, str]]] = {
    "section": (Klass, {"status": "active"}),
    "enrollment": (Enrollment, {"status": "active"}),
    "school_enrollment": (Level, {"kind": "school_enrollment"}),
    "grade_level": (Level, {"kind": "grade_level"}),
    "course": (Level, {"kind": "course"}),
    "school": (Org, {"status": "active", "type": "school"}),
}


def include(dice: random.Random) -> None:
    """Take some marks back once there are many, a school's always."""
    marks = list(Mark.objects.filter(organization=riverside(), source="person").order_by("pk"))
    many = dice.sample(marks, len(marks) - MOST_MARKS) if len(marks) > MOST_MARKS else []
    for mark in [*many, *(mark for mark in marks if mark.kind == "school")]:
        excluding.include(riverside(), mark.kind, [mark.sourced_id], by=BY)


def somebody(dice: random.Random) -> Connection:
    """One of the connections that the race is about; the watchers' copies must go on."""
    rows = Connection.objects.filter(organization=riverside(), vendor__startswith="Racing")
    return dice.choice(list(rows.order_by("pk")))


def pause(dice: random.Random) -> None:
    connection = somebody(dice)
    lifecycle.pause(connection, by=BY)
    time.sleep(dice.uniform(0, 0.5))
    lifecycle.resume(Connection.objects.get(pk=connection.pk), by=BY)


def share(dice: random.Random) -> None:
    """Swap schools, fields, roles and people of a connection, several at once."""
    schools = list(
        Org.objects.filter(organization=riverside(), type="school", status="active")
        .order_by("sourced_id")
        .values_list("sourced_id", flat=True)
    )
    users = User.objects.filter(organization=riverside(), status="active").order_by("pk")
    everybody = dice.random() < 0.5
    asked: dict[str, Any] = {
        "all_schools": everybody,
        "schools": [] if everybody else dice.sample(schools, max(1, len(schools) - 1)),
        "withheld": dice.choice([[], ["users.email"], ["users.grades", "users.identifier"]]),
        "kept_out": {user.sourced_id: "asked" for user in dice.sample(list(users), 3)},
        "roles": dice.choice([None, None, ["student", "teacher"]]),
    }
    names = dice.sample(["schools", "withheld", "kept_out", "roles"], 2)
    if "schools" in names:
        names.append("all_schools")
    changing.change_sharing(somebody(dice), by=BY, **{name: asked[name] for name in names})


def set_policy(dice: random.Random) -> None:
    set_field_policy(riverside(), dice.choice([[], ["users.middleName"]]), by=BY)


def bring(dice: random.Random) -> None:
    """Import one of the bundles."""
    paths = sorted(Path(os.environ[BUNDLES]).iterdir())
    import_bundle(riverside(), dice.choice(paths), by=BY, approved=True)


def sweep(dice: random.Random) -> None:
    sweeping.sweep(riverside())


ROLES: dict[str, Callable[[random.Random], None]] = {
    "refresher": refresh,
    "second refresher": refresh,
    "excluder": exclude,
    "includer": include,
    "pauser": pause,
    "sharer": share,
    "policy maker": set_policy,
    "importer": bring,
    "sweeper": sweep,
}

REST: dict[str, float] = {
    "refresher": 0.1,
    "second refresher": 0.1,
    "excluder": 0.3,
    "includer": 2,
    "pauser": 0.5,
    "sharer": 0.6,
    "policy maker": 2,
    "importer": 1,
    "sweeper": 0.5,
}
"""Seconds that they rest at most between two pieces of work."""

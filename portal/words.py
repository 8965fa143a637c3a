"""What the portal calls the states and choices of the product, and how it explains them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from connections import models, standing
from connections.models import Connection
from roster.checking import NEEDS
from roster.dialects.vocabularies import GRADES
from roster.models import Job

Words = str | Promise


@dataclass(frozen=True)
class Standing:
    """A status as people read it: its tone (a class of the style sheet), its name, its meaning."""

    tone: str
    label: Words
    meaning: Words


STANDINGS = {
    "disabled": Standing(
        "still",
        _("Disabled"),
        _("Not started yet. The vendor is told that the district enables it when it is ready."),
    ),
    "active": Standing("good", _("Active"), _("The vendor can read what you share with it.")),
    "paused": Standing(
        "wait",
        _("Paused"),
        _("The vendor goes on reading what was published when you paused, and nothing newer."),
    ),
    "suspended": Standing(
        "bad", _("Suspended"), _("The vendor is refused and told that the district suspended it.")
    ),
    "expired": Standing(
        "bad", _("Expired"), _("The last day has passed. The vendor is refused and told so.")
    ),
    "closed": Standing(
        "still", _("Closed"), _("Ended for good. Client ID and secrets don't work any more.")
    ),
}

DATES: dict[str, tuple[Words, Words]] = {
    "begins": (_("Launch"), _("The vendor can read from this day on.")),
    "resumes": (_("Resumes"), _("The vendor reads what is published then.")),
    "expires": (_("Last day"), _("Afterwards the vendor is refused.")),
    "agreement": (_("Last day of the agreement"), _("Afterwards the vendor is refused.")),
    "secret": (
        _("Last day of a client secret"),
        _("Afterwards it is refused, with the tokens made with it. Make a new one before."),
    ),
    "rollover": (_("Year rollover"), _("Vendors read the next school year from this day on.")),
}
"""What happens by date (`connections.calendar`): its name, and what it means."""

REFRESHES: dict[str, tuple[str, Words]] = {
    "running": ("wait", _("Running")),
    "published": ("good", _("Published")),
    "failed": ("bad", _("Failed")),
    "cancelled": ("still", _("Cancelled")),
    "held": ("wait", _("Held")),
    "approved": ("good", _("Approved")),
    "discarded": ("still", _("Discarded")),
    "superseded": ("still", _("Superseded")),
}

JOB_STATES: dict[str, tuple[str, Words]] = {
    "queued": ("wait", _("Waiting")),
    "running": ("wait", _("Running")),
    "failed": ("bad", _("Failed")),
    "done": ("good", _("Done")),
    "cancelled": ("still", _("Cancelled")),
}

JOBS: dict[str, Words] = {
    "refresh": _("Refresh"),
    "publish": _("First publication"),
    "fetch": _("Look at a source"),
    "import": _("Import"),
    "approve": _("Approved import"),
    "night": _("Night of a sandbox"),
    "deliver": _("Delivery of grades"),
    "act": _("Act that was confirmed"),
    "several": _("Several connections"),
    "foresee": _("Preview of a year"),
    "password": _("Link for a password"),
    "sweep": _("Sweep"),
    "tidy": _("Tidying up"),
}
"""What background jobs do, by kind."""

STILL_TRUE: dict[str, Words] = {
    "exclude": _("Being excluded. Until this is done, vendors still read it."),
    "sharing": _("Being changed. Until this is done, the vendor still reads by the old sharing."),
    "keep_out": _("Being kept out. Until this is done, the vendor still reads this person."),
}
PREPARED: Words = _("Being prepared. Until this is done, nothing has changed.")
NOT_DONE: dict[str, Words] = {
    "exclude": _("Nothing was excluded: vendors still read it."),
    "keep_out": _("Nobody was kept out: the vendor still reads this person."),
}
STAYED: Words = _("Nothing was changed.")


def true_of(act: Job) -> Words:
    """Return what is true of an act that isn't done: while it is under way, or since it failed."""
    name = act.arguments["act"]
    if act.finished:
        return NOT_DONE.get(name, STAYED)
    return STILL_TRUE.get(name, PREPARED)


ACTIONS: dict[str, Words] = {
    "connection.created": _("Connection made"),
    "connection.activated": _("Connection enabled"),
    "connection.paused": _("Connection paused"),
    "connection.resumed": _("Connection resumed"),
    "connection.suspended": _("Connection suspended"),
    "connection.disabled": _("Connection disabled"),
    "connection.closed": _("Connection closed"),
    "connection.changed": _("Agreement changed"),
    "agreement.kept": _("File of the agreement kept"),
    "agreement.removed": _("File of the agreement removed"),
    "sharing.changed": _("Sharing changed"),
    "secret.rotated": _("New secret made"),
    "secret.ended": _("Older secret ended"),
    "secret.discarded": _("Newer secret discarded"),
    "secret.dated": _("Last day of a secret changed"),
    "secret.expired": _("Secret expired"),
    "letter.sent": _("Letter sent to the vendor"),
    "hand_over.made": _("Hand-over link made"),
    "hand_over.opened": _("Hand-over link opened"),
    "hand_over.withdrawn": _("Hand-over link withdrawn"),
    "tokens.ended": _("All access tokens ended"),
    "cache.refreshed": _("Cache refreshed"),
    "refresh.held": _("Refresh held"),
    "refresh.approved": _("Held refresh approved"),
    "refresh.discarded": _("Held refresh discarded"),
    "refresh.cancelled": _("Refresh cancelled"),
    "job.repeated": _("Background job run again"),
    "record.excluded": _("Excluded"),
    "record.included": _("Included again"),
    "partner.created": _("Partner entered"),
    "partner.changed": _("Partner changed"),
    "interest.sent": _("Form of a vendor sent"),
    "interest.accepted": _("Form of a vendor accepted"),
    "interest.declined": _("Form of a vendor declined"),
    "sandbox.created": _("Sandbox made"),
    "roster.imported": _("Bundle imported"),
    "roster.exported": _("Data exported"),
    "grading_window.changed": _("Grading window changed"),
    "gradebook.exported": _("Grades from vendors exported"),
    "import.held": _("Import held"),
    "import.discarded": _("Held import discarded"),
    "member.appointed": _("Role given to a colleague"),
    "member.ended": _("Access of a colleague ended"),
    "account.ended": _("Account ended"),
    "account.language_chosen": _("Language chosen"),
    "password.link_sent": _("Link to a new password sent"),
    "password.changed": _("Password changed"),
    "sign_in.done": _("Signed in"),
    "sign_in.failed": _("Sign-in failed"),
    "provider.bound": _("First sign-in with an account of elsewhere"),
    "factor.added": _("Second factor added"),
    "factor.removed": _("Second factor removed"),
    "sign_in.reset": _("Sign-in reset"),
    "session.ended": _("Signed out of one device"),
    "sessions.ended": _("Signed out everywhere"),
    "organization.created": _("Organization made"),
    "organization.changed": _("Settings changed"),
    "organization.field_policy_set": _("Fields that no vendor gets changed"),
    "own_row.set": _("Own row set"),
    "own_row.ended": _("Own row ended"),
    "destination.added": _("Place for grades added"),
    "destination.changed": _("Place for grades changed"),
    "destination.removed": _("Place for grades removed"),
    "destination.trusted": _("Server for grades trusted"),
    "gradebook.delivered": _("Grades delivered"),
    "source.added": _("Source added"),
    "source.changed": _("Source changed"),
    "source.removed": _("Source removed"),
    "source.trusted": _("Source's server trusted"),
}

OBJECTS: dict[str, Words] = {
    "connection": _("connection"),
    "destination": _("place for grades"),
    "import": _("import"),
    "interest": _("form of a vendor"),
    "job": _("background job"),
    "partner": _("partner"),
    "publication": _("what was published"),
    "refresh": _("refresh"),
    "session": _("grading period"),
    "source": _("source"),
    "staff": _("account"),
}
"""What an act of the audit log was about, beside the kinds of the roster."""

DELIVERED: dict[str, Words] = {
    "bundle": _("a OneRoster 1.2 delta bundle (zip)"),
    "table": _("a table of scores (CSV)"),
}

VERSIONS: dict[str, Words] = {
    "1.2": _("The current version: several roles per person. Choose it if the vendor reads it."),
    "1.1": _("The older version, which many vendors still read: one role per person."),
}

TYPE_NAMES: dict[str, Words] = {name: _(words) for name, words in models.TYPES.items()}
SHARE_NAMES: dict[str, Words] = {name: _(words) for name, words in models.SHARES.items()}
NEED_NAMES: dict[str, Words] = {name: _(words) for name, words in NEEDS.items()}

TYPES: dict[str, Words] = {
    "grade_book": _(
        "The vendor also reads and writes categories, assignments (line items) and grades"
        " (results)."
    ),
    "assessment": _(
        "The vendor also reads and writes assessments and their results. Needs OneRoster 1.2."
    ),
}

SHARES: dict[str, Words] = {
    "demographics": _("Birth date, sex, race and ethnicity. Few applications need them."),
    "guardians": _("Parents, guardians and relatives of the students whom this vendor sees."),
    "resources": _("Which learning resources belong to which classes and courses."),
    "metadata": _("Additional columns of your student information system; look what they hold."),
    "users.phone": _("Phone numbers of the people shared."),
    "users.sms": _("Numbers for text messages of the people shared."),
    "users.userIds": _("The ids that people have in other systems."),
    "users.userMasterIdentifier": _("One id that follows a person through several systems (1.2)."),
    "users.userProfiles": _("How people sign in to other vendors' applications (1.2)."),
    "users.pronouns": _("The pronouns that people use (1.2)."),
}

FIELDS: dict[str, Words] = {
    "users.email": _("E-mail addresses"),
    "users.identifier": _("Identifiers (student and staff numbers)"),
    "users.username": _("Usernames (1.2 only: 1.1 requires them)"),
    "users.middleName": _("Middle names"),
    "users.grades": _("Grade levels of students"),
    "users.preferredFirstName": _("Preferred first names (1.2)"),
    "users.preferredMiddleName": _("Preferred middle names (1.2)"),
    "users.preferredLastName": _("Preferred last names (1.2)"),
    "classes.location": _("Rooms of classes"),
    "classes.periods": _("Periods of classes"),
}


def standing_of(connection: Connection) -> str:
    """Return the status as it holds today, with `expired` where the last day has passed."""
    zone = connection.organization.time_zone
    return standing.standing(connection.status, connection.last_day, zone)


ROLES: dict[str, Words] = {
    "student": _("Students"),
    "teacher": _("Teachers"),
    "aide": _("Aides"),
    "proctor": _("Proctors"),
    "counselor": _("Counselors"),
    "principal": _("Principals"),
    "siteAdministrator": _("School administrators"),
    "districtAdministrator": _("District administrators"),
    "systemAdministrator": _("System administrators"),
    "parent": _("Parents"),
    "guardian": _("Guardians"),
    "relative": _("Relatives"),
}
"""The roles by which people are shared."""

NARROWINGS: dict[str, tuple[Words, Words]] = {
    "inactive": (
        _("Active accounts only"),
        _("People whose account is inactive in your system aren't shared."),
    ),
    "unenrolled": (
        _("Only people with a class"),
        _("People without a class that this vendor sees aren't shared."),
    ),
}
"""What narrows a sharing beyond lists: the column that is unset by it, its name, its meaning."""


def in_order_of_grades(codes: Iterable[str]) -> list[str]:
    """Return grades as schools count them; codes of a district's own after OneRoster's."""
    known = {code: at for at, code in enumerate(GRADES)}
    return sorted(codes, key=lambda code: (known.get(code, len(known)), code))


SEVERITIES: dict[str, tuple[str, Words]] = {
    "error": ("bad", _("Row left out")),
    "warning": ("wait", _("Needs repair")),
    "notice": ("still", _("Taken as it is")),
}

FINDING_COLUMNS: dict[str, Words] = {
    "severity": _("What became of it"),
    "file": _("File"),
    "column": _("Column"),
    "code": _("Kind"),
}

ADVICE: dict[int, Words] = {
    400: _("The vendor asked in a way that OneRoster doesn't know; its engineers can fix it."),
    401: _("Without a good token. Vendors ask for a new one; a wrong secret never gets one."),
    403: _("Not shared with this connection, or the connection isn't active."),
    404: _("There is no such record for this vendor: excluded, not shared, or gone."),
    405: _("Nothing of that kind can be done there."),
    412: _("Somebody changed the record meanwhile; vendors read it and try again."),
    422: _("What the vendor sent can't be kept; its engineers are told which field is wrong."),
    429: _("Too many requests in a short time; it goes on after a pause."),
    500: _("The fault is on this side. Tell the operator when it happened."),
    503: _("Nothing could be read at that moment; vendors try again."),
}
"""What an error means for the district, besides what the vendor was answered."""


def advice(status: int) -> Words:
    """Return what an answer of that status means; blank for a good one."""
    return ADVICE.get(status, "")


def spelled(school_year: str) -> str:
    """Return a school year, which is named after its end, as people write it: 2026–27."""
    if not str(school_year).isdigit():
        return ""
    return f"{int(school_year) - 1}–{str(school_year)[-2:]}"

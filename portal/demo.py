"""Prepares the demo: a made-up district, imported, marked, published, and read by a vendor.

Everything is done by the verbs that pages and commands use. Started again, it keeps what is there
and makes what is missing; secrets and passwords are new each time, as they can't be read again.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management import call_command

from connections import credentials, lifecycle
from connections.information import information
from connections.models import SHARES, Connection, Partner
from connections.partners import create_partner
from portal import demo_past, examples, staff
from portal.models import Membership, Staff
from roster.generator.demo import write_demo_bundle
from roster.importing import import_bundle
from roster.models import Import, Organization
from roster.organizations import create_organization
from roster.publishing import refresh

BY = "demo"
SLUG, NAME, ZONE = "demo", "Riverside Unified (demo)", "America/Chicago"
PASSWORD_LENGTH = 14
DANA, VICTOR = "dana@riverside.example", "victor@riverside.example"
PEOPLE = {
    DANA: ("Dana Brook", Membership.Role.ADMIN),
    VICTOR: ("Victor Hill", Membership.Role.VIEWER),
}

# What the first two share shows both ends: everything, and what a new one shares by itself. The
# third writes.
CONNECTIONS: tuple[dict[str, Any], ...] = (
    {
        "oneroster": "1.2",
        "partner": "Brightpath",
        "vendor": "Brightpath Reading",
        "purpose": "Reading practice with reports for teachers and families",
        "shares": list(SHARES),
    },
    {
        "oneroster": "1.1",
        "partner": "Brightpath",
        "vendor": "Brightpath Library",
        "purpose": "Library cards and lending",
        "shares": [],
    },
    {
        "oneroster": "1.2",
        "partner": "Chalkmark",
        "vendor": "Chalkmark Quizzes",
        "purpose": "Quizzes in class, with their scores in the grade book",
        "shares": [],
        "types": ["grade_book"],
    },
)

WRITE = """\
curl -sS -X PUT -w '%{{http_code}}\\n' -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' -d '{{"category": {{"title": "Projects"}}}}' \\
  {}/categories/projects"""
"""What a vendor that writes can try at once: a category needs no ids of others."""

Say = Callable[[str], None]
Progress = Callable[[int, str], None]


def prepare(base: str, say: Say, progress: Progress) -> dict[str, Any]:
    """Make what is missing of the demo; return how to sign in and how to read it.

    `{"address", "organization", "accounts": [{"email", "role", "password"}], "connections":
    [{"id", "vendor", "oneroster", "status", "client_id", "client_secret", "token_url",
    "base_url", "curl": [lines that read the students]}]}`.
    """
    say("Preparing the database")
    call_command("migrate", verbosity=0, interactive=False)
    organization = found_organization(say)
    accounts = [account(organization, email) for email in PEOPLE]
    if not organization.imports.filter(state=Import.State.APPLIED).exists():
        say("Importing a made-up district of three schools")
        bring_in(organization, progress)
    connections = [connect(organization, **wanted) for wanted in CONNECTIONS]
    if any(connection.feed and not connection.feed.publication_id for connection, _ in connections):
        say("Publishing the OneRoster cache")
        publish(organization, progress)
        say("Letting the vendors read and write, excluding two records, publishing again")
        for connection, secret in connections:
            demo_past.live_as(connection, secret, base)
        demo_past.mark(organization, Staff.objects.get(email=DANA))
        publish(organization, progress)
    return {
        "address": base,
        "organization": {"slug": organization.slug, "name": organization.name},
        "accounts": accounts,
        "connections": [access(connection, secret, base) for connection, secret in connections],
    }


def found_organization(say: Say) -> Organization:
    found = Organization.objects.filter(slug=SLUG).first()
    if found is not None:
        say(f"{found.name} is here already; it is kept as it is")
        return found
    made = create_organization(SLUG, NAME, ZONE, by=BY)
    made.contact_name, made.contact_email = PEOPLE[DANA][0], DANA
    made.save(update_fields=["contact_name", "contact_email"])
    return made


def account(organization: Organization, email: str) -> dict[str, str]:
    """Make the account if it is missing, and give it a new password."""
    name, role = PEOPLE[email]
    password = credentials.random_word(PASSWORD_LENGTH)
    person = staff.appoint(email, organization, role.value, by=BY)
    person.name = person.name or name
    person.is_active = True
    person.set_password(password)
    person.save(update_fields=["name", "is_active", "password"])
    return {"email": email, "role": role.value, "password": password}


def bring_in(organization: Organization, progress: Progress) -> None:
    with tempfile.TemporaryDirectory(prefix="rosterdesk-demo-") as folder:
        bundle = Path(folder) / "riverside.zip"
        write_demo_bundle(bundle, organization.today())
        import_bundle(organization, bundle, by=BY, progress=progress)


def connect(
    organization: Organization, *, oneroster: str, partner: str, vendor: str, **asked: Any
) -> tuple[Connection, str]:
    """Return the demo's connection of that version and the one secret that is good for it now."""
    found = organization.connections.open().filter(vendor=vendor, oneroster=oneroster).first()  # type: ignore[attr-defined]
    if found is None:
        return lifecycle.connect(
            organization,
            vendor=vendor,
            oneroster=oneroster,
            partner=partner_of(partner),
            all_schools=True,
            by=BY,
            **asked,
        )
    credentials.end(found, newer=False, by=BY)
    secret = credentials.rotate(found, by=BY)
    credentials.end(found, newer=False, by=BY)
    return found, secret


def partner_of(name: str) -> Partner:
    """Return a partner of the demo; one of that name that was edited stays as it is."""
    found = Partner.objects.filter(name__iexact=name).first()
    return found or create_partner(name, ["1.1", "1.2"], ["grade_book", "assessment"], by=BY)


def publish(organization: Organization, progress: Progress) -> None:
    refresh(organization, by=BY, progress=progress)


def access(connection: Connection, secret: str, base: str) -> dict[str, Any]:
    known = information(connection, base)
    client, token_url, base_url = known["client_id"], known["token_url"], known["base_url"]
    return {
        "id": connection.pk,
        "vendor": connection.vendor,
        "oneroster": connection.oneroster,
        "status": connection.status,
        "client_id": client,
        "client_secret": secret,
        "token_url": token_url,
        "base_url": base_url,
        "curl": [
            f"export CLIENT_ID={client} CLIENT_SECRET={secret}",
            f"export TOKEN_URL={token_url} BASE_URL={base_url}",
            examples.CURL["token"],
            examples.CURL["read"],
            *([WRITE.format(known["gradebook_url"])] if "grade_book" in connection.types else []),
        ],
    }


def in_words(facts: dict[str, Any]) -> str:
    """Return what a person reads of it: where, how to sign in, and what to paste."""
    lines = [f"Rosterdesk is at {facts['address']}", "", "Sign in with"]
    for one in facts["accounts"]:
        lines.append(f"  {one['email']:<28} {one['password']}   ({one['role']})")
    lines += [
        "",
        "Read students as a vendor does: paste the lines of a version into a shell.",
        f"What else vendors can do with them is at {facts['address']}/docs/.",
    ]
    for one in facts["connections"]:
        active = one["status"] == Connection.Status.ACTIVE
        status = "" if active else f", which is {one['status']}"
        lines += ["", f"OneRoster {one['oneroster']}, {one['vendor']}{status}", *one["curl"]]
    return "\n".join(lines)

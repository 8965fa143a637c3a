"""Who may sign in: accounts, and what each may do in an organization."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from portal.models import Membership, Staff
from portal.signing_in import sessions
from portal.signing_in.history import note
from roster import audit
from roster.models import Organization
from roster.refusal import Refused, require_valid


@transaction.atomic
def appoint(
    email: str, organization: Organization, role: str, by: audit.Actor, *, proven: bool = False
) -> Staff:
    """Return the account of that address, made if there is none, with the role it now has there.

    `role` is "admin" or "viewer"; an account that is made is `proven` where the operator makes it.
    One that serves other organizations keeps them. Refused: an organization's last administrator
    as a viewer, and an account of others of which nobody knows that the address is theirs.
    """
    _locked(organization)
    staff = _account(email, by, proven)
    found = Membership.objects.filter(staff=staff, organization=organization).first()
    if found is not None and found.role == role:
        return staff
    if found is None:
        _require_proven(staff)
    if found is not None:
        _require_another_admin(found)
    Membership.objects.update_or_create(
        staff=staff, organization=organization, defaults={"role": role}
    )
    audit.record(
        by,
        "member.appointed",
        organization,
        kind="staff",
        object_id=str(staff.pk),
        old={"role": found.role} if found else None,
        new={"email": staff.email, "role": role},
    )
    return staff


@transaction.atomic
def end_membership(
    staff: Staff, organization: Organization, by: audit.Actor, reason: str = ""
) -> None:
    """End what an account may do in an organization; its sessions end where it serves nobody else.

    Refused: an account that doesn't serve there, and the organization's last administrator.
    """
    _locked(organization)
    found = Membership.objects.filter(staff=staff, organization=organization).first()
    if found is None:
        raise Refused(
            "%(email)s doesn't serve %(name)s.", email=staff.email, name=organization.name
        )
    _require_another_admin(found)
    found.delete()
    if not staff.is_operator and not staff.memberships.exists():
        _shut(staff)
    audit.record(
        by,
        "member.ended",
        organization,
        kind="staff",
        object_id=str(staff.pk),
        old={"email": staff.email, "role": found.role},
        reason=reason.strip(),
    )


@transaction.atomic
def end_account(staff: Staff, by: audit.Actor, reason: str = "") -> None:
    """End all that an account may do anywhere, and every way in.

    Refused: an organization's last administrator, and the last operator.
    """
    if staff.is_operator:
        operators = Staff.objects.select_for_update().filter(is_operator=True, is_active=True)
        if not [each for each in operators if each.pk != staff.pk]:
            raise Refused("This is the last operator. Make somebody else one first.")
        staff.is_operator = False
        staff.save(update_fields=["is_operator"])
    note("account.ended", staff, by, old={"email": staff.email}, reason=reason)
    for organization in Organization.objects.filter(memberships__staff=staff).order_by("pk"):
        end_membership(staff, organization, by, reason)
    _shut(staff)


@transaction.atomic
def reset_sign_in(staff: Staff, by: audit.Actor, reason: str = "") -> None:
    """End sessions, password and second factors of an account that keeps its roles.

    It is for the operator, whose link proves the account. Refused: an account that has ended.
    """
    if not staff.is_active:
        raise Refused("The account %(email)s has ended.", email=staff.email)
    staff.proven = True
    _close(staff)
    note("sign_in.reset", staff, by, reason=reason)


def may_be_set_up(staff: Staff, organization: Organization) -> bool:
    """Return whether a set-up link of the account may be given to an organization's people.

    Not where somebody else appointed it too: who has the link has the account.
    """
    others = staff.memberships.exclude(organization=organization)
    known = staff.has_usable_password() or staff.proven or staff.is_operator
    return not (known or others.exists())


@transaction.atomic
def appoint_operator(email: str, by: audit.Actor) -> Staff:
    """Return the account of that address, made if there is none, as one that may run it all.

    Refused: an account of others of which nobody knows that the address is theirs.
    """
    staff = _account(email, by, proven=True)
    if not staff.is_operator:
        _require_proven(staff)
        staff.is_operator = True
        staff.save(update_fields=["is_operator"])
        audit.record(
            by,
            "operator.appointed",
            None,
            kind="staff",
            object_id=str(staff.pk),
            new={"email": staff.email},
        )
    return staff


def require_good_password(password: str, email: str) -> None:
    """Refuse a password that the installation's rules find too weak, in their words."""
    try:
        validate_password(password, Staff(email=email))
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error


def set_first_password(staff: Staff, password: str) -> bool:
    """Set the password of an account that has none; return whether it had none."""
    if staff.has_usable_password():
        return False
    staff.set_password(password)
    staff.save(update_fields=["password"])
    return True


def _shut(staff: Staff) -> None:
    """Let nobody in by an account that serves nobody, until it is appointed again."""
    staff.is_active = staff.proven = False
    _close(staff)


def _close(staff: Staff) -> None:
    """Take from an account every way in; sessions are bound to the password, so all end."""
    staff.set_unusable_password()
    staff.save(update_fields=["password", "proven", "is_active"])
    Authenticator.objects.filter(user=staff).delete()
    SocialAccount.objects.filter(user=staff).delete()
    sessions.end_all(staff)


def _locked(organization: Organization) -> None:
    """Let two who change an organization's staff at once wait for each other."""
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)


def _require_proven(staff: Staff) -> None:
    """Refuse an account that others made, and for which they may have set the password."""
    if not staff.proven and staff.memberships.exists():
        raise Refused(
            "Another organization made the account %(email)s, and nobody has shown yet that the"
            " address is theirs. Ask them to choose a new password on the sign-in page, by e-mail,"
            " and invite them then. If they have a second factor, the operator resets their"
            " sign-in first.",
            email=staff.email,
        )


def _require_another_admin(membership: Membership) -> None:
    """Refuse to take the last administrator from an organization."""
    admins = Membership.objects.filter(
        organization=membership.organization, role=Membership.Role.ADMIN
    )
    if membership.role == Membership.Role.ADMIN and not admins.exclude(pk=membership.pk).exists():
        raise Refused("This is the last administrator here. Make somebody else one first.")


def _account(email: str, by: audit.Actor, proven: bool) -> Staff:
    found = Staff.objects.filter(email__iexact=email.strip()).first()
    if found is not None:
        if not found.is_active:
            found.is_active = True
            found.save(update_fields=["is_active"])
        return found
    require_valid(Staff(email=email.strip().lower()), exclude=["password"])
    staff = Staff.objects.create_user(email, proven=proven)
    audit.record(
        by, "staff.created", None, kind="staff", object_id=str(staff.pk), new={"email": staff.email}
    )
    return staff

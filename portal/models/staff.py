"""Who signs in to the portal, and which organizations each of them serves."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from roster.clock import clock
from roster.models import Organization


class StaffManager(BaseUserManager["Staff"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Staff:
        """Create an account; without a password nobody can sign in until one is set."""
        staff = self.model(email=email.strip().lower(), **fields)
        staff.set_password(password)
        staff.save(using=self._db)
        return staff

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> Staff:
        fields.setdefault("is_operator", True)
        fields.setdefault("is_superuser", True)
        fields.setdefault("proven", True)
        return self.create_user(email, password, **fields)

    def get_by_natural_key(self, username: str | None) -> Staff:
        return self.get(email__iexact=username or "")


class Staff(AbstractBaseUser, PermissionsMixin):
    """A portal account. An operator runs the installation; what somebody may do in an
    organization is a `Membership`. `language` is blank where each browser is believed. `proven`:
    the address is known to be theirs, not only named by an organization's administrator.
    """

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=8, blank=True)
    is_operator = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    proven = models.BooleanField(default=False)
    created = models.DateTimeField(default=clock)

    objects = StaffManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name_plural = "staff"
        constraints = [models.UniqueConstraint(Lower("email"), name="staff_email_once")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name or self.email


class Membership(models.Model):
    """What one account may do in one organization."""

    class Role(models.TextChoices):
        ADMIN = "admin", _("Administrator")
        VIEWER = "viewer", _("Viewer")

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="memberships")
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=8, choices=Role.choices, default=Role.ADMIN)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["staff", "organization"], name="membership_once_per_organization"
            ),
            models.CheckConstraint(
                condition=Q(role__in=["admin", "viewer"]), name="membership_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff} · {self.organization} · {self.role}"

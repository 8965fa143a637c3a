"""People: users, the roles they hold, their agents, profiles and demographics."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Left

from roster.folding import Folded
from roster.models.fields import BytewiseField, JsonField, ReferenceField
from roster.models.row import Row

SEARCHED = (
    "family_name",
    "given_name",
    "preferred_first_name",
    "username",
    "identifier",
    "email",
    "sourced_id",
)
"""What people are looked for by, beginning with what they are listed by."""
LONGEST = 400
"""Characters of it that an index takes in any alphabet."""


class User(Row):
    """A person. No password is kept: bundles carry them, the import throws them away.

    `search` is filled by the database.
    """

    enabled = models.BooleanField(default=True)
    username = models.TextField(blank=True)
    user_ids = JsonField(default=list, blank=True)
    given_name = models.TextField()
    family_name = models.TextField()
    middle_name = models.TextField(blank=True)
    identifier = models.TextField(blank=True)
    email = models.TextField(blank=True)
    sms = models.TextField(blank=True)
    phone = models.TextField(blank=True)
    grades = JsonField(default=list, blank=True)
    user_master_identifier = models.TextField(blank=True)
    preferred_first_name = models.TextField(blank=True)
    preferred_middle_name = models.TextField(blank=True)
    preferred_last_name = models.TextField(blank=True)
    primary_org = ReferenceField()
    pronouns = models.TextField(blank=True)
    search = models.GeneratedField(
        expression=Left(Folded(*SEARCHED), LONGEST),
        output_field=BytewiseField(max_length=LONGEST),
        db_persist=True,
    )

    class Meta(Row.Meta):
        indexes = [
            models.Index(
                fields=["organization", "status", "search", "sourced_id"], name="user_by_search"
            )
        ]


class Role(Row):
    """One role of a person at an org.

    A 1.1 bundle has no roles file: its `role` and `orgSourcedIds` become one primary role
    per org with the id `user~org`, and `administrator` stays as written until a dialect
    says it in its version's words (product rule 8).
    """

    user = ReferenceField()
    org = ReferenceField()
    role = models.CharField(max_length=255)
    role_type = models.CharField(max_length=16, default="primary")
    begin_date = models.DateField(null=True, blank=True)
    end_date = models.DateField(null=True, blank=True)
    user_profile = ReferenceField()

    class Meta(Row.Meta):
        indexes = [models.Index(fields=["organization", "user"], name="role_by_user")]


class Agent(models.Model):
    """One person named as another's agent, as the bundle says it and in that direction."""

    organization = models.ForeignKey(
        "roster.Organization",
        on_delete=models.CASCADE,
        db_index=False,
        db_constraint=False,
        related_name="+",
    )
    user = ReferenceField(blank=False)
    agent = ReferenceField(blank=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user", "agent"], name="agent_named_once"
            )
        ]
        indexes = [models.Index(fields=["organization", "agent"], name="agent_by_agent")]

    def __str__(self) -> str:
        return f"{self.user} → {self.agent}"


class UserProfile(Row):
    """How a person signs in to one application; its password column is never kept."""

    user = ReferenceField()
    profile_type = models.TextField()
    vendor_id = models.TextField()
    application_id = models.TextField(blank=True)
    description = models.TextField(blank=True)
    credential_type = models.TextField(blank=True)
    username = models.TextField(blank=True)

    class Meta(Row.Meta):
        indexes = [models.Index(fields=["organization", "user"], name="profile_by_user")]


class Demographics(Row):
    """Birth, sex, race and ethnicity of a person; the sourcedId is the user's."""

    birth_date = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=255, blank=True)
    american_indian_or_alaska_native = models.BooleanField(null=True, blank=True)
    asian = models.BooleanField(null=True, blank=True)
    black_or_african_american = models.BooleanField(null=True, blank=True)
    native_hawaiian_or_other_pacific_islander = models.BooleanField(null=True, blank=True)
    white = models.BooleanField(null=True, blank=True)
    demographic_race_two_or_more_races = models.BooleanField(null=True, blank=True)
    hispanic_or_latino_ethnicity = models.BooleanField(null=True, blank=True)
    country_of_birth_code = models.TextField(blank=True)
    state_of_birth_abbreviation = models.TextField(blank=True)
    city_of_birth = models.TextField(blank=True)
    public_school_residence_status = models.TextField(blank=True)

"""The tenants: how an organization begins, and what it settles for all of its connections."""

from roster.organizations.creating import create_organization
from roster.organizations.field_policy import set_field_policy
from roster.organizations.settings import set_organization

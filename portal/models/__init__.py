"""The portal's tables: who signs in, for which organization; alerts that were sent."""

from portal.models.alert import Alert, Pulse
from portal.models.staff import Membership, Staff

__all__ = ["Alert", "Membership", "Pulse", "Staff"]

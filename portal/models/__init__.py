"""The portal's tables: who signs in, and for which organization."""

from portal.models.staff import Membership, Staff

__all__ = ["Membership", "Staff"]

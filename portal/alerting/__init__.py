"""Alerts: what needs a person, on the home page and once by e-mail."""

from portal.alerting.conditions import Condition, conditions
from portal.alerting.sending import tell

__all__ = ["Condition", "conditions", "tell"]

"""The year rollover: planned, carried out by the refresh of its day, taken back."""

from roster.rollover.foreseeing import Foreseen, foresee
from roster.rollover.planning import cancel, carry_out_due, plan, revert
from roster.rollover.switching import change_year, has_data

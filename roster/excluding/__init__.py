"""External LMS Exclude as an act of people: what it would take, doing it, undoing it."""

from roster.excluding.effects import effect_of_marks, effects_of_marks
from roster.excluding.marking import CLEARED, Marked, exclude, include, to_exclude, to_include
from roster.excluding.undoing import still_marked, undo

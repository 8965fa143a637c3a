"""Where and when teaching happens: orgs and academic sessions."""

from __future__ import annotations

from django.db import models

from roster.models.fields import ReferenceField
from roster.models.row import Row


class Org(Row):
    """A OneRoster org: district, school, department… (CSV binding 5.3, orgs.csv)."""

    name = models.TextField()
    type = models.CharField(max_length=255)
    identifier = models.TextField(blank=True)
    parent = ReferenceField()


class AcademicSession(Row):
    """A school year, term, semester or grading period; the end date is exclusive."""

    title = models.TextField()
    type = models.CharField(max_length=255)
    start_date = models.DateField()
    end_date = models.DateField()
    parent = ReferenceField()
    school_year = models.CharField(max_length=4, blank=True)

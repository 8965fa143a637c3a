"""What is taught to whom: courses, classes and class enrollments."""

from __future__ import annotations

from django.db import models

from roster.models.fields import JsonField, ReferenceField
from roster.models.row import Row


class Course(Row):
    """A course of a school or of the whole district."""

    title = models.TextField()
    course_code = models.TextField(blank=True)
    school_year = ReferenceField()
    org = ReferenceField()
    grades = JsonField(default=list, blank=True)
    subjects = JsonField(default=list, blank=True)
    subject_codes = JsonField(default=list, blank=True)


class Klass(Row):
    """A class (a section, in the hierarchy's words) of a course at a school in its terms."""

    title = models.TextField()
    class_code = models.TextField(blank=True)
    class_type = models.CharField(max_length=255, blank=True)
    location = models.TextField(blank=True)
    course = ReferenceField()
    school = ReferenceField()
    terms = JsonField(default=list, blank=True)
    grades = JsonField(default=list, blank=True)
    subjects = JsonField(default=list, blank=True)
    subject_codes = JsonField(default=list, blank=True)
    periods = JsonField(default=list, blank=True)

    class Meta(Row.Meta):
        indexes = [
            models.Index(fields=["organization", "school"], name="klass_by_school"),
            models.Index(fields=["organization", "course"], name="klass_by_course"),
        ]


class Enrollment(Row):
    """One person in one class with one role; the end date is exclusive."""

    klass = ReferenceField()
    school = ReferenceField()
    user = ReferenceField()
    role = models.CharField(max_length=255)
    primary = models.BooleanField(null=True, blank=True)
    begin_date = models.DateField(null=True, blank=True)
    end_date = models.DateField(null=True, blank=True)

    class Meta(Row.Meta):
        indexes = [
            models.Index(fields=["organization", "user"], name="enrollment_by_user"),
            models.Index(fields=["organization", "klass"], name="enrollment_by_klass"),
        ]

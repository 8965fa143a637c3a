"""The gradebook: categories, line items, results, score scales; and assessments.

Learning objectives are kept in the shape in which REST shows them, so that what a vendor
writes and what a bundle brings stand in one column.
"""

from __future__ import annotations

from django.db import models

from roster.models.fields import JsonField, ReferenceField
from roster.models.row import Row


class Category(Row):
    title = models.TextField()
    weight = models.FloatField(null=True, blank=True)


class ScoreScale(Row):
    title = models.TextField()
    type = models.TextField()
    org = ReferenceField()
    course = ReferenceField()
    klass = ReferenceField()
    values = JsonField(default=list, blank=True)


class Task(Row):
    """What a line item and an assessment line item share."""

    title = models.TextField()
    description = models.TextField(blank=True)
    klass = ReferenceField()
    score_scale = ReferenceField()
    result_value_min = models.FloatField(null=True, blank=True)
    result_value_max = models.FloatField(null=True, blank=True)
    learning_objectives = JsonField(default=list, blank=True)

    class Meta(Row.Meta):
        abstract = True


class LineItem(Task):
    assign_date = models.DateTimeField()
    due_date = models.DateTimeField()
    school = ReferenceField()
    category = ReferenceField()
    grading_period = ReferenceField()
    academic_session = ReferenceField()


class AssessmentLineItem(Task):
    parent = ReferenceField()


class Score(Row):
    """What a result and an assessment result share."""

    student = ReferenceField()
    score_scale = ReferenceField()
    score_status = models.CharField(max_length=255)
    score = models.FloatField(null=True, blank=True)
    text_score = models.TextField(blank=True)
    score_date = models.DateField()
    comment = models.TextField(blank=True)
    learning_objectives = JsonField(default=list, blank=True)
    in_progress = models.BooleanField(null=True, blank=True)
    incomplete = models.BooleanField(null=True, blank=True)
    late = models.BooleanField(null=True, blank=True)
    missing = models.BooleanField(null=True, blank=True)

    class Meta(Row.Meta):
        abstract = True


class Result(Score):
    line_item = ReferenceField()
    klass = ReferenceField()


class AssessmentResult(Score):
    assessment_line_item = ReferenceField()
    score_percentile = models.FloatField(null=True, blank=True)

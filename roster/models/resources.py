"""Learning resources and what they are linked to."""

from __future__ import annotations

from django.db import models

from roster.models.fields import JsonField, ReferenceField
from roster.models.row import Row


class Resource(Row):
    title = models.TextField(blank=True)
    roles = JsonField(default=list, blank=True)
    importance = models.CharField(max_length=16, blank=True)
    vendor_resource_id = models.TextField()
    vendor_id = models.TextField(blank=True)
    application_id = models.TextField(blank=True)


class ResourceLink(Row):
    """A row of a link file; REST shows only that the two belong together."""

    title = models.TextField(blank=True)
    resource = ReferenceField()

    class Meta(Row.Meta):
        abstract = True


class CourseResource(ResourceLink):
    course = ReferenceField()


class ClassResource(ResourceLink):
    klass = ReferenceField()


class UserResource(ResourceLink):
    user = ReferenceField()
    org = ReferenceField()
    klass = ReferenceField()

"""The OneRoster cache: what each connection reads, as lists of documents on one shelf.

A document is stored once, however many vendors read it. A publication is, for one feed, the
list of the documents that it reads, each with its stamp. Why lists and not copies: a further
reader costs some megabytes of numbers, and deciding, comparing and withdrawing are operations
on arrays. Weighed and left: records with a validity (a copy of all documents for each reader),
SQL over marks at every request (slow, and impossible to explain from).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from roster.clock import clock
from roster.models.fields import BytewiseField, ReferenceField, SourcedIdField, one_of


class StoredMap(models.Model):
    """The map (`roster/map/`) of an organization's rows at one revision, compressed.

    `form` is the release's form of its tables.
    """

    organization = models.ForeignKey(
        "roster.Organization", on_delete=models.CASCADE, db_index=False, related_name="maps"
    )
    revision = models.PositiveBigIntegerField()
    form = models.PositiveSmallIntegerField()
    content = models.BinaryField()
    built = models.DateTimeField(default=clock)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "revision"], name="map_built_once")
        ]

    def __str__(self) -> str:
        return f"map {self.revision} of {self.organization_id}"


class Feed(models.Model):
    """What one connection reads: a version, its sharing rules, and the publications made for it.

    `rules` is the JSON of `roster.deciding.rules.Rules`. `publication` is what is read, None
    before there is one. A refresh publishes on feeds that are `following`; one that is `paused`
    (its connection may be suspended or expired as well) keeps what it has, less what is withdrawn;
    one that is `off` has nothing.
    """

    class State(models.TextChoices):
        OFF = "off"
        FOLLOWING = "following"
        PAUSED = "paused"

    organization = models.ForeignKey(
        "roster.Organization", on_delete=models.CASCADE, related_name="feeds"
    )
    version = models.CharField(max_length=3)
    rules = models.JSONField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.OFF)
    publication = models.ForeignKey(
        "roster.Publication",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
    )
    created = models.DateTimeField(default=clock)

    class Meta:
        constraints = [
            one_of("version", ["1.1", "1.2"], "feed_version_known"),
            one_of("state", ["off", "following", "paused"], "feed_state_known"),
        ]

    def __str__(self) -> str:
        return f"feed {self.pk}, OneRoster {self.version}"

    @property
    def head(self) -> Publication | None:
        """What is read of it; None before there is anything, and where its lists are gone."""
        return self.publication if self.publication and self.publication.listed else None


class Publication(models.Model):
    """One finished list of documents for one feed, and what it was decided with.

    `number` is its stamp: milliseconds since 1970, growing within the organization. `counts`
    is per collection `{"users": {"records": 9, "tombstones": 1, "added": 9, "changed": 0,
    "removed": 1}}`, `numbers` what of the data reaches no vendor in its version, and why
    (`roster.checking.unreached`). `lists` says which parts its lists are made of
    (`roster/publishing/lists.py`).
    `cut` are fields by collection that are taken out as documents are read, each with the stamp
    of the act, until a next publication lists documents without them. `revision` counts the acts
    that rewrote its lists in place. Headers stay, as the history that deltas are widened by; the
    lists go (`listed` False) some time after it was `superseded`, and not before `read_until`.
    `marks` are the rows of its map that it was decided without (`roster.marks.pack`), with those
    that acts have taken since; None where an upgrade brought it along.
    """

    feed = models.ForeignKey(
        Feed, on_delete=models.CASCADE, db_index=False, related_name="publications"
    )
    number = models.PositiveBigIntegerField()
    map = models.ForeignKey(
        StoredMap, on_delete=models.SET_NULL, null=True, blank=True, related_name="publications"
    )
    day = models.DateField()
    rules = models.JSONField()
    settings = models.JSONField(default=dict)
    marks = models.BinaryField(null=True)
    counts = models.JSONField(default=dict)
    numbers = models.JSONField(default=dict, blank=True)
    lists = models.JSONField(default=dict, blank=True)
    cut = models.JSONField(default=dict, blank=True)
    revision = models.PositiveIntegerField(default=0)
    listed = models.BooleanField(default=True)
    superseded = models.DateTimeField(null=True, blank=True)
    read_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["feed", "number"], name="publication_numbered_in_feed")
        ]

    def __str__(self) -> str:
        return f"publication {self.number} of feed {self.feed_id}"


class ListPart(models.Model):
    """Up to some ten thousand entries of a list, never changed, shared by the publications that
    name it. One that none names is swept (`roster/publishing/lists.py`).
    """

    organization = models.ForeignKey(
        "roster.Organization", on_delete=models.CASCADE, related_name="+"
    )
    entries = models.PositiveIntegerField()
    content = models.BinaryField()
    made = models.DateTimeField(default=clock)

    def __str__(self) -> str:
        return f"list part {self.pk} of {self.organization_id}"


class Document(models.Model):
    """One finished JSON document, as readers get it but for host (`ORIGIN`) and `dateLastModified`.

    Immutable, and unique by its bytes (`digest`) for a record in a version. `record` is the key of
    the row that it is about, in the table of its kind. `role` is the role or type that subsets
    and common filters ask for, space-separated where there are several; `school`, `klass` and
    `person` are what nested lists go by; `facts` what filters ask (`roster/dialects/facts.py`).
    Ids never return.
    """

    organization = models.ForeignKey(
        "roster.Organization",
        on_delete=models.CASCADE,
        db_index=False,
        db_constraint=False,
        related_name="+",
    )
    version = models.CharField(max_length=3)
    collection = BytewiseField(max_length=32)
    record = models.BigIntegerField()
    digest = models.CharField(max_length=32)
    sourced_id = SourcedIdField()
    status = models.CharField(max_length=12, default="active")
    role = models.CharField(max_length=255, blank=True)
    school = ReferenceField()
    klass = ReferenceField()
    person = ReferenceField()
    body = models.TextField()
    facts = models.JSONField(default=dict)
    unlisted_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "collection", "record", "digest"], name="document_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["organization", "version", "collection", "sourced_id"],
                name="document_by_id",
            ),
            models.Index(
                fields=["organization", "version", "collection", "school"],
                condition=~Q(school=""),
                name="document_by_school",
            ),
            models.Index(
                fields=["organization", "version", "collection", "klass"],
                condition=~Q(klass=""),
                name="document_by_class",
            ),
            models.Index(
                fields=["organization", "version", "collection", "person"],
                condition=~Q(person=""),
                name="document_by_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.collection} {self.sourced_id}"


class Rendered(models.Model):
    """A cache: the document that a record gave with these arguments of its dialect function.

    `key` is their hash. Emptying the table changes nothing but the time of the next refresh.
    Like documents it has no foreign keys in the database, which are dear by the million.
    """

    pk = models.CompositePrimaryKey("organization_id", "version", "collection", "record", "key")
    organization = models.ForeignKey(
        "roster.Organization",
        on_delete=models.CASCADE,
        db_index=False,
        db_constraint=False,
        related_name="+",
    )
    version = models.CharField(max_length=3)
    collection = BytewiseField(max_length=32)
    record = models.BigIntegerField()
    key = models.BigIntegerField()
    document = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.collection} {self.record}"


class FormerRow(models.Model):
    """The values of a row before an import changed it, until a refresh has shown the import.

    What is published between the two (a changed sharing, a resume) is decided with the map last
    shown, and rendered from these. `table` is the model's name, `record` the row's key, `digest`
    the row's own before the change, `columns` its other columns by name.
    """

    organization = models.ForeignKey(
        "roster.Organization", on_delete=models.CASCADE, db_index=False, related_name="+"
    )
    table = BytewiseField(max_length=32)
    record = models.BigIntegerField()
    digest = models.CharField(max_length=32)
    revision = models.PositiveBigIntegerField()
    columns = models.JSONField()

    class Meta:
        indexes = [
            models.Index(fields=["organization", "table", "record"], name="former_row_by_record")
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.record} before {self.revision}"

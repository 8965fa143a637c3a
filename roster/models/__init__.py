"""The ground's tables: the tenant, its OneRoster rows, the hierarchy, the cache, the work."""

from roster.models.arrivals import Arrival, ArrivalPart, Destination, Endpoint, Source
from roster.models.gradebook import (
    AssessmentLineItem,
    AssessmentResult,
    Category,
    LineItem,
    Result,
    ScoreScale,
)
from roster.models.hierarchy import Level, Mark
from roster.models.local import OwnRow
from roster.models.organization import Organization, UsernameStandIn
from roster.models.people import Agent, Demographics, Role, User, UserProfile
from roster.models.places import AcademicSession, Org
from roster.models.publication import (
    Document,
    Feed,
    FormerRow,
    ListPart,
    Publication,
    Rendered,
    StoredMap,
)
from roster.models.resources import ClassResource, CourseResource, Resource, UserResource
from roster.models.rollover import Rollover
from roster.models.row import Row, Status
from roster.models.teaching import Course, Enrollment, Klass
from roster.models.work import AuditEntry, Finding, Import, Job, ReadFile, Refresh
from roster.models.written import (
    BegunList,
    Gradebook,
    GradingWindow,
    PostedRecord,
    Reach,
    RefusedWrite,
    Written,
)

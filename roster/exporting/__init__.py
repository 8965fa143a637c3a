"""Bundles out: an organization's data, or what one vendor reads, in the CSV binding."""

from roster.exporting.files import Exported, export_organization, write
from roster.exporting.grades import Span, export_written, write_grades
from roster.exporting.visible import PublishedDocuments
from roster.writing import FORM, Bundle

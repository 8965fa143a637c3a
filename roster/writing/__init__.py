"""Writes bundles by the table of columns that reads them; an organization's own rows as lines."""

from roster.writing.bundles import FORM, Bundle

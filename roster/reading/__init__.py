"""Reads what is published: pages, single records, filters, orders and nested lists."""

from roster.reading.caches import forget
from roster.reading.listed import Unlisted
from roster.reading.pages import Page, exists, page, single, totals
from roster.reading.where import Order, Where

__all__ = ["Order", "Page", "Unlisted", "Where", "exists", "forget", "page", "single", "totals"]

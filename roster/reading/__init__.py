"""Reads what is published: pages, single records, filters, orders and nested lists."""

from roster.caches import forget
from roster.reading.begun import Name, begun_since
from roster.reading.pages import Page, exists, found, found_all, page, page_as_begun, single, totals
from roster.reading.where import Order, Where

"""The rows of a kind as people browse them: what there is, searched, narrowed and chosen."""

from roster.listing.browsing import label, listing, live, markable, rows_of
from roster.listing.filters import filters_of, select

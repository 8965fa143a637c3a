"""The OneRoster API: what vendors read, served from publications only."""

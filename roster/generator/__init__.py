"""Makes OneRoster bundles of made-up districts, for trying out, testing and measuring.

It knows the CSV binding by itself (`columns`), nothing of the importer, and no Django.
"""

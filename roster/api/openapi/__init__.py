"""OpenAPI 3.0 documents of each version and service, made from the tables the API runs on.

A document is localized: it has the installation's own addresses and only the operations that
can be asked here. `tests/official` compares them with the official files.
"""

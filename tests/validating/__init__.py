"""Every answer of the API against its own OpenAPI documents, and those against its answers."""

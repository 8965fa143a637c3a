"""What the documents say of the bundle, our own extension: no JSON, so no schema of records."""

from __future__ import annotations

from typing import Any

from roster.api.openapi import statuses
from roster.api.operations import Operation, capital
from roster.api.summaries import BUNDLE

STATUSES = (401, 403, 429, 500, 503)


def call(operation: Operation, security: list[dict[str, list[str]]]) -> dict[str, Any]:
    """Return the operation as OpenAPI has it."""
    return {
        "operationId": operation.id,
        "summary": capital(BUNDLE),
        "description": "An extension of this product. It holds what the token's scopes open.",
        "tags": ["BundleManagement"],
        "security": security,
        "responses": {
            "200": {
                "description": "The bundle; files of which nothing is shared are absent.",
                "headers": statuses.headers("ETag"),
                "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
            },
            **statuses.common(STATUSES),
        },
    }

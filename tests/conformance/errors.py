"""Section 3.5: what an error must look like, by version, service and status."""

from __future__ import annotations

from typing import Any

from tests.conformance.operations import Endpoint

MINOR = {
    # The words of 1.1, and those of 1.2.
    400: ("invalid data", "invaliddata"),
    401: ("unauthorized", "unauthorisedrequest"),
    403: ("forbidden", "forbidden"),
    404: ("unknown object", "unknownobject"),
    405: ("invalid data", "invaliddata"),
    429: ("server_busy", "server_busy"),
    500: ("internal_server_error", "internal_server_error"),
    503: ("server_busy", "server_busy"),
}
"""The minor code of each status, where nothing more exact is said."""


def refusal(answer: Any, endpoint: Endpoint, status: int, minor: str = "") -> str:
    """Return the description of a refusal, which must be exactly as its version has it."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"
    code = minor or MINOR[status][endpoint.version == "1.2"]
    body = answer.json()
    if endpoint.version == "1.1":
        (info,) = body["statusInfoSet"]
        description = info.get("imsx_description", "")
        told = {"imsx_operationRefIdentifier": endpoint.id} if endpoint.id else {}
        assert body == {
            "statusInfoSet": [
                {
                    "imsx_codeMajor": "failure",
                    "imsx_severity": "error",
                    **told,
                    "imsx_description": description,
                    "imsx_codeMinor": code,
                }
            ]
        }
    else:
        description = body.get("imsx_description", "")
        field = {
            "imsx_codeMinorFieldName": "TargetEndSystem",
            "imsx_codeMinorFieldValue": code,
        }
        assert body == {
            "imsx_codeMajor": "failure",
            "imsx_severity": "error",
            "imsx_description": description,
            "imsx_CodeMinor": {"imsx_codeMinorField": [field]},
        }
    assert description.strip()
    assert not [word for word in INTERNAL if word in description]
    return str(description)


INTERNAL = ("Traceback", "Error", "django", "roster_", "sqlite", "psycopg", "SELECT", "None")
"""Words that would tell what is behind the answer."""

"""Examples for vendor engineers: lines for a shell, filters, and answers as the API writes them."""

from __future__ import annotations

import json
from typing import Any

from connections.scopes import allowed_for
from roster.api import errors
from roster.dialects import references
from roster.dialects.composing import arranged, parse, render
from roster.dialects.fields import V11, V12
from roster.dialects.tombstones import tombstone

SINCE = "2026-01-31T14:00:00.000Z"
CURL = {
    "lines": """\
CLIENT_ID='the client ID'
CLIENT_SECRET='the client secret'
TOKEN_URL='{token_url}'
BASE_URL='{base_url}'""",
    "token": """\
TOKEN=$(curl -sS -u "$CLIENT_ID:$CLIENT_SECRET" -d grant_type=client_credentials "$TOKEN_URL" \\
  | sed -n 's/.*"access_token": *"\\([^"]*\\)".*/\\1/p')""",
    "read": """\
curl -sS -H "Authorization: Bearer $TOKEN" "$BASE_URL/students?limit=5\"""",
    "pages": """\
PAGE=1
NEXT="$BASE_URL/users?limit=1000"
while [ -n "$NEXT" ]; do
  curl -sS -f -H "Authorization: Bearer $TOKEN" \\
    -D headers.txt -o "users-$PAGE.json" "$NEXT" || break
  NEXT=$(sed -n 's/.*<\\([^>]*\\)>; rel="next".*/\\1/p' headers.txt)
  PAGE=$((PAGE + 1))
done""",
    "changes": """\
SINCE='{since}'
curl -sS -G -H "Authorization: Bearer $TOKEN" -d limit=1000 \\
  --data-urlencode "filter=dateLastModified>='$SINCE'" "$BASE_URL/users\"""",
    "nested": """\
SCHOOL=$(curl -sS -H "Authorization: Bearer $TOKEN" "$BASE_URL/schools?limit=1&fields=sourcedId" \\
  | sed -n 's/.*"sourcedId":"\\([^"]*\\)".*/\\1/p')
curl -sS -H "Authorization: Bearer $TOKEN" "$BASE_URL/schools/$SCHOOL/students?limit=5\"""",
    "again": """\
TAG=$(curl -sS -D - -o orgs.json -H "Authorization: Bearer $TOKEN" "$BASE_URL/orgs" \\
  | tr -d '\\r' | sed -n 's/^[Ee][Tt][Aa][Gg]: //p')
curl -sS -o again.json -w '%{http_code}\\n' \\
  -H "If-None-Match: $TAG" -H "Authorization: Bearer $TOKEN" "$BASE_URL/orgs\"""",
    "bundle": """\
curl -sS -o roster.zip --etag-save roster.tag --etag-compare roster.tag -w '%{http_code}\\n' \\
  -H "Authorization: Bearer $TOKEN" "$BASE_URL/bundle\"""",
    "sorted": """\
curl -sS -G -H "Authorization: Bearer $TOKEN" -d sort=familyName -d orderBy=desc \\
  -d fields=sourcedId,familyName -d limit=5 "$BASE_URL/users\"""",
    "filter": """\
curl -sS -G -H "Authorization: Bearer $TOKEN" \\
  --data-urlencode "filter=familyName='O'Brien' OR givenName~'ann'" "$BASE_URL/users\"""",
    "newman": """\
npx newman run oneroster-{version}.postman_collection.json \\
  -e oneroster-{version}.postman_environment.json \\
  --env-var "OneRosterConsumerKey=$CLIENT_ID" \\
  --env-var "OneRosterConsumerSecret=$CLIENT_SECRET\"""",
    "document": """\
curl -sS "$BASE_URL/discovery/{document}\"""",
}
"""Lines to paste into a shell one after the other; a test does."""

WRITE = """\
GRADEBOOK_URL='{gradebook_url}'
CLASS='a class of yours'; CATEGORY='a category'; STUDENT='a student of the class'
curl -sS -X PUT -w '%{{http_code}}\\n' -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' "$GRADEBOOK_URL/lineItems/quiz-1" -d @- <<END
{{"lineItem": {{"title": "Quiz 1", "class": {{"sourcedId": "$CLASS"}},
  "category": {{"sourcedId": "$CATEGORY"}}, "dueDate": "2026-02-20T23:59:00Z",
  "resultValueMin": 0, "resultValueMax": 100}}}}
END
curl -sS -X PUT -w '%{{http_code}}\\n' -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' "$GRADEBOOK_URL/results/quiz-1-ann" -d @- <<END
{{"result": {{"lineItem": {{"sourcedId": "quiz-1"}}, "student": {{"sourcedId": "$STUDENT"}},
  "scoreStatus": "fully graded", "score": 80.5, "scoreDate": "2026-02-21"}}}}
END
curl -sS -X DELETE -w '%{{http_code}}\\n' -H "Authorization: Bearer $TOKEN" \\
  "$GRADEBOOK_URL/results/quiz-1-ann\""""
"""A write cycle to paste, with ids of one's own."""

FILTERS = (
    # list, filter, versions
    ("users", "status='active' AND role='student'", (V11, V12)),
    ("users", "familyName='O''Brien'", (V11, V12)),
    ("users", "email='ANN.LEE@RIVERSIDE.EXAMPLE'", (V11, V12)),
    ("users", "grades~'06,07'", (V11, V12)),
    ("users", "orgs.sourcedId='school-1'", (V11,)),
    ("users", "roles.org.sourcedId='school-1' AND roles.role='teacher'", (V12,)),
    ("users", "metadata.busRoute='7'", (V11, V12)),
    ("classes", "school.sourcedId='school-1' AND periods='1,2'", (V11, V12)),
    ("enrollments", "class.sourcedId='class-1' AND role!='student'", (V11, V12)),
    ("academicSessions", "startDate<='2026-09-01' AND endDate>'2026-09-01'", (V11, V12)),
    ("orgs", "dateLastModified>'2026-01-31T14:00:00+01:00'", (V11, V12)),
)
"""Filters to learn from; a test asks each."""


def granted(version: str, lives: int) -> str:
    """Return the token endpoint's answer to a connection of Roster Sync that shares no more.

    A token `lives` so many seconds.
    """
    return _pretty(
        {
            "access_token": "…",
            "expires_in": lives,
            "token_type": "Bearer",
            "scope": " ".join(allowed_for(version, ["roster"], [])),
        }
    )


def error(version: str) -> str:
    """Return the body of a 404."""
    return _pretty(
        errors.body(
            version,
            errors.minor_in(version, "rostering", errors.UNKNOWN),
            "There is no user “u-17” here.",
            operation="getUser",
        )
    )


def user(base: str, version: str) -> str:
    """Return the answer with a made-up user; `base` is scheme and host."""
    return _pretty({"user": _user(base, version)})


def removed(base: str, version: str) -> str:
    """Return the answer with the same user's tombstone."""
    return _pretty({"user": _dated(tombstone(version, "users", _user(base, version)))})


def _user(base: str, version: str) -> dict[str, Any]:
    school = references.reference(version, "school", "school-1")
    school["href"] = base + school["href"]
    values = {
        "sourcedId": "u-17",
        "username": "alee",
        "enabledUser": "true",
        "givenName": "Ann",
        "familyName": "Lee",
        "role": "student",
        "orgs": [school],
        "roles": [{"roleType": "primary", "role": "student", "org": school}],
        "identifier": "100017",
        "grades": ["07"],
    }
    return _dated(render(arranged(version, "users", values)))


def _dated(document: bytes) -> dict[str, Any]:
    """Return a document with its stamp, which the API adds at its end."""
    return {**parse(document), "dateLastModified": SINCE}


def _pretty(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def write(gradebook_url: str) -> str:
    """Return lines that write into a gradebook."""
    return WRITE.format(gradebook_url=gradebook_url)

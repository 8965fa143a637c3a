"""The table of checks: what is wanted of a server, how much it matters, and where that stands.

Sections are named by their titles in 1EdTech's documents, as these number them differently in
each version. The tests make our own server break each row once.
"""

from __future__ import annotations

from typing import NamedTuple

MUST, SHOULD = "must", "should"


class Check(NamedTuple):
    """One thing that is looked at, wherever it can be: a row of the table."""

    key: str
    group: str
    severity: str
    wanted: str
    section: str


class Outcome(NamedTuple):
    """What was seen of a check at one place; `found` is what is wrong, or nothing."""

    key: str
    asked: str
    found: str = ""


GRANT = "OAuth 2.0 (RFC 6749), 4.4 Client Credentials Grant"
TOKEN_ERRORS = "OAuth 2.0 (RFC 6749), 5.2 Error Response"  # noqa: S105
BEARER = "Bearer tokens (RFC 6750), 3 The WWW-Authenticate Response Header Field"
SCOPES = "REST binding: Security, scopes"
ENDPOINTS = "REST binding: Service endpoints"
DISCOVERY = "REST binding: Service discovery (1.2)"
MODEL = "Information model: Data model"
GUIDREF = "Information model: GUIDRef"
PAGING = "REST binding: Pagination"
SELECTION = "REST binding: Field selection"
SORTING = "REST binding: Sorting"
FILTERING = "REST binding: Filtering"
STATUS = "Information model: status and dateLastModified"
ERRORS = "REST binding: Error codes and payloads"

ROWS = (
    # key, group, severity, wanted, section
    Check("token", "token", MUST, "200 with access_token, token_type Bearer and expires_in", GRANT),
    Check("token-scopes", "token", MUST, "no scopes but those that were asked for", SCOPES),
    Check("token-kept", "token", SHOULD, "Cache-Control: no-store", GRANT),
    Check("token-secret", "token", MUST, "401 and invalid_client for a wrong secret", TOKEN_ERRORS),
    Check("token-grant", "token", MUST, "400 and unsupported_grant_type", TOKEN_ERRORS),
    Check("no-token", "access", MUST, "401 without a token", BEARER),
    Check("wrong-token", "access", MUST, "401 for an unknown token", BEARER),
    Check("challenge", "access", SHOULD, "WWW-Authenticate: Bearer beside 401", BEARER),
    Check("scope", "access", MUST, "403 for a token without the scope", SCOPES),
    Check("discovery", "discovery", SHOULD, "its OpenAPI document, to anybody", DISCOVERY),
    Check("discovery-paths", "discovery", SHOULD, "every path that is served", DISCOVERY),
    Check("list", "lists", MUST, "200", ENDPOINTS),
    Check("nested", "lists", SHOULD, "200 for a list below a record", ENDPOINTS),
    Check("single", "lists", MUST, "200 for a record of the list", ENDPOINTS),
    Check("json", "lists", MUST, "Content-Type: application/json", ENDPOINTS),
    Check("envelope", "lists", MUST, "one object with the one key of this operation", ENDPOINTS),
    Check("same", "lists", SHOULD, "the record as it stands in the list", ENDPOINTS),
    Check("subset", "lists", MUST, "only records of that role or type", ENDPOINTS),
    Check("subset-single", "lists", SHOULD, "404 for a record of another role or type", ENDPOINTS),
    Check("belongs", "lists", MUST, "only what refers to the record in the path", ENDPOINTS),
    Check("required", "documents", MUST, "every required field", MODEL),
    Check("types", "documents", MUST, "each value in its field's type; booleans as text", MODEL),
    Check("words", "documents", MUST, "a word of the field's enumeration", MODEL),
    Check("dates", "documents", MUST, "YYYY-MM-DD, or date and time with a zone", MODEL),
    Check("utc", "documents", SHOULD, "dateLastModified in UTC, ending in Z", MODEL),
    Check("extra", "documents", SHOULD, "no fields but the version's; others in metadata", MODEL),
    Check("guidref", "references", MUST, "href, sourcedId and the generic type", GUIDREF),
    Check("absolute", "references", MUST, "an absolute address on this host", GUIDREF),
    Check("resolves", "references", MUST, "the record that the reference names", GUIDREF),
    Check("default", "paging", MUST, "at most 100 records without limit", PAGING),
    Check("size", "paging", MUST, "as many records as limit says, while there are some", PAGING),
    Check("order", "paging", MUST, "small pages that follow each other as in a large one", PAGING),
    Check("total", "paging", MUST, "X-Total-Count: the number of all records", PAGING),
    Check("stable", "paging", MUST, "the same X-Total-Count on every page", PAGING),
    Check("links", "paging", SHOULD, "Link with first, last, next and prev", PAGING),
    Check("kept", "paging", SHOULD, "every other parameter kept in Link's addresses", PAGING),
    Check("last", "paging", SHOULD, "a last page that is there, and names no next", PAGING),
    Check("beyond", "paging", SHOULD, "200 and no records past the end", PAGING),
    Check("fields", "fields", MUST, "these fields and only these", SELECTION),
    Check("fields-single", "fields", MUST, "these fields of a single record", SELECTION),
    Check("sort", "sort", MUST, "ascending, and descending with orderBy=desc", SORTING),
    Check("equal", "filter", MUST, "only records with that value", FILTERING),
    Check("finds", "filter", MUST, "the record that the value was taken from", FILTERING),
    Check("unequal", "filter", MUST, "all records but the one", FILTERING),
    Check("contains", "filter", MUST, "only records whose value contains it", FILTERING),
    Check("compared", "filter", MUST, "only records before or after that moment", FILTERING),
    Check("split", "filter", MUST, "< with >=, and <= with >, make the same whole", FILTERING),
    Check("and", "filter", MUST, "only records that meet both clauses", FILTERING),
    Check("or", "filter", MUST, "the records that meet either clause", FILTERING),
    Check("delta", "deltas", MUST, "what was modified since, the newest record too", STATUS),
    Check("exact", "deltas", MUST, "nothing that was modified before", STATUS),
    Check("future", "deltas", MUST, "nothing modified after a day to come", STATUS),
    Check("removed", "deltas", MUST, "only records with status tobedeleted", STATUS),
    Check("active", "deltas", MUST, "only records with status active", STATUS),
    Check("refused", "errors", MUST, "the status that the version has for it", ERRORS),
    Check("odd", "errors", SHOULD, "the status for it; the version's text names none", ERRORS),
    Check("body", "errors", MUST, "the version's error body", ERRORS),
    Check("code", "errors", SHOULD, "the version's minor code", ERRORS),
    Check("warned", "errors", SHOULD, "200 with a warning in statusInfoSet (1.1)", ERRORS),
)  # fmt: skip

CHECKS: dict[str, Check] = {check.key: check for check in ROWS}
GROUPS = tuple(dict.fromkeys(check.group for check in ROWS))

"""What a vendor, or the child it reads about, would complain of: each page against the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from roster.clock import clock, stamp
from tests.model.comparing import Id, differences, names, plain
from tests.model.truth import Publication

if TYPE_CHECKING:
    from tests.model.programs import Program
    from tests.model.vendors import Vendor, Wallet

COLLECTIONS = (
    "orgs",
    "academicSessions",
    "courses",
    "classes",
    "users",
    "enrollments",
    "demographics",
    "resources",
)
"""What programs keep copies of."""

REMAINS = {
    "orgs": "name type identifier",
    "academicSessions": "title startDate endDate type schoolYear",
    "courses": "title courseCode",
    "classes": "title course school terms",
    "users": "username enabledUser givenName familyName role orgs roles",
    "enrollments": "user class school role",
    "demographics": "",
    "resources": "vendorResourceId",
}
"""The required fields, which are all that a tombstone may hold."""


def check(
    vendor: Vendor,
    collection: str,
    document: dict[str, Any],
    publication: Publication,
    since: str | None,
) -> None:
    """Hold one document against what this connection may read now."""
    name = (collection, document["sourcedId"])
    where = f"{vendor}: {collection} {document['sourcedId']}"
    if document["status"] != "active":
        check_tombstone(where, name, document, publication, since)
        return
    should = publication.documents.get(collection, {}).get(document["sourcedId"])
    assert should is not None, f"{where} was given and must not be: {document}"
    said = differences(
        {collection: {document["sourcedId"]: plain(document)}},
        {collection: {document["sourcedId"]: should}},
    )
    assert not said, f"{vendor}: " + "\n".join(said)
    if name not in publication.cut:
        check_stamp(vendor, where, name, document, publication)


def check_stamp(
    vendor: Vendor, where: str, name: Id, document: dict[str, Any], publication: Publication
) -> None:
    """Never earlier than the change could be read; unchanged document, unchanged stamp."""
    moment = publication.moments[name]
    changed = document["dateLastModified"]
    assert stamp(moment) <= changed <= stamp(clock()), (
        f"{where} is stamped {changed}, and could be read since {stamp(moment)}"
    )
    text = {key: value for key, value in document.items() if key != "dateLastModified"}
    if name in vendor.known:
        was, at, then = vendor.known[name]
        if was == text and then == moment and name not in publication.retold:
            assert changed == at, f"{where} has not changed, but its stamp: {at} → {changed}"
    vendor.known[name] = (text, changed, moment)


def check_tombstone(
    where: str,
    name: Id,
    document: dict[str, Any],
    publication: Publication,
    since: str | None,
) -> None:
    """Of what could be read, where it was asked for, and of required fields only."""
    collection = name[0]
    assert name not in publication.flat, f"{where} is a tombstone and must be live"
    assert name in publication.past, f"{where}: a tombstone of what it could never read"
    assert since is not None or name in publication.withdrawn, (
        f"{where}: a tombstone that nobody asked for"
    )
    allowed = {"sourcedId", "status", "dateLastModified", *REMAINS[collection].split()}
    assert document.keys() <= allowed, f"{where}: a tombstone with {document}"
    if collection == "users":
        assert document["givenName"] == document["familyName"] == "Removed", document
        assert document["enabledUser"] == "false", document
        assert document.get("username", name[1]) == name[1], document


def check_whole(
    program: Program, collection: str, documents: list[dict[str, Any]], publication: Publication
) -> None:
    """A list read by plain offsets misses nothing and doubles nothing."""
    ids = [document["sourcedId"] for document in documents]
    assert len(ids) == len(set(ids)), f"{program}: {collection} given twice: {sorted(ids)}"
    missing = set(publication.documents.get(collection, {})) - set(ids)
    assert not missing, f"{program}: {collection} left out: {missing}"


def check_copy(program: Program, publication: Publication) -> None:
    """The copy, tombstones applied, is what the connection may see at that publication.

    What an act has changed in its place under a sync may have come before or after it. Fields
    that are cut from documents as they are read stay in a copy until the next refresh.
    """
    assert program.copy is not None
    aside = publication.touched | publication.cut
    mine, should = (
        {
            collection: {
                sourced_id: plain(document)
                for sourced_id, document in documents.items()
                if (collection, sourced_id) not in aside
            }
            for collection, documents in side.items()
            if collection in COLLECTIONS and collection not in program.refused
        }
        for side in (program.copy, publication.documents)
    )
    said = differences(mine, should)
    assert not said, f"{program}, after a sync:\n" + "\n".join(said)
    for collection, documents in mine.items():
        for sourced_id, document in documents.items():
            for other, named in names(document):
                there = named in program.copy.get(other, {}) or other in program.refused
                where = f"{program}: {collection} {sourced_id}"
                assert there or (other, named) in publication.withdrawn, (
                    f"{where} names {other} {named}, which can't be fetched"
                )


def check_shut(vendor: Vendor, wallet: Wallet) -> None:
    """A connection that is suspended or waits for its launch gets nothing, by old tokens either."""
    assert vendor.ask_for_token().status_code == 400, f"{vendor} is shut and got a token"
    if wallet.token:
        answer = vendor.ask(wallet.token, vendor.path("users"))
        assert answer.status_code in (401, 403), f"{vendor} is shut and was answered"

"""Who reads what in which language, and what stays English."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils.translation import override

from connections.models import Connection
from portal import letters
from portal.models import Staff
from portal.retelling import retold
from roster.importing.rules import RULES
from roster.models import AuditEntry, Organization
from roster.refusal import Refused
from tests.cast import as_dana, brightpath, dana, riverside

__all__ = ["as_dana", "brightpath", "dana", "riverside"]


def test_a_page_speaks_the_browsers_language_until_somebody_has_chosen(as_dana: Client):
    address = "/o/riverside/settings/"
    spanish = as_dana.get(address, headers={"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"})
    assert '<html lang="es">' in spanish.content.decode()
    assert spanish["Content-Language"] == "es"
    assert "Accept-Language" in spanish["Vary"]
    assert as_dana.get(address)["Content-Language"] == "en"
    as_dana.post("/account/language/", {"language": "es", "back": address})
    chosen = as_dana.get(address, headers={"Accept-Language": "en"}).content.decode()
    assert '<html lang="es">' in chosen
    assert "Guardar los ajustes" in chosen
    assert "Idioma del navegador" in chosen
    as_dana.post("/account/language/", {"language": "", "back": address})
    assert as_dana.get(address)["Content-Language"] == "en"


def test_choosing_leads_back_and_nowhere_else(as_dana: Client, dana: Staff):
    def choose(**given: str) -> str:
        return as_dana.post("/account/language/", given).headers.get("Location", "")

    assert (
        choose(language="es", back="/o/riverside/audit/?by=Dana") == "/o/riverside/audit/?by=Dana"
    )
    assert choose(language="en", back="https://evil.example/") == "/"
    assert choose(language="en", back="organizations") == "organizations"  # No name of a page.
    assert as_dana.post("/account/language/", {"language": "xx"}).status_code == 404
    entries = AuditEntry.objects.filter(action="account.language_chosen").order_by("pk")
    assert [(each.old, each.new) for each in entries] == [
        ({"language": ""}, {"language": "es"}),
        ({"language": "es"}, {"language": "en"}),
    ]


def test_the_command_chooses_too(dana: Staff):
    out = io.StringIO()
    call_command("set_language", "dana@riverside.example", "es", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"email": "dana@riverside.example", "language": "es"}
    dana.refresh_from_db()
    assert dana.language == "es"
    call_command("set_language", "dana@riverside.example", "browser", stdout=io.StringIO())
    dana.refresh_from_db()
    assert dana.language == ""
    with pytest.raises((CommandError, SystemExit)):
        call_command("set_language", "nobody@riverside.example", "es", stdout=io.StringIO())


def test_vendors_programs_get_english_whatever_they_ask_for(brightpath: Connection):
    answer = Client().get("/ims/oneroster/rostering/v1p2/orgs", headers={"Accept-Language": "es"})
    assert "Send an access token" in answer.content.decode()
    assert "Content-Language" not in answer


def test_letters_are_in_the_language_of_the_organization(brightpath: Connection):
    Organization.objects.update(language="es")
    connection = Connection.objects.select_related("organization").get(pk=brightpath.pk)
    text = letters.compose(connection, "pause").text
    assert "Hacemos una pausa en la conexión OneRoster de Brightpath." in text
    assert "Los días comienzan y terminan en la zona horaria America/Chicago." in text


def test_an_organization_has_only_languages_that_there_are(riverside: Organization):
    call_command("set_organization", "riverside", "--language", "es", stdout=io.StringIO())
    riverside.refresh_from_db()
    assert riverside.language == "es"
    with pytest.raises((CommandError, SystemExit)):
        call_command("set_organization", "riverside", "--language", "xx", stdout=io.StringIO())


def test_a_refusal_is_read_in_the_language_of_that_moment():
    refused = Refused("%(name)s is in the directory already.", name="Brightpath")
    assert str(refused) == "Brightpath is in the directory already."
    with override("es"):
        assert str(refused) == "Brightpath ya está en el directorio."


def test_what_was_kept_in_english_is_told_again():
    rule = RULES["manifest-row-elsewhere"]
    kept = rule.message.format(version="1.1")
    assert retold(kept) == kept
    with override("es"):
        assert retold(kept) == (
            "manifest.csv tiene una fila para un archivo que OneRoster 1.1 no tiene."
        )
        assert retold("Approved by Dana.") == "Aprobada por Dana."
        held = "1,204 of 5,000 users would be removed; the limit is 10 % and 25 records."
        assert retold(held).startswith("Se eliminarían 1,204 de 5,000 users;")
        assert retold("Nobody's template.") == "Nobody's template."

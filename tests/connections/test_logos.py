"""Logos of partners: the picture alone, by page and by command."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from connections import logos
from connections.models import Logo, Partner
from roster.models import AuditEntry
from roster.refusal import Refused
from tests.cast import certified, signed_in

__all__ = ["olga"]

from tests.cast import olga

DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
TEXT = logos._packed(b"tEXt", b"Comment\0<script>alert(1)</script>")
TALKING = DOT[:33] + TEXT + DOT[33:] + b"<?php"


def wide(width: int) -> bytes:
    head = width.to_bytes(4) + DOT[20:29]
    return DOT[:8] + logos._packed(b"IHDR", head) + DOT[33:]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is a PNG"),
        (b"<svg onload='alert(1)'/>", "is a PNG"),
        (b"\xff\xd8\xff\xe0" + DOT, "is a PNG"),
        (DOT[:-4], "is a PNG"),
        (DOT.replace(b"IDAT", b"IDOT"), "is a PNG"),
        (DOT + bytes(200_000), "up to 100 KB"),
        (DOT[:8] + logos._packed(b"IHDR", b"\0\0\0\1") + DOT[33:], "is a PNG"),
        (wide(2000), "1024 pixels"),
        (wide(0), "1024 pixels"),
    ],
)
def test_what_is_no_small_picture_is_refused(content: bytes, words: str):
    with pytest.raises(Refused, match=words):
        logos.picture_of(content)


def test_what_doesnt_draw_is_left_out():
    assert logos.picture_of(TALKING) == logos.picture_of(DOT) == DOT


def test_the_operator_sets_and_removes_a_logo(olga: Any):
    partner, browser = certified("Brightpath"), signed_in(olga)
    address = f"/partners/{partner.pk}/"
    entry = {"name": "Brightpath", "versions": ["1.2"]}

    def sent(**more: Any) -> int:
        return int(browser.post(address, {**entry, **more}).status_code)

    assert sent(logo=SimpleUploadedFile("logo.svg", b"<svg/>")) == 422
    assert sent(logo=SimpleUploadedFile("logo.png", TALKING)) == 302
    shown = f"/partners/logos/{Logo.objects.get().pk}.png"
    assert f'src="{shown}"' in browser.get("/partners/").content.decode()
    answer = Client().get(shown)
    assert (answer.content, answer["Content-Type"]) == (DOT, "image/png")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert sent(without_logo="on") == 302
    assert not Logo.objects.exists()
    assert Client().get(shown).status_code == 404
    told = AuditEntry.objects.filter(action="partner.changed", new__has_key="logo")
    assert [bool((each.new or {})["logo"]) for each in told.order_by("pk")] == [True, False]


def test_the_command_does_the_same(db: None, tmp_path: Path):
    certified("Brightpath")
    file = tmp_path / "logo.png"
    file.write_bytes(DOT)
    call_command("change_partner", "Brightpath", "--logo", str(file), stdout=io.StringIO())
    assert Partner.objects.get().logo
    call_command("change_partner", "Brightpath", "--no-logo", stdout=io.StringIO())
    assert Partner.objects.get().logo is None
    file.write_bytes(b"")
    with pytest.raises(CommandError, match="is a PNG"):
        call_command("change_partner", "Brightpath", "--logo", str(file))
    with pytest.raises(CommandError, match="can't be read"):
        call_command("change_partner", "Brightpath", "--logo", str(tmp_path / "none.png"))

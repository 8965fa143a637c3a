"""The desk as a person at the command line has it, beside a server that vendors can reach."""

from __future__ import annotations

import contextlib
import io
import json
from typing import Any

from django.core.management import call_command

from connections.models import Connection
from tests.acceptance.vendor import Vendor

EVERYTHING = ("--all-schools", "--share", "all")
GRADEBOOK_PARTNER = "Brightpath"


class Connected(Vendor):
    """A vendor, and the id under which the district's commands know its connection."""

    def __init__(self, host: str, version: str, told: dict[str, Any]) -> None:
        super().__init__(host, version, told["client_id"], told["client_secret"])
        self.connection: int = told["id"]


class Desk:
    """Commands in, JSON out; `url` is where the portal and the API answer."""

    def __init__(self, url: str) -> None:
        self.url = url

    def run(self, *words: Any) -> dict[str, Any]:
        """Run a command with `--json`; return its object, and fail if it refused."""
        code, told = self._run(words)
        assert code == 0, f"{' '.join(map(str, words))}: {told}"
        return told

    def refusal(self, *words: Any) -> str:
        """Run a command that must refuse; return its reason."""
        code, told = self._run(words)
        assert code == 1, f"{' '.join(map(str, words))} was not refused: {told}"
        assert set(told) == {"error"}
        return str(told["error"])

    def _run(self, words: tuple[Any, ...]) -> tuple[int, dict[str, Any]]:
        out = io.StringIO()
        code = 0
        with contextlib.redirect_stdout(out):
            try:
                call_command(str(words[0]), *map(str, words[1:]), "--json")
            except SystemExit as ending:
                code = int(ending.code or 0)
        told = json.loads(out.getvalue())
        assert isinstance(told, dict)
        return code, told

    def organization(self, slug: str, name: str = "", *, school_year: str = "") -> None:
        year = ("--school-year", school_year) if school_year else ()
        self.run("create_organization", slug, "--name", name or slug.title(), *year)

    def connect(
        self,
        slug: str,
        version: str,
        *terms: str,
        gradebook: bool = False,
        vendor: str = "",
    ) -> Connected:
        """Connect a vendor; without terms it is shown everything there is."""
        way = ["--acknowledge-unsupported"]
        if gradebook:
            way = ["--partner", GRADEBOOK_PARTNER, "--type", "grade_book"]
        vendor = vendor or f"{GRADEBOOK_PARTNER} {Connection.objects.count()}"
        told = self.run(
            "create_connection", slug, "--vendor", vendor, "--oneroster", version,
            *way, *(terms or EVERYTHING),
        )  # fmt: skip
        return Connected(self.url, version, told)

    def partner(self) -> None:
        """Enter Brightpath in the directory, certified for gradebooks in both versions."""
        self.run(
            "create_partner", GRADEBOOK_PARTNER, "--oneroster", "1.1", "1.2",
            "--type", "grade_book",
        )  # fmt: skip

    def refresh(self, slug: str) -> dict[str, Any]:
        return self.run("refresh_cache", slug)

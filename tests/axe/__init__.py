"""axe-core 4.14.1, from npm as it is, under the Mozilla Public License 2.0 (`LICENSE` beside it).

It looks for what keeps people out who use a page by ear, by keyboard or with weak eyes. To renew
it: `npm pack axe-core`, and copy `axe.min.js` and `LICENSE`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SOURCE = Path(__file__).with_name("axe.min.js").read_text()
SERIOUS = {"serious", "critical"}
LOOK = """rules => axe.run(document, {
  resultTypes: ["violations"], ...(rules ? {runOnly: {type: "rule", values: rules}} : {}),
})"""


def violations(page: Page, *rules: str) -> list[str]:
    """Return what keeps people out of the page, with where it is; of those rules, or of all."""
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(SOURCE)
    found: dict[str, Any] = page.evaluate(LOOK, list(rules) or None)
    return [
        f"{each['id']}: {node['target']} {node['html'][:160]}"
        for each in found["violations"]
        if each["impact"] in SERIOUS
        for node in each["nodes"]
    ]

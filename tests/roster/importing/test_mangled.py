"""A bundle mangled at random is applied whole, or refused with the roster as it was."""

from __future__ import annotations

import random

import pytest

from roster.importing.files import FILES
from roster.models import Import
from roster.refusal import Refused
from tests.roster.importing.bundles import EVERYTHING, manifest_of
from tests.roster.importing.conftest import Bundler
from tests.roster.importing.test_importing import everything

SCRAPS = ["\n", ",", '"', "\0", "\r", "tobedeleted", "x" * 300, "{a:b}", "~", "1e999", "%s", "{0}"]


@pytest.mark.parametrize("seed", range(25))
def test_a_mangled_bundle_is_applied_whole_or_not_at_all(load: Bundler, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - the same ones every time.
    load(EVERYTHING)
    before, as_before = everything(load.organization), live()
    files = {"manifest.csv": manifest_of(EVERYTHING, "1.2"), **EVERYTHING}
    for _ in range(dice.choice([1, 1, 2, 5])):
        name = dice.choice(sorted(files))
        start = dice.randrange(len(files[name]) + 1)
        end = start + dice.choice([0, 1, 10])
        files[name] = files[name][:start] + dice.choice(SCRAPS) + files[name][end:]
    try:
        done = load(files)
    except Refused:
        assert everything(load.organization) == before
        assert Import.objects.latest("pk").reason
    else:
        for name, counts in done.counts.items():
            assert min(counts.values()) >= 0, name
            assert counts["left_out"] <= counts["read"], name
        load(EVERYTHING)
        assert live() == as_before


def live() -> dict[str, list[tuple[str, str]]]:
    """Return what every active row says, by its id."""
    models = {file.model for file in FILES.values()}
    return {
        model.__name__: sorted(model.objects.active().values_list("sourced_id", "digest"))
        for model in models
    }

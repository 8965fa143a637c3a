"""The bundle that the tables of cases change: whole as it is, and some of it hidden."""

from __future__ import annotations

from typing import Any

from tests.roster.importing.cases import HIDDEN, case, check, codes, table
from tests.roster.importing.conftest import Bundler

SEEN = (
    "orgs/d orgs/north orgs/south academicSessions/fall courses/alg classes/k1 classes/k2"
    " users/ann users/cy users/dee users/eve users/gil users/tom users/tess users/pat users/lea"
    " enrollments/e-ann enrollments/e-eve enrollments/e-tom enrollments/e-tess demographics/ann"
)
AS_IT_IS = case("as it is", then=(), sees=SEEN, hides=" ".join(HIDDEN) + " demographics/bob")


@table([AS_IT_IS])
def test_the_bundle_is_whole(case: Any, version: str, load: Bundler) -> None:
    done = check(case, version, load)
    assert done is not None
    assert codes(done) == {}

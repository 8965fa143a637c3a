"""Breaks the product in known ways, and looks whether the histories notice.

    python -m tests.model.mutations [--only WORD] [--jobs N] [--engine postgresql]

What was seen looks first and what is withdrawn, then the random districts and histories of every
run of the tests, then more of them. The rows stand in `mistakes.py`; what the exit code says, in
`tests/mutating.py`.
"""

from __future__ import annotations

import sys

from tests import mutating
from tests.model.mistakes import MUTATIONS
from tests.mutating import Look

SEEN = [f"tests/model/test_{name}.py" for name in ("seen", "histories", "found")]
DISTRICTS = "tests/model/test_visibility.py"
TEST = "tests/model/test_vendors.py::test_every_copy_is_what_the_rules_say"
# What levels were called before, the model's own rules don't know.
WITHDRAWING = "tests/roster/publishing/test_withdrawing.py"
# What the histories don't do: sweep, hold a refresh, read a damaged map, keep what was matched,
# ask for every reason.
KEEPING = [
    *(
        f"tests/roster/publishing/test_{name}.py"
        for name in ("sweeping", "flipping", "holding", "shelf")
    ),
    "tests/roster/deciding/test_why.py",
    "tests/roster/map/test_storing.py",
    "tests/roster/reading/test_pages.py",
    "tests/grading/test_marks.py",
]
LOOKS = [
    Look("what was seen", SEEN),
    Look("what is kept", KEEPING),
    Look("what is withdrawn", [WITHDRAWING]),
    Look("the districts", [DISTRICTS]),
    Look("the histories", [TEST]),
    # Drawn anew from seed 1.
    Look("more histories", [TEST], {"MODEL_EXAMPLES": "40"}),
]

if __name__ == "__main__":
    sys.exit(mutating.main(MUTATIONS, LOOKS, doc=__doc__, prog="tests.model.mutations"))

"""Breaks filters, orders, pages, nested lists and fields, and looks whether the tests notice.

    python -m tests.conformance.mutations [--only WORD] [--jobs N] [--engine postgresql]

Documents published by hand look first, then random questions, then the tables. The rows stand in
`mistakes.py`; what the exit code says, in `tests/mutating.py`.
"""

from __future__ import annotations

import sys

from tests import mutating
from tests.conformance.mistakes import MUTATIONS
from tests.mutating import Look

TABLES = "nested sorts filters selection paging parameters habits".split()

LOOKS = [
    Look("documents by hand", ["tests/roster/reading/test_pages.py"]),
    Look("random questions", ["tests/conformance/test_random.py"]),
    Look("tables", [f"tests/conformance/test_{name}.py" for name in TABLES]),
]

if __name__ == "__main__":
    sys.exit(mutating.main(MUTATIONS, LOOKS, doc=__doc__, prog="tests.conformance.mutations"))

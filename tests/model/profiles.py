"""How long the model tests look: shortly in every run, for as long as asked by command.

`MODEL_EXAMPLES=2000` draws as many examples at random and shrinks what fails. Without it a few
are drawn, the same ones every time, so that main is red only for what was changed; what fails is
told as it is, at once, with a line that repeats it.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

ASKED = int(os.environ.get("MODEL_EXAMPLES", "0"))
# For mutations the first difference will do, however large. Shrinking takes five minutes.
HASTY = not ASKED or bool(os.environ.get("MODEL_HASTY"))


# The rules are the same on each engine: PostgreSQL shows that its statements mean the same too,
# and the first examples have sent all of them.
PART = 3 if os.environ.get("TEST_ENGINE") == "postgresql" else 2


def profile(examples: int, **more: int) -> settings:
    """Return settings that draw half of `examples`, on PostgreSQL a third, or those asked for."""
    return settings(
        max_examples=ASKED or -(-examples // PART),
        derandomize=not ASKED,
        database=None,
        print_blob=True,
        phases=[Phase.generate] if HASTY else [Phase.generate, Phase.shrink],
        # A district takes hundreds of draws, and a refresh takes its time.
        suppress_health_check=list(HealthCheck),
        **more,  # type: ignore[arg-type]
    )

"""The cast, for every test of how they come in."""

from tests.cast import (  # noqa: F401
    as_dana,
    as_victor,
    dana,
    lakeside,
    liz,
    olga,
    riverside,
    victor,
)

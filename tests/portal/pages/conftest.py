"""The cast, for every test of a page."""

from tests.cast import (  # noqa: F401
    as_dana,
    as_victor,
    brightpath,
    dana,
    everybody,
    lakeside,
    liz,
    olga,
    riverside,
    victor,
)

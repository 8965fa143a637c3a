"""The cast, and what a person does with a browser."""

from tests.cast import brightpath, dana, riverside, victor  # noqa: F401

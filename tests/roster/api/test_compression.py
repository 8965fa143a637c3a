"""Who gets a smaller answer, and that it says the same."""

import gzip

import pytest
from django.http import HttpResponse

from roster.api.compression import LEAST, compress, takes_gzip

ACCEPTED = {
    "gzip": True,
    "GZip": True,
    "gzip, deflate, br": True,
    "deflate, gzip;q=0.5": True,
    "br;q=1, *;q=0.1": True,
    "*": True,
    "": False,
    "identity": False,
    "gzip;q=0": False,
    "gzip; q=0.000": False,
    "gzip;q=...": False,
    "x-gzipped": False,
}


@pytest.mark.parametrize(("accepted", "takes"), ACCEPTED.items())
def test_gzip_is_for_those_who_take_it(accepted: str, takes: bool) -> None:
    assert takes_gzip(accepted) is takes


def test_a_compressed_answer_says_the_same() -> None:
    said = b'{"users":[' + b'{"sourcedId":"ann"},' * 200 + b"{}]}"
    response = HttpResponse(said)
    compress(response, "gzip")
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.headers["Vary"] == "Accept-Encoding"
    assert len(response.content) < len(said) / 6
    assert gzip.decompress(response.content) == said


def test_a_small_answer_is_left_as_it_is() -> None:
    response = HttpResponse(b"x" * (LEAST - 1))
    compress(response, "gzip")
    assert "Content-Encoding" not in response.headers

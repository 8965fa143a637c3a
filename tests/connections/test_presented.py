"""Where consumers put their credentials."""

from __future__ import annotations

import base64

import pytest

from connections.presented import Disagreement, Presented, is_oauth_1, presented

OK = Presented("me", "Secret")


def basic(pair: str, scheme: str = "Basic") -> str:
    return f"{scheme} {base64.b64encode(pair.encode()).decode()}"


@pytest.mark.parametrize(
    ("authorization", "parameters", "found"),
    [
        (basic("me:Secret"), {}, OK),
        (basic("me:Secret", "basic"), {}, OK),
        (basic("me:Secret", "BASIC"), {}, OK),
        (basic("me:Secret", "Basic "), {}, OK),
        (basic("me:Secret").rstrip("="), {}, OK),
        (basic("m%65:%53ecret"), {}, OK),
        (basic("me:a:b%3Ac"), {}, Presented("me", "a:b:c")),
        ("", {"client_id": "me", "client_secret": "Secret"}, OK),
        (basic("me:Secret"), {"client_id": "me"}, OK),
        (basic("me:Secret"), {"client_id": "me", "client_secret": "Secret"}, OK),
        (basic("me:"), {"client_secret": "Secret"}, OK),
        (basic("me:Secret"), {"client_id": "", "client_secret": ""}, OK),
        ("", {}, Presented()),
        ("Basic", {}, Presented()),
        ("Basic !!!", {}, Presented()),
        ("Basic /////w==", {}, Presented()),
        (basic("no colon"), {}, Presented("no colon", "")),
        ("Bearer abc", {"client_id": "me", "client_secret": "Secret"}, OK),
    ],
)
def test_credentials_are_found_wherever_they_are(
    authorization: str, parameters: dict[str, str], found: Presented
) -> None:
    assert presented(authorization, parameters.items()) == found


@pytest.mark.parametrize(
    "parameters",
    [
        [("client_id", "you")],
        [("client_secret", "Other")],
        [("client_id", "me"), ("client_id", "you")],
    ],
)
def test_what_is_given_twice_must_agree(parameters: list[tuple[str, str]]) -> None:
    with pytest.raises(Disagreement):
        presented(basic("me:Secret"), parameters)


@pytest.mark.parametrize(
    ("authorization", "parameters", "signed"),
    [
        ('OAuth oauth_consumer_key="me"', [], True),
        ("oauth realm=x", [], True),
        ("", ["oauth_signature"], True),
        ("Bearer OAuth", ["oauth"], False),
        ("", [], False),
    ],
)
def test_an_oauth_1_signature_is_recognized(
    authorization: str, parameters: list[str], signed: bool
) -> None:
    assert is_oauth_1(authorization, parameters) is signed

"""Settings that would open a door keep the product from starting."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings as product
from pytest_django import Settings

from connections.checks import check_doors


def test_the_products_settings_are_safe() -> None:
    assert check_doors() == []


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("OAUTH2_VALIDATOR_CLASS", "oauth2_provider.oauth2_validators.OAuth2Validator", "E001"),
        ("SCOPES_BACKEND_CLASS", "oauth2_provider.scopes.SettingsScopes", "E002"),
        ("COMPLIANT_BCP_RFC9700_TOKEN_STORAGE", False, "E003"),
    ],
)
def test_each_open_door_is_an_error(name: str, value: Any, code: str, settings: Settings) -> None:
    settings.OAUTH2_PROVIDER = {**product.OAUTH2_PROVIDER, name: value}
    assert [error.id for error in check_doors()] == [f"connections.{code}"]

"""The settings are read strictly, from variables or files, and the README tells all of them."""

import re

import pytest

from portal import env, values
from portal.issuers import Issuer

KEY = "k" * 40
GOOGLE = Issuer("Google", "https://accounts.google.com", "id-1", "pass/word", verified=False)
OURS = Issuer("Our own", "https://sso.example/realm", "rosterdesk", "x", verified=False)
GOOGLE_AND_OURS = (
    "https://id-1:pass%2Fword@accounts.google.com\n"
    "https://rosterdesk:x@sso.example/realm/?name=Our+own"
)


def read(**environ):
    return {name: value for name, value in env.read(environ).items() if value is not None}


def test_without_variables_nothing_is_given():
    assert read() == {}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("DEBUG", "true", True),
        ("DEBUG", "Off", False),
        ("SECRET_KEY", KEY, KEY),
        ("ALLOWED_HOSTS", "a.example, .b.example,[::1]", ["a.example", ".b.example", "[::1]"]),
        ("PUBLIC_URL", "https://Roster.example/", "https://roster.example"),
        ("PUBLIC_URL", "http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("PUBLIC_URL", "https://host.example/campus/api/", "https://host.example/campus/api"),
        ("PUBLIC_URL", "https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ("SIGN_IN_WITH", GOOGLE_AND_OURS, [GOOGLE, OURS]),
        ("BROKER_URL", "redis+socket:///run/redis.sock", "redis+socket:///run/redis.sock"),
        ("CACHE_URL", "unix:///run/redis.sock", "unix:///run/redis.sock"),
    ],
)
def test_a_good_value_is_read(name, text, value):
    assert read(**{name: text}) == {name: value}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DEBUG", "maybe"),
        ("DEBUG", ""),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "CHANGE-THIS-to-what-openssl-rand-base64-48-prints"),
        ("ALLOWED_HOSTS", "https://a.example"),
        ("ALLOWED_HOSTS", "a.example:8000"),
        ("PUBLIC_URL", "roster.example"),
        ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "ftp://roster.example"),
        ("PUBLIC_URL", "https://roster.example/a b"),
        ("PUBLIC_URL", "https://roster.example?x=1"),
        ("PUBLIC_URL", "https://me:pw@roster.example"),
        ("PUBLIC_URL", "https://roster.example:port"),
        ("SIGN_IN_WITH", "accounts.google.com"),
        ("SIGN_IN_WITH", "http://id:hunter2@sso.example"),
        ("SIGN_IN_WITH", "https://id@sso.example"),
        ("SIGN_IN_WITH", "https://id:hunter2@login.microsoftonline.com/common/v2.0"),
        ("SIGN_IN_WITH", "https://id:hunter2@login.microsoftonline.com"),
        ("SIGN_IN_WITH", "https://id:hunter2@sso.example?scope=all"),
        ("SIGN_IN_WITH", "https://id:hunter2@a.example?name=A https://id:hunter2@b.example?name=a"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("TRUSTED_PROXIES", "10.0.0.0/33"),
        ("TRUSTED_PROXIES", "proxy.example"),
        ("DATABASE_URL", "mysql://u:hunter2@h/n"),
        ("DATABASE_URL", "postgres://u:hunter2@h"),
        ("DATABASE_URL", "postgres://u:hunter2@h/n?sslmod=require"),
        ("DATABASE_URL", "postgres://u:hunter2@h/n?pool=many"),
        ("DATABASE_URL", "postgres://u:hunter2@h:port/n"),
        ("BROKER_URL", "sqs://u:hunter2@h"),
        ("CACHE_URL", "memcached://h"),
        ("EMAIL_URL", "imap://u:hunter2@h"),
        ("EMAIL_URL", "smtp://"),
        ("EMAIL_URL", "smtp://h?to=x"),
    ],
)
def test_an_unknown_value_is_refused_by_name_and_keeps_its_password(name, text):
    with pytest.raises(env.BadSetting) as refusal:
        read(**{name: text})
    assert str(refusal.value).startswith(name)
    assert "hunter2" not in str(refusal.value)


def test_a_database_is_reached_over_the_network_or_a_socket():
    far = read(DATABASE_URL="postgres://me:p%40ss@db.example:5433/roster?sslmode=require")
    near = read(DATABASE_URL="postgresql:///roster?host=/run/postgresql&pool=8")
    assert far["DATABASE_URL"] == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "roster",
        "USER": "me",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "5433",
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": values.PATIENCE | {"sslmode": "require"},
    }
    assert near["DATABASE_URL"] == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "roster",
        "USER": "",
        "PASSWORD": "",
        "HOST": "/run/postgresql",
        "PORT": "",
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": values.PATIENCE | {"pool": {"min_size": 1, "max_size": 8}},
    }


@pytest.mark.parametrize(
    ("address", "port", "tls", "ssl"),
    [
        ("smtp://mail.example", 25, False, False),
        ("smtps://mail.example", 465, False, True),
        ("smtp+tls://mail.example", 587, True, False),
        ("smtp+tls://mail.example:2525", 2525, True, False),
    ],
)
def test_mail_leaves_in_clear_or_by_either_kind_of_tls(address, port, tls, ssl):
    found = read(EMAIL_URL=f"{address}?from=desk@d.example")["EMAIL_URL"]
    assert (found.host, found.port, found.tls, found.ssl) == ("mail.example", port, tls, ssl)
    assert found.sender == "desk@d.example"


def test_a_value_can_stand_in_a_file(tmp_path):
    (tmp_path / "key").write_text(f"{KEY}\n")
    assert read(SECRET_KEY_FILE=str(tmp_path / "key")) == {"SECRET_KEY": KEY}


def test_a_value_and_a_file_together_are_refused(tmp_path):
    (tmp_path / "key").write_text(KEY)
    with pytest.raises(env.BadSetting, match="SECRET_KEY and SECRET_KEY_FILE"):
        read(SECRET_KEY=KEY, SECRET_KEY_FILE=str(tmp_path / "key"))


def test_a_file_that_is_missing_or_empty_is_refused_by_name(tmp_path):
    with pytest.raises(env.BadSetting, match="SECRET_KEY_FILE"):
        read(SECRET_KEY_FILE=str(tmp_path / "none"))
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(env.BadSetting, match="SECRET_KEY"):
        read(SECRET_KEY_FILE=str(tmp_path / "empty"))


def test_tests_begin_without_any_setting():
    environ = {"DEBUG": "true", "DATABASE_URL_FILE": "/x", "HOME": "/h", "SOME_FILE": "/y"}
    assert env.without_settings(environ) == {"HOME": "/h", "SOME_FILE": "/y"}


def test_the_readme_tells_every_setting_and_no_other():
    """A row of its table begins with | `NAME` | and holds the words of the code."""
    rows = {}
    for line in (env.BASE / "README.md").read_text(encoding="utf-8").splitlines():
        if found := re.match(r"\| `([A-Z_]+)` \|(.*)\|\s*$", line):
            rows[found[1]] = [cell.strip() for cell in found[2].split(" | ")]
    assert rows == {setting.name: [setting.meaning, setting.default] for setting in env.SETTINGS}

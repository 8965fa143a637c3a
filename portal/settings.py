"""The settings of the installation: what `env.py` read, and defaults for the rest."""

import os
import warnings
from typing import Any

from portal import catalogues, embedded, env, values

BASE_DIR = env.BASE
_given = env.read(os.environ)

DEBUG: bool = bool(_given["DEBUG"])
ROSTERDESK_DATA = _given["ROSTERDESK_DATA"] or BASE_DIR / ".data"
PUBLIC_URL: str = _given["PUBLIC_URL"] or ""
TRUSTED_PROXIES: list[values.Network] = _given["TRUSTED_PROXIES"] or []
# Here, because every process reads the settings before it makes a file.
embedded.keep_private(ROSTERDESK_DATA)
SECRET_KEY: str = _given["SECRET_KEY"] or embedded.secret_key(ROSTERDESK_DATA)
SECRET_KEY_FALLBACKS: list[str] = _given["SECRET_KEY_FALLBACKS"] or []

# Whether `serve` and `demo` run worker and beat themselves, as the broker is a folder here.
EMBEDDED_BROKER = _given["BROKER_URL"] is None

METRICS_TOKEN: str = _given["METRICS_TOKEN"] or ""

# Addresses and hosts ------------------------------------------------------------------------

_https = PUBLIC_URL.startswith("https:")
_public_host = values.host_of(PUBLIC_URL) if PUBLIC_URL else None
ALLOWED_HOSTS: list[str] = [
    *(_given["ALLOWED_HOSTS"] or ["127.0.0.1", "localhost", "[::1]"]),
    *([_public_host] if _public_host else []),
]
# Where the API is known by a path: it is answered with and without.
PUBLIC_PATH = values.path_of(PUBLIC_URL)
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL.removesuffix(PUBLIC_PATH)] if PUBLIC_URL else []
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
# A redirect loses the body of a POST: a token or a grade must not end there.
APPEND_SLASH = False

# What the house is made of ------------------------------------------------------------------

INSTALLED_APPS = [
    "portal",
    "connections",
    "roster",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "oauth2_provider",
    "rest_framework",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    # First, because all others believe what it leaves in the request.
    "portal.proxies.ProxyMiddleware",
    "portal.health.Asked",
    "connections.request_log.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "portal.programs.Programs",
    # Behind it is what pages need.
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.permissions.PermissionsPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.languages.Languages",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [catalogues.compiled(ROSTERDESK_DATA / "locale")]
USE_TZ = True
TIME_ZONE = "UTC"

# Where things are kept ----------------------------------------------------------------------

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES: dict[str, Any] = {
    "default": _given["DATABASE_URL"] or embedded.database(ROSTERDESK_DATA)
}

# Attempts and requests are counted here, so all processes must see the same cache.
CACHES: dict[str, Any] = {
    "default": {
        "BACKEND": "portal.attempts.Redis",
        "LOCATION": _given["CACHE_URL"],
    }
    if _given["CACHE_URL"]
    else {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "portal_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

MEDIA_ROOT = ROSTERDESK_DATA / "uploads"
FILE_UPLOAD_HANDLERS = [
    "portal.uploads.SignedInOnly",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / ".static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "portal.statics.Storage"},
}
# Without a collection, as in the first command on a fresh machine, files come from where they lie.
WHITENOISE_USE_FINDERS = not (STATIC_ROOT / "staticfiles.json").exists()
WHITENOISE_AUTOREFRESH = DEBUG
if WHITENOISE_USE_FINDERS:
    warnings.filterwarnings("ignore", message="No directory at", category=UserWarning)

# Background jobs ----------------------------------------------------------------------------

CELERY_BROKER_URL = _given["BROKER_URL"] or "filesystem://localhost//"
if EMBEDDED_BROKER:
    CELERY_BROKER_TRANSPORT_OPTIONS = embedded.broker_options(ROSTERDESK_DATA)
elif "redis" in CELERY_BROKER_URL.partition(":")[0]:
    # A message that nobody finished comes back after this time, which is longer than any job may
    # take; the sweep over the job rows is what brings back most of them, much sooner.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3900, "unacked_restore_throttle": 1}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 3600
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_TIMEZONE = "UTC"
# Everything periodic hangs on one entry a storey: the task asks the database what is due.
CELERY_BEAT_SCHEDULE = {
    "tick": {"task": "roster.tasks.tick", "schedule": 30.0, "options": {"expires": 60}},
    "tend": {"task": "connections.tasks.tend", "schedule": 30.0, "options": {"expires": 60}},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(ROSTERDESK_DATA / "beat-schedule")

# The kinds of jobs that are done above `roster`. A process imports a verb when it first needs it.
JOBS = {
    "act": "connections.acting.work",
    "several": "connections.several.work",
    "deliver": "connections.delivering.work",
    "foresee": "connections.rollover.work",
    "password": "portal.signing_in.passwords.send",
}

# People -------------------------------------------------------------------------------------

AUTH_USER_MODEL = "portal.Staff"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "portal.signing_in.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# Accounts are made by operators and administrators, who know the address.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_FORMS = {
    "login": "portal.signing_in.forms.LoginForm",
    "reauthenticate": "portal.signing_in.forms.ReauthenticateForm",
    "change_password": "portal.signing_in.forms.ChangePasswordForm",
    "set_password": "portal.signing_in.forms.SetPasswordForm",
    "reset_password": "portal.signing_in.passwords.ResetForm",
    "reset_password_from_key": "portal.signing_in.forms.ResetPasswordKeyForm",
    "user_token": "portal.signing_in.forms.LinkForm",
}
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {
    # All of a school may come from one address: only what fails there, and is of a browser that
    # isn't known, counts for it (`stranger`).
    "login": None,
    "stranger": "10/m/ip",
    "login_failed": "5/300s/key",
    "reset_password": "10/m/ip,5/h/key",
}
SOCIALACCOUNT_ADAPTER = "portal.signing_in.providers.SocialAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"APPS": [issuer.app for issuer in _given["SIGN_IN_WITH"] or []]}
}
MFA_ADAPTER = "portal.signing_in.factors.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "authenticate": "portal.signing_in.forms.CodeForm",
    "reauthenticate": "portal.signing_in.forms.CodeAgainForm",
    "activate_totp": "portal.signing_in.forms.AppForm",
    "add_webauthn": "portal.signing_in.passkeys.AddForm",
}
# A passkey can't be guessed: a school behind one address may come in at eight.
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}
MFA_TOTP_ISSUER = "Rosterdesk"
# Clocks of phones differ: the codes of half a minute before and after count too.
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True

# Vendors ------------------------------------------------------------------------------------

OAUTH2_PROVIDER_APPLICATION_MODEL = "connections.Client"
OAUTH2_PROVIDER = {
    "OAUTH2_VALIDATOR_CLASS": "connections.oauth.Validator",
    "SCOPES_BACKEND_CLASS": "connections.scopes.Scopes",
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    # Only client credentials are served; the rest is shut so that no later door opens by itself.
    "OAUTH2_GRANT_TYPES_SUPPORTED": ["client_credentials"],
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    # Tokens are stored as hashes only, and never accepted in an address.
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["connections.authentication.ConnectionAuthentication"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "roster.api.errors.handle",
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
    # `?format=` is a parameter like any other that OneRoster doesn't know.
    "URL_FORMAT_OVERRIDE": None,
}

# Safety of the browser ----------------------------------------------------------------------

# The proxy that ends TLS redirects, and knows what else its domain serves.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
CSRF_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _https else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    },
}

# E-mail and log -----------------------------------------------------------------------------

_email: values.Email = _given["EMAIL_URL"] or values.Email(
    "django.core.mail.backends.filebased.EmailBackend"
)
EMAIL_BACKEND = _email.backend
EMAIL_FILE_PATH = ROSTERDESK_DATA / "mail"
EMAIL_HOST, EMAIL_PORT = _email.host, _email.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _email.user, _email.password
EMAIL_USE_TLS, EMAIL_USE_SSL = _email.tls, _email.ssl
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = (
    _email.sender or f"rosterdesk@{(_public_host or 'localhost').strip('[]')}"
)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "portal.logs.Line"}},
    "filters": {
        "once": {"()": "portal.logs.OncePerCause"},
        "address": {"()": "portal.logs.WithoutAddress"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["once"]}
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "portal": {"level": "INFO"},
        "connections": {"level": "INFO"},
        "roster": {"level": "INFO"},
        # What was refused is in the request log; here only what broke.
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.request": {"level": "ERROR", "filters": ["address"]},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "django.server": {"handlers": [], "propagate": True},
    },
}

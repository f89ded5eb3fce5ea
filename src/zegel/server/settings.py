# SPDX-License-Identifier: EUPL-1.2
"""Django's settings. Secure by default; what differs between installations comes from the environment, and little does.

ZEGEL_DATA           folder of this installation (secrets, storage, shred keys, embedded database)
DATABASE_URL         the application role; MIGRATE_DATABASE_URL the owner role (migrations only)
STORAGE_URL          file:///folder or s3://bucket?endpoint=… ; default: ZEGEL_DATA/storage
STORAGE_ASIDE        set by the nightly trial of a back-up copy: the store is only read, writes go to this folder
BACKUP_URL           where back-up copies go: file:///folder or s3://bucket?…; none: nothing is backed up (it is said)
BACKUP_SHRED_URL     where copies of the shred store go: another place, without old versions (docs/guide/backup.md)
BACKUP_KEEP_DAYS     for how long back-up copies are kept (default 7, at most 35); those of the shred store never longer
                     than seven
BACKUP_DATABASE_URL  a role that reads every row (BYPASSRLS), when DATABASE_URL is given; the embedded database has one
SHRED_PATH           folder of the shred keys; default: ZEGEL_DATA/shred. Never inside the database or its back-up
SECRETS_PATH         folder of the installation's secrets; default: ZEGEL_DATA/secrets
ZEGEL_ORIGIN         where browsers find us, for example https://alarm.example (no trailing slash)
EMAIL_URL            smtp://user:password@host:587 (STARTTLS), smtps://host:465, or console: (default); letters leave
                     over verified TLS or wait (docs/reference/configuration.md)
ZEGEL_BOUNCES        where letters that could not be delivered come back to: HOST:PORT to listen on for mail
ZEGEL_WEBSITE        the site (its name, as in /site/NAME) that stands at this origin's front door
ZEGEL_SECURITY_CONTACT  where weaknesses are reported (RFC 9116): mailto:… or https://…
ZEGEL_PUSH_CONTACT   whom a push service may write to about us: mailto:… (default: the sender of EMAIL_URL)
ZEGEL_PUSH_TEST_ENDPOINT  a push service on this machine, for tests only: http://127.0.0.1:9000 (said on the page)
ZEGEL_WEBHOOK_TEST_ENDPOINT  a receiver of webhooks on this machine, for tests only: http://127.0.0.1:9000
ZEGEL_OWNER_QUOTA_GB how much of the store one owner's recordings may fill (default 4096)
SIGNALS_RETRY_SPAN_S for how long after the last one a panel's message may be the same again (default 60)
RELAY_LISTEN         where the gateway hands live pictures on: unix:/path, or HOST:PORT of the internal network (TLS)
RELAY                where processes with viewers fetch them, with commas; both default to a socket in ZEGEL_DATA/run
ZEGEL_WITNESSES      who cosigns the log: VERIFIERKEY@https://address, with spaces between (docs/guide/witness.md)

There is no debug mode and no switch that turns the gate, the ledger or row-level security off.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from zegel.server.kernel import secrets
from zegel.server.kernel.configuration import (
    database_from_url,
    email_from_url,
    origin_parts,
    push_test_origin,
    security_contact,
)

DATA = Path(os.environ.get("ZEGEL_DATA", "var")).absolute()
SECRETS_PATH = Path(os.environ.get("SECRETS_PATH", DATA / "secrets"))
SHRED_PATH = Path(os.environ.get("SHRED_PATH", DATA / "shred"))
STORAGE_URL = os.environ.get("STORAGE_URL", (DATA / "storage").as_uri())
STORAGE_ASIDE = os.environ.get("STORAGE_ASIDE", "")
BACKUP_URL = os.environ.get("BACKUP_URL", "")
BACKUP_SHRED_URL = os.environ.get("BACKUP_SHRED_URL", "")
BACKUP_KEEP_DAYS = min(35, max(1, int(os.environ.get("BACKUP_KEEP_DAYS", "7"))))
SIGNALS_RETRY_SPAN_S = max(1.0, float(os.environ.get("SIGNALS_RETRY_SPAN_S", "60")))


def _relay_socket() -> str:
    """A name that fits a socket's address: long folders get one that is in no folder."""
    path = DATA / "run" / "relay.sock"
    if len(str(path)) <= 100:
        return f"unix:{path}"
    return f"unix:\0zegel-{hashlib.sha256(str(path).encode()).hexdigest()[:40]}"


RELAY_LISTEN = os.environ.get("RELAY_LISTEN") or _relay_socket()
LEDGER_WITNESSES = os.environ.get("ZEGEL_WITNESSES", "")
RELAY = tuple((os.environ.get("RELAY") or RELAY_LISTEN).split(","))

# --- the browser's address -----------------------------------------------------------------------------------------

ORIGIN = os.environ.get("ZEGEL_ORIGIN", "http://localhost:8000").rstrip("/")
_SCHEME, _HOST = origin_parts(ORIGIN)
_SECURE = _SCHEME == "https"

DEBUG = False
SECRET_KEY = secrets.secret(SECRETS_PATH, "django", 48).hex()
ALLOWED_HOSTS = [_HOST]
CSRF_TRUSTED_ORIGINS = [ORIGIN]

# --- rooms, from the ground up (docs/architecture.md); the order is that of the floors --------------------------------

ROOMS = (
    "kernel",
    "ledger",
    "people",
    "notify",
    "gate",
    "exports",
    "privacy",
    "agreements",
    "consents",
    "sites",
    "footage",
    "signals",
    "plans",
    "alarms",
    "centre",
    "dispatch",
    "maintenance",
    "tenants",
    "customers",
    "products",
    "orders",
    "invoices",
    "chain",
    "intake",
    "imports",
    "website",
    "integrations",
    "lifecycle",
    "tasks",
    "registers",
    "requests",
    "backups",
    "contracts",
    "breaches",
    "audits",
    "evidence",
    "promises",
    "console",
    "portal",
    "backoffice",
    "public",
    "api",
    "realtime",
    "gateway",
)
_HERE = Path(__file__).parent

INSTALLED_APPS = [
    "procrastinate.contrib.django",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    *(f"zegel.server.{room}" for room in ROOMS if (_HERE / room / "__init__.py").exists()),
]

MIDDLEWARE = [
    "zegel.server.kernel.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "zegel.server.exports.middleware.EveryFileIsLogged",
]

ROOT_URLCONF = "zegel.server.urls"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["zegel.server.kernel.page_tags"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
            ],
        },
    },
]

# --- database ---------------------------------------------------------------------------------------------------------

_APP_URL = os.environ.get("DATABASE_URL") or "postgresql:///zegel"
APP_DATABASE_URL = _APP_URL
APP_ROLE = unquote(urlsplit(_APP_URL).username or "zegel_app")
DATABASES = {"default": database_from_url(_APP_URL, pool=False)}  # listeners share theirs: zegel.server.process
if "MIGRATE_DATABASE_URL" in os.environ:
    DATABASES["owner"] = database_from_url(os.environ["MIGRATE_DATABASE_URL"], pool=False, limits=False)

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

# --- sessions, cookies, headers -------------------------------------------------------------------------------------

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "__Host-zegel" if _SECURE else "zegel"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = _SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
DEVICE_COOKIE_NAME = "__Secure-zegel_device" if _SECURE else "zegel_device"  # only sent with a sign-in (people.rules)
CSRF_COOKIE_NAME = "csrftoken"  # the name that every client knows; the browser pages and ours read it
CSRF_COOKIE_SECURE = _SECURE
CSRF_COOKIE_SAMESITE = "Strict"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"  # not "no-referrer": forms would then carry "Origin: null", which is refused
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = False  # TLS ends before us or there is none (localhost); the origin decides the rest
SECURE_HSTS_SECONDS = 31_536_000 if _SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _SECURE

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# --- languages and time
# -------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("nl", "Nederlands"), ("sv", "Svenska"), ("de", "Deutsch"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "zegel_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = _SECURE
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"  # inside; a site's own zone at the edges

# --- files of the pages -----------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [_HERE / "static"]  # built from web/
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 0  # asked about each time (etag): old and new code are never mixed
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # files go through kernel.storage only
    "staticfiles": {"BACKEND": "zegel.server.kernel.pages.FingerprintedStatic"},
}

# --- how much of the store one owner's recordings may fill ------------------------------------------------------------

OWNER_QUOTA_BYTES = int(os.environ.get("ZEGEL_OWNER_QUOTA_GB", "4096")) * 1_000_000_000

# --- mail, log
# ----------------------------------------------------------------------------------------------------------

for _name, _value in email_from_url(os.environ.get("EMAIL_URL", "console:")).items():
    globals()[_name] = _value

BOUNCES_LISTEN = os.environ.get("ZEGEL_BOUNCES", "")

# --- the public site (zegel.server.website) ---------------------------------------------------------------------------

WEBSITE = os.environ.get("ZEGEL_WEBSITE", "")
SECURITY_CONTACT = security_contact(os.environ.get("ZEGEL_SECURITY_CONTACT", ""))

# --- push messages (zegel.server.notify) ------------------------------------------------------------------------------

PUSH_TEST_ENDPOINT = push_test_origin(os.environ.get("ZEGEL_PUSH_TEST_ENDPOINT", ""))
_SENDER = globals().get("DEFAULT_FROM_EMAIL", "zegel@localhost")
PUSH_CONTACT = os.environ.get("ZEGEL_PUSH_CONTACT", "") or f"mailto:{_SENDER}"

# --- webhooks (zegel.server.integrations) -----------------------------------------------------------------------------

WEBHOOK_TEST_ENDPOINT = push_test_origin(os.environ.get("ZEGEL_WEBHOOK_TEST_ENDPOINT", ""))

LOGGING_CONFIG = None  # zegel.server.kernel.log sets it up: event names and fields, nobody's data

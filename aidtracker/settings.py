"""The one settings file: environment variables, each with a default that works for development."""

import os
import shlex
from datetime import timedelta
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from aidtracker.desk.theme import UNFOLD as UNFOLD

BASE_DIR = Path(__file__).resolve().parent.parent

FLAG_WORDS = {"": None, "1": True, "true": True, "0": False, "false": False}


def env_flag(name: str, default: bool) -> bool:
    """Read an environment variable as yes or no; empty means default; other words are an error."""
    text = os.environ.get(name, "").strip().lower()
    if text not in FLAG_WORDS:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {text!r}.")
    answer = FLAG_WORDS[text]
    return default if answer is None else answer


def env_list(name: str, default: str = "") -> list[str]:
    """Read an environment variable as a comma-separated list without empty items."""
    return [item.strip() for item in os.environ.get(name, default).split(",") if item.strip()]


def secret(name: str) -> str:
    """A secret: from the environment, or the file that NAME_FILE names, or one handed over.

    What hands one over is systemd (`LoadCredential=NAME:…`), which keeps it from other processes.
    """
    said, path = os.environ.get(name, ""), os.environ.get(f"{name}_FILE", "")
    if said and path:
        raise ImproperlyConfigured(f"{name} and {name}_FILE exclude each other.")
    handed = Path(os.environ.get("CREDENTIALS_DIRECTORY") or os.devnull, name)
    if not path and (said or not handed.is_file()):
        return said
    try:
        return Path(path or handed).read_text().strip()
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured(f"{name} cannot be read from its file: {error}.") from None


# Environment

DEBUG = env_flag("DEBUG", default=True)

DEVELOPMENT_SECRET_KEY = "development-only-key-refused-when-debug-is-off"
SECRET_KEY = secret("SECRET_KEY") or DEVELOPMENT_SECRET_KEY
if not DEBUG and SECRET_KEY == DEVELOPMENT_SECRET_KEY:
    raise ImproperlyConfigured("Set the environment variable SECRET_KEY when DEBUG is off.")

ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")

# The folder with the texts of the source documents; it is not part of the repository.
SOURCES_DIR = Path(os.environ.get("SOURCES_DIR") or BASE_DIR.parent / "shared" / "sources")

# What the pages say of the site; what is left empty is left out

SITE = {
    "name": os.environ.get("SITE_NAME") or "对口援疆数据",
    # The one address that search engines and citations name: https://…, without a slash at the end.
    "address": os.environ.get("SITE_ADDRESS", "").rstrip("/"),
    "organiser": os.environ.get("SITE_ORGANISER", ""),  # 主办单位
    "operator": os.environ.get("SITE_OPERATOR", ""),  # 承办单位
    "telephone": os.environ.get("SITE_TELEPHONE", ""),
    "email": os.environ.get("SITE_EMAIL", ""),
    "place": os.environ.get("SITE_PLACE", ""),  # 地址
    "code": os.environ.get("SITE_CODE", ""),  # 网站标识码
    "icp": os.environ.get("SITE_ICP", ""),  # ICP 备案号
    "police": os.environ.get("SITE_POLICE", ""),  # 公安备案号
    # The terms of use of the data: their address, what programs call them (SPDX), their title.
    "licence": os.environ.get("SITE_LICENCE") or "https://creativecommons.org/licenses/by/4.0/",
    "licence_name": os.environ.get("SITE_LICENCE_NAME") or "CC-BY-4.0",
    "licence_title": os.environ.get("SITE_LICENCE_TITLE") or "知识共享 署名 4.0 国际（CC BY 4.0）",
    # The organisation's identifier at IATI, once it is registered there.
    "iati": os.environ.get("SITE_IATI") or "AIDTRACKER",
}
if SITE["address"] and not SITE["address"].startswith(("http://", "https://")):
    raise ImproperlyConfigured("SITE_ADDRESS must be http://… or https://….")

# Application

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "aidtracker.apps.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    # Before the site itself, which takes their pages out of the admin.
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django_otp_webauthn",
    "django_tasks",
    "django_tasks_db",
    "aidtracker",
    "django_filters",
    "simple_history",
    "axes",
    "csp",
    "programs",
    "projects",
]

# Synthetic data and measurements (`make_country`): never where the record itself is kept.
if env_flag("BENCHMARKS", default=DEBUG):
    INSTALLED_APPS.append("benchmarks")

MIDDLEWARE = [
    "aidtracker.trail.logs.Numbered",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "aidtracker.pages.kept.Compression",
    "aidtracker.api.door.Door",
    "aidtracker.pages.standby.PagesFromStandby",
    "aidtracker.pages.kept.KeptPages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "aidtracker.accounts.second_step.Authentication",
    "django.contrib.messages.middleware.MessageMiddleware",
    "aidtracker.trail.acts.ActMiddleware",
    "aidtracker.trail.refused.Refusals",
    "aidtracker.accounts.sessions.StaffSessionMiddleware",
    "aidtracker.accounts.second_step.SecondStepFirst",
    "aidtracker.accounts.passwords.OwnPasswordFirst",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "aidtracker.pages.security.ContentSecurityPolicyMiddleware",
    "aidtracker.pages.rates.VisitorRates",
    "aidtracker.pages.limits.VisitorLimit",
    "axes.middleware.AxesMiddleware",
    "aidtracker.pages.failures.FailureMiddleware",
]

ROOT_URLCONF = "aidtracker.urls"
WSGI_APPLICATION = "aidtracker.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "aidtracker.templatetags.formatting",
                "aidtracker.templatetags.markup",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "aidtracker.pages.navigation.navigation",
                "aidtracker.pages.site.site",
            ],
        },
    },
]

FORM_RENDERER = "aidtracker.pages.selects.Renderer"

# Whose rows are whose, and which documents say so: as with AUTH_USER_MODEL, an app has the models.
HEADQUARTERS_MODEL = "programs.Headquarters"
SOURCE_MODEL = "programs.Source"

# Database

# Every write of two people at once is answered instead of failing with "database is locked":
# readers never wait (WAL), a writer takes its lock at the start (IMMEDIATE) and waits for its turn.
SQLITE_OPTIONS = {
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
}

# Behind PgBouncer, which hands a connection on after each transaction: nothing may be set on one.
POOLED = env_flag("DATABASE_POOLED", default=False)


def database(url: str) -> dict[str, Any]:
    """How to connect, from an address."""
    found: dict[str, Any] = dj_database_url.parse(
        url,
        conn_max_age=0 if DEBUG else 60,
        # A connection kept over a restart of the database is noticed and replaced.
        conn_health_checks=True,
    )
    if found["ENGINE"] == "django.db.backends.sqlite3":
        return found | {"OPTIONS": SQLITE_OPTIONS}
    if POOLED:
        # The roles are told what the site would set: see deploy/cluster/roles.sql.
        return found | {"DISABLE_SERVER_SIDE_CURSORS": True}
    # Compiling a query of many joins takes seconds, running it milliseconds.
    options = found.setdefault("OPTIONS", {})
    options["options"] = f"{options.get('options', '')} -c jit=off".strip()
    return found


DATABASES = {"default": database(secret("DATABASE_URL") or f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
# A copy that follows, of which pages for visitors are read (`aidtracker.pages.standby`).
if STANDBY_URL := secret("STANDBY_URL"):
    DATABASES["standby"] = database(STANDBY_URL) | {"TEST": {"MIRROR": "default"}}
    DATABASE_ROUTERS = ["aidtracker.pages.standby.Router"]
# So long a query may take for somebody who is not logged in; 0: as long as it takes.
VISITOR_SECONDS = float(os.environ.get("VISITOR_SECONDS") or 10)

# Where `manage.py backup` writes, how old the newest may become before somebody is told, and the
# public key of the age format for whom backups are encrypted.
BACKUP_DIR = Path(os.environ["BACKUP_DIR"]) if os.environ.get("BACKUP_DIR") else None
BACKUP_HOURS = int(os.environ.get("BACKUP_HOURS") or 26)
BACKUP_RECIPIENT = os.environ.get("BACKUP_RECIPIENT", "")

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FIXTURE_DIRS = [BASE_DIR / "fixtures"]

# What the processes of several machines share

# Without one each process has a cache of its own, and nothing may rely on more.
CACHE_URL = secret("CACHE_URL")
if CACHE_URL and not CACHE_URL.startswith(("redis://", "rediss://", "unix://")):
    raise ImproperlyConfigured("CACHE_URL must be redis://…, rediss://… or unix://….")
SHARED_CACHE = {
    "BACKEND": "django.core.cache.backends.redis.RedisCache",
    "LOCATION": CACHE_URL,
    "KEY_PREFIX": "aidtracker",
}
CACHE_OF_ITS_OWN = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
# Of kept pages a process has no more than 64 MB, mostly a tenth of it: those least asked for give
# way (`aidtracker.pages.kept.LARGEST`).
PAGES_OF_ITS_OWN = CACHE_OF_ITS_OWN | {"LOCATION": "pages", "OPTIONS": {"MAX_ENTRIES": 512}}
CACHES = {
    "default": SHARED_CACHE if CACHE_URL else CACHE_OF_ITS_OWN,
    "pages": SHARED_CACHE if CACHE_URL else PAGES_OF_ITS_OWN,
}
# Sessions are in the database in any case: they outlive the cache.
SESSION_ENGINE = f"django.contrib.sessions.backends.{'cached_db' if CACHE_URL else 'db'}"

# Long work waits in the database for `manage.py db_worker`, where the site says that one runs.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
WORKERS = env_flag("WORKERS", default=False)
# What prints texts as PDF, where Chromium is not called by one of its usual names.
PDF_BROWSER = os.environ.get("PDF_BROWSER", "")

# Accounts and sessions

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "aidtracker.accounts.passwords.NameValidator"},
    {"NAME": "aidtracker.accounts.passwords.GuessValidator"},
    {"NAME": "aidtracker.accounts.breaches.BreachValidator"},
    {"NAME": "aidtracker.accounts.passwords.PasswordChange"},
]
# A list of breached passwords on this machine, which nobody is asked for over the network.
BREACHED_PASSWORDS = os.environ.get("BREACHED_PASSWORDS", "")
if BREACHED_PASSWORDS and not Path(BREACHED_PASSWORDS).is_file():
    raise ImproperlyConfigured("BREACHED_PASSWORDS names no file.")
AUTHENTICATION_BACKENDS = [
    "aidtracker.accounts.logins.LockOut",
    "aidtracker.accounts.logins.StaffBackend",
]
# Single sign-on by OpenID Connect, where OIDC_CLIENT_ID is set: the provider's name of itself, its
# addresses, and which of its claims is the user name here. Log-in with a password stays possible.
OIDC_RP_CLIENT_ID = os.environ.get("OIDC_CLIENT_ID", "")
OIDC_RP_CLIENT_SECRET = secret("OIDC_CLIENT_SECRET")
OIDC_ISSUER = os.environ.get("OIDC_ISSUER", "")
OIDC_OP_AUTHORIZATION_ENDPOINT = os.environ.get("OIDC_AUTHORIZATION_URL", "")
OIDC_OP_TOKEN_ENDPOINT = os.environ.get("OIDC_TOKEN_URL", "")
OIDC_OP_USER_ENDPOINT = os.environ.get("OIDC_USERINFO_URL", "")
OIDC_OP_JWKS_ENDPOINT = os.environ.get("OIDC_KEYS_URL", "")
OIDC_CLAIM = os.environ.get("OIDC_CLAIM") or "preferred_username"
OIDC_RP_SIGN_ALGO, OIDC_RP_SCOPES = "RS256", "openid profile"
OIDC_USE_PKCE, OIDC_CREATE_USER, OIDC_TIMEOUT = True, False, 10
OIDC_AUTHENTICATION_CALLBACK_URL = "admin:sso_back"
if OIDC_RP_CLIENT_ID:
    AUTHENTICATION_BACKENDS.append("aidtracker.accounts.single_sign_on.SingleSignOn")
# After so many days the first page after log-in suggests a new password; 0 never does.
PASSWORD_REMINDER_DAYS = int(os.environ.get("PASSWORD_REMINDER_DAYS") or 0)
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
# Without any activity a session ends after so long, and with the browser in any case.
SESSION_COOKIE_AGE = int(os.environ.get("SESSION_MINUTES") or 30) * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# With activity, too, it ends after so long.
SESSION_HOURS = int(os.environ.get("SESSION_HOURS") or 12)
# So many at once a person has; one more ends that which was not used for longest.
SESSIONS_AT_ONCE = int(os.environ.get("SESSIONS_AT_ONCE") or 5)
# What was typed into a form and not saved comes back for so long, to its person alone; where
# several people use one machine, not after they have logged out.
UNSAVED_HOURS = int(os.environ.get("UNSAVED_HOURS") or 24)
SHARED_MACHINES = env_flag("SHARED_MACHINES", default=False)
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"

# Whether a second step of log-in is demanded of who grants rights, makes accounts or publishes;
# others choose. What an app for codes calls the site, and by what name passkeys know it.
SECOND_FACTOR = env_flag("SECOND_FACTOR", default=not DEBUG)
SECOND_FACTOR_FOR_ALL = env_flag("SECOND_FACTOR_FOR_ALL", default=False)
OTP_TOTP_ISSUER = SITE["name"]
OTP_WEBAUTHN_ALLOW_PASSWORDLESS_LOGIN = False
# The address itself is asked for each time (`aidtracker.accounts.passkeys.Helper`).
OTP_WEBAUTHN_RP_NAME, OTP_WEBAUTHN_RP_ID = SITE["name"], "localhost"
OTP_WEBAUTHN_ALLOWED_ORIGINS = ["http://localhost"]
# So long a password or second step counts when rights are granted or a figure is retracted.
STEP_UP_MINUTES = int(os.environ.get("STEP_UP_MINUTES") or 15)

# Five wrong passwords for one name from one address, or fifty for all names from one address,
# behind which many people may sit: then nobody is heard for a while. Not for one name from
# anywhere: that would let anybody lock anybody out.
AXES_FAILURE_LIMIT = 5
ADDRESS_FAILURE_LIMIT = 50
# A name that was wrong so often, from wherever, is then tried once in so many seconds.
NAME_FAILURE_LIMIT, NAME_SECONDS = 20, 30
AXES_HANDLER = "aidtracker.accounts.logins.Guesses"
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "aidtracker.trail.acts.address_of"
AXES_USERNAME_CALLABLE = "aidtracker.accounts.logins.name_to_count"
AXES_LOCKOUT_CALLABLE = "aidtracker.accounts.logins.locked_out_page"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "csrfmiddlewaretoken"]
# The audit trail keeps log-ins; the admin shows that.
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# Transport and browser security

# On whenever DEBUG is off; HTTPS=0 is for a closed network that has no certificate.
HTTPS = env_flag("HTTPS", default=not DEBUG)
SECURE_SSL_REDIRECT = HTTPS
# Service managers ask the process itself.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
# Called so, a browser takes them from this host alone, over TLS, and from nobody who shares a part
# of its name.
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
SECURE_HSTS_SECONDS = int(os.environ.get("HSTS_SECONDS") or 31_536_000) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
# Asks browsers to know it beforehand, which takes months to undo: only who wants that says so.
SECURE_HSTS_PRELOAD = env_flag("HSTS_PRELOAD", default=False)
# Set on purpose, so no warning.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
BEHIND_PROXY = env_flag("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    # Only behind a proxy that sets this header itself and drops the one a visitor sends.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Everything comes from this site: no inline scripts or styles, no frames, no plugins.
# Under /admin/ the middleware adds what the skin needs.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# An address typed without a scheme is https, as Django 6 will have it.
FORMS_URLFIELD_ASSUME_HTTPS = True

# A long inline list and a pasted text fit; a flood of either does not.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# Review

# Whether who approved a row may not publish it, and what is public is corrected by two people.
SEPARATE_PUBLISHER = env_flag("SEPARATE_PUBLISHER", default=False)

# Import and export

# An import of more rows is handed to a worker, if there are any.
IMPORT_ROWS_AT_ONCE = 2_000
# How new records are numbered that a file has no codes for: {headquarters} is the word in the
# address of its page (its initials if that is long), {year} the record's, {number} the next one.
CODE_RULE = os.environ.get("CODE_RULE") or "{headquarters}-{year}-{number:03}"

# Language and time

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
LOCALE_PATHS = [BASE_DIR / "locale"]

# Static files

STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT") or BASE_DIR / "staticfiles")
STATIC_BACKEND = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
    if DEBUG
    else "whitenoise.storage.CompressedManifestStaticFilesStorage"
)

# Photographs and documents of the record

# In a folder, or in a bucket of a server that speaks S3 (with boto3, which reads its keys from the
# environment): such a server's address, where it is not Amazon's.
ATTACHMENTS_DIR = Path(os.environ.get("ATTACHMENTS_DIR") or BASE_DIR / "media")
ATTACHMENTS_BUCKET = os.environ.get("ATTACHMENTS_BUCKET", "")


def in_bucket(name: str) -> dict[str, Any]:
    address = os.environ.get("ATTACHMENTS_S3_ADDRESS") or None
    options = {"bucket_name": name, "endpoint_url": address, "default_acl": None}
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {**options, "file_overwrite": False},
    }


def in_folder(folder: Path) -> dict[str, Any]:
    options = {"location": folder, "base_url": None, "file_permissions_mode": 0o640}
    return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}


# Files of whole datasets, and the frozen editions, which are for ever: a folder of their own, or a
# bucket of their own.
OPEN_DATA_DIR = Path(os.environ.get("OPEN_DATA_DIR") or BASE_DIR / "opendata")
OPEN_DATA_BUCKET = os.environ.get("OPEN_DATA_BUCKET", "")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": STATIC_BACKEND},
    "attachments": (
        in_bucket(ATTACHMENTS_BUCKET) if ATTACHMENTS_BUCKET else in_folder(ATTACHMENTS_DIR)
    ),
    "opendata": in_bucket(OPEN_DATA_BUCKET) if OPEN_DATA_BUCKET else in_folder(OPEN_DATA_DIR),
}
# The largest file, and the command that looks for viruses in what it reads: it answers 0 for none.
ATTACHMENT_MB = int(os.environ.get("ATTACHMENT_MB") or 10)
VIRUS_SCAN = shlex.split(os.environ.get("VIRUS_SCAN", ""))

# Logging and mail

# To the console, where the service manager keeps it; `json` for programs that read logs.
LOG_FORMAT = os.environ.get("LOG_FORMAT") or "line"
if LOG_FORMAT not in ("line", "json"):
    raise ImproperlyConfigured("LOG_FORMAT must be line or json.")
SLOW_PAGE_SECONDS = float(os.environ.get("SLOW_PAGE_SECONDS") or 5)
SLOW_QUERY_SECONDS = float(os.environ.get("SLOW_QUERY_SECONDS") or 1)
FIELDS = "{asctime} {levelname} {name} {request_id} {message}"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"context": {"()": "aidtracker.trail.logs.Context"}},
    "formatters": {
        "line": {"format": FIELDS, "style": "{"},
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "format": FIELDS,
            "style": "{",
            "json_ensure_ascii": False,
            "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
        },
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["context"],
        },
        "operator": {"class": "aidtracker.trail.logs.MailToOperator", "filters": ["context"]},
    },
    "root": {"handlers": ["console", "operator"], "level": "WARNING"},
    "loggers": {"django": {"level": "INFO"}},
}

# Who is told of mistakes of the program, and by which server mail goes out.
OPERATOR_EMAIL = env_list("OPERATOR_EMAIL")
# Who is told of much that is exported, rights that are given and log-ins from new addresses, and
# how many rows that one person exports in an hour are much.
SECURITY_EMAIL = env_list("SECURITY_EMAIL")
MASS_EXPORT_ROWS = int(os.environ.get("MASS_EXPORT_ROWS") or 5000)
ADMINS = [("", address) for address in OPERATOR_EMAIL]
EMAIL_HOST = os.environ.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = int(os.environ.get("EMAIL_PORT") or 25)
EMAIL_HOST_USER = os.environ.get("EMAIL_USER", "")
EMAIL_HOST_PASSWORD = secret("EMAIL_PASSWORD")
EMAIL_USE_TLS = env_flag("EMAIL_TLS", default=False)
EMAIL_TIMEOUT = 10
SERVER_EMAIL = DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM") or "aidtracker@localhost"
EMAIL_SUBJECT_PREFIX = f"[{SITE['name']}] "

# Measurements for Prometheus at /metrics, for who watches the machine: see docs/operations.md
METRICS = env_flag("METRICS", default=False)
if METRICS:
    INSTALLED_APPS.append("django_prometheus")
    MIDDLEWARE.insert(0, "django_prometheus.middleware.PrometheusBeforeMiddleware")
    MIDDLEWARE.append("django_prometheus.middleware.PrometheusAfterMiddleware")

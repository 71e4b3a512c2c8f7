"""One file of settings; what differs between machines comes from the environment."""

import os
import re
import sys
from ipaddress import ip_network
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var"))


def env_flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, str(default)).lower() in ("1", "true", "yes", "on")


def env_list(name: str, default: str = "") -> list[str]:
    return [
        part.strip()
        for part in os.environ.get(name, default).split(",")
        if part.strip()
    ]


# --- Where the site runs

LOCAL_HOSTS = {"localhost", "127.0.0.1", "[::1]", "testserver"}
DEVELOPMENT_KEY = "only-for-development-" + "x" * 40

DEBUG = env_flag("DEBUG", default=True)
SITE_URL = os.environ.get("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
SITE_NAME = os.environ.get("SITE_NAME", "AI lovers")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
SECRET_KEY = os.environ.get("SECRET_KEY", "").strip()

SITE_HOST = re.fullmatch(r"https?://([\w.-]+|\[[0-9a-f:]+\])(:\d+)?", SITE_URL)
if not SITE_HOST:
    raise ImproperlyConfigured(
        "SITE_URL must be scheme and host alone, such as https://lovers.example."
    )
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the site's hosts, not *.")
if DEBUG and not LOCAL_HOSTS.issuperset([*ALLOWED_HOSTS, SITE_HOST[1]]):
    raise ImproperlyConfigured(
        "DEBUG is on for a public host: set DEBUG=0, or keep to localhost."
    )
if not DEBUG and SECRET_KEY in ("", DEVELOPMENT_KEY):
    raise ImproperlyConfigured(
        "Set SECRET_KEY: without DEBUG the site needs a key of its own."
    )
if not DEBUG and not validate_host(SITE_HOST[1], ALLOWED_HOSTS):
    raise ImproperlyConfigured(
        f"SITE_URL names {SITE_HOST[1]}, which is not among ALLOWED_HOSTS: "
        "set both to the address that visitors use."
    )
SECRET_KEY = SECRET_KEY or DEVELOPMENT_KEY

IS_HTTPS = SITE_URL.startswith("https://")

# --- The parts of the site

INSTALLED_APPS = [
    "quiz",
    "texts",
    "faces",
    "generator",
    "crispy_forms",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "quiz.outage.OutageMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

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
            ]
        },
    }
]

CRISPY_ALLOWED_TEMPLATE_PACKS = ["tiles"]
CRISPY_TEMPLATE_PACK = "tiles"

# --- Where things are kept

DATABASES = {
    "default": dj_database_url.config(
        default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}",
        conn_max_age=60,
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    Path(DATABASES["default"]["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["default"].setdefault("OPTIONS", {})["connect_timeout"] = 2

REDIS_URL = os.environ.get("REDIS_URL", "")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT", VAR_DIR / "media"))
REVOCATIONS_FILE = Path(
    os.environ.get("REVOCATIONS_FILE", VAR_DIR / "revocations.jsonl")
)
"""Outlives the database: keep it apart from the backups, and never restore an older one."""
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
WHITENOISE_USE_FINDERS = DEBUG
STORAGES = {
    "default": {"BACKEND": "faces.files.AtomicFileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Workers

# The queue only rings the bell: what is to do, and who does it, stands in Batch rows.
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_DEFAULT_QUEUE = "planner"
CELERY_TASK_ROUTES = {"generator.tasks.draw_*": {"queue": "gpu"}}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_TIME_LIMIT = 240  # kills the child: works in the prefork pool only
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 1,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "health_check_interval": 10,
}
CELERY_BEAT_SCHEDULE = {
    "top up the pool": {
        "task": "generator.tasks.top_up_pool",
        "schedule": 30,
        "options": {"expires": 30},
    },
    "ring again for forgotten batches": {
        "task": "generator.tasks.ring_forgotten",
        "schedule": 5,
        "options": {"expires": 5},
    },
}
CELERY_BEAT_SCHEDULER = "celery.beat.Scheduler"  # keeps no file

# --- Words and times

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

# --- What visitors send

DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000

# --- Safety in the browser

LOGIN_URL = "faces:login"
LOGIN_REDIRECT_URL = "faces:panel"
CSRF_FAILURE_VIEW = "quiz.sorry.form_expired"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = IS_HTTPS and env_flag("SECURE_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REDIRECT_EXEMPT = [r"^healthz/"]
if env_flag("BEHIND_TLS_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
try:
    TRUSTED_PROXIES = [ip_network(text) for text in env_list("TRUSTED_PROXIES")]
except ValueError as error:
    raise ImproperlyConfigured(
        f"TRUSTED_PROXIES must list addresses or networks, such as 10.0.0.0/8: {error}."
    ) from error
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "base-uri": [NONE],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "img-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
    }
}

# --- The quiz

CONTENT_CACHE_SECONDS = int(os.environ.get("CONTENT_CACHE_SECONDS", "5"))
"""For how long a process may show a quiz and its texts as it read them."""
POOL_CACHE_SECONDS = int(os.environ.get("POOL_CACHE_SECONDS", "60"))
"""For how long it may miss faces that have come; those that have gone, it never shows."""

POSSIBLE_ANSWERS = "quiz.models.possible_answers"
"""What {answer:…} may say in a text; the texts know no quiz."""
RATERS_PER_FACE = int(os.environ.get("RATERS_PER_FACE", "2"))
"""How many people must agree on a face before anyone meets it."""
if RATERS_PER_FACE < 2:  # and the database would not have it
    raise ImproperlyConfigured(
        "RATERS_PER_FACE must be 2 or more: no face is approved by one person alone."
    )

REPORTS_PER_HOUR = int(os.environ.get("REPORTS_PER_HOUR", "5"))
"""How often one network of visitors may report a face."""
HIDDEN_PER_HOUR = int(os.environ.get("HIDDEN_PER_HOUR", "20"))
"""How many faces all visitors together may hide, before the lead has looked."""
PREVIEW_SECONDS = 2 * 3600
"""For how long a link to play a draft as a visitor works."""
LINE_CARD = "quiz.line_card.LineCard"
"""Draws the card that a line's page shows."""
COVERAGE_FLOOR = int(os.environ.get("COVERAGE_FLOOR", "10000000"))
"""Fewer different results than that for a tone, a gender and an age are flagged."""
WHAT_NEEDS_DOING = [
    "faces.chores.reports_to_answer",
    "faces.chores.faces_to_decide",
    "faces.chores.faces_to_rate",
    "texts.chores.drafts",
    "texts.chores.broken_lines",
    "texts.chores.poor_coverage",
    "generator.chores.lacking_cells",
]
"""What staff read first: each takes a user and returns a sentence and an address, or None."""

LOVER_COOKIE_NAME = "__Host-lover" if IS_HTTPS else "lover"
LOVER_COOKIE_AGE = 180 * 24 * 3600

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {
        "django": {
            "handlers": ["console"],
            "level": "INFO" if "pytest" not in sys.modules else "ERROR",
        }
    },
}

"""Settings: values only. Everything that differs between machines comes from the environment."""

import os
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import dj_database_url
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("PORTAL_DATA_DIR", BASE_DIR / "var"))

# --- security --------------------------------------------------------------------------------
DEBUG = os.environ.get("PORTAL_DEBUG") == "1"
SECRET_KEY = os.environ.get("PORTAL_SECRET_KEY", "")
ALLOWED_HOSTS = [h for h in os.environ.get("PORTAL_ALLOWED_HOSTS", "").split(",") if h]
if DEBUG:
    SECRET_KEY = SECRET_KEY or "demonstration-only-not-for-production"
    ALLOWED_HOSTS = ALLOWED_HOSTS or ["*"]
if not SECRET_KEY:
    raise ImproperlyConfigured("PORTAL_SECRET_KEY must be set where PORTAL_DEBUG is off.")
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "PORTAL_ALLOWED_HOSTS must name the hosts where PORTAL_DEBUG is off."
    )
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("PORTAL_TRUSTED_ORIGINS", "").split(",") if o]
BEHIND_TLS = os.environ.get("PORTAL_TLS") == "1"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_AGE = 8 * 3600  # a working day; GB/T 22239 asks for a time-out
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024  # one save of a whole form is below 1 MiB
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # a form with 300 columns posted without JavaScript

# --- applications ----------------------------------------------------------------------------
INSTALLED_APPS = [
    "census_portal",
    "summaries",
    "review",
    "submissions",
    "instruments",
    "registry",
    "accounts",
    "audit",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "guardian",
    "axes",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "census_portal.urls"
WSGI_APPLICATION = "census_portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "accounts.navigation.navigation",
                "census_portal.context.portal",
                "submissions.context.exercise",
                "review.context.overdue",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ]
            if not DEBUG
            else [
                "django.template.loaders.filesystem.Loader",
                "django.template.loaders.app_directories.Loader",
            ],
        },
    }
]

# --- database --------------------------------------------------------------------------------
DATABASES = {
    "default": {
        **dj_database_url.parse(
            os.environ.get("DATABASE_URL", "postgresql://portal@localhost/portal"),
            conn_max_age=60,
            conn_health_checks=True,
        ),
        # PgBouncer in transaction mode loses server-side cursors between statements
        "DISABLE_SERVER_SIDE_CURSORS": os.environ.get("PORTAL_PGBOUNCER") == "1",
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Redis protocol: broker 0, results 1, cache 2 ---------------------------------------------
REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379/0")


def _redis(shift: int, *, for_celery: bool) -> str:
    """The URL of the database `shift` places after the one REDIS_URL names."""
    parts = urlsplit(REDIS_URL)
    if parts.scheme == "unix":
        number = int(parse_qs(parts.query).get("db", ["0"])[0]) + shift
        if for_celery:
            return f"redis+socket://{parts.path}?virtual_host={number}"
        return f"unix://{parts.path}?db={number}"
    number = int(parts.path.strip("/") or 0) + shift
    return f"{parts.scheme}://{parts.netloc}/{number}"


CELERY_BROKER_URL = _redis(0, for_celery=True)
CELERY_RESULT_BACKEND = _redis(1, for_celery=True)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": _redis(2, for_celery=False),
        "KEY_PREFIX": os.environ.get("PORTAL_CACHE_PREFIX", "portal"),
    }
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
# kombu's default sweep hands a killed worker's task back only after 100 s and more
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
}
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BEAT_SCHEDULE = {
    "review-escalate": {"task": "review.tasks.escalations_run", "schedule": 3600.0},
    "review-peers": {
        "task": "review.tasks.peers_run",
        "schedule": crontab(hour="2", minute="30"),
    },
    "audit-seal": {"task": "audit.tasks.audit_seal", "schedule": 60.0},
    "jobs-requeue": {"task": "submissions.tasks.jobs_requeue_run", "schedule": 60.0},
    "days-anchor": {"task": "accounts.tasks.days_anchor_run", "schedule": 600.0},
    # an hour's delay shows in counters of lists only: what a waiver does ends with its day
    "waivers-lapse": {"task": "submissions.tasks.waivers_lapse_run", "schedule": 3600.0},
    "dashboard-refresh": {"task": "summaries.tasks.dashboard_refresh_run", "schedule": 600.0},
    "days-record": {
        "task": "summaries.tasks.days_record_run",
        "schedule": crontab(hour=23, minute=50),
    },
    "dispatches-make": {
        "task": "summaries.tasks.dispatches_make_run",
        "schedule": crontab(
            hour=6, minute=0, day_of_month=os.environ.get("PORTAL_DISPATCH_DAY", "1")
        ),
    },
    "exports-expire": {"task": "summaries.tasks.exports_expire_run", "schedule": 3600.0},
}

# The SM2 key that signs the anchors of the days, and fingerprints of keys it had before
ANCHOR_KEY_FILE = os.environ.get("PORTAL_ANCHOR_KEY_FILE", "")
ANCHOR_FINGERPRINTS = [
    f for f in os.environ.get("PORTAL_ANCHOR_FINGERPRINTS", "").lower().split(",") if f
]

# --- accounts --------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "accounts.backends.PasswordBackend",
    "accounts.backends.ScopedRoleBackend",
]
PASSWORD_HASHERS = ["accounts.hashers.PortalArgon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign_in"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "accounts/locked_out.html"
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "accounts.addresses.client_address"
ANONYMOUS_USER_NAME = None  # guardian's anonymous row is not wanted
GUARDIAN_MONKEY_PATCH_USER = False
DEMO_PASSWORD = os.environ.get("PORTAL_DEMO_PASSWORD", "pucha-2017")

# --- API -------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api_authentication.TokenAuthentication",
        "accounts.api_authentication.PortalSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PARSER_CLASSES": ["accounts.api_parsers.BoundedJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "accounts.api_errors.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "全国污染源普查 数据接口",
    "DESCRIPTION": "Units, cases, responses, decisions, jobs and summaries of the national pollution-source census.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "CaseStatusEnum": "submissions.enums.CaseStatus",
        "UnitStatusEnum": "registry.enums.UnitStatus",
        "UnitKindEnum": "registry.enums.UnitKind",
        "FailureKindEnum": "submissions.enums.FailureKind",
        "JobKindEnum": "submissions.enums.JobKind",
        "LevelEnum": "accounts.enums.Level",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "accounts.api_schema.document_errors",
    ],
}

# --- language and time -----------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("中文")), ("en", _("英文"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

# --- files -----------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "census_portal.static_storage.PortalStaticFilesStorage"
    },
}
# fact snapshots: a folder, or any URL of pyarrow's filesystems (s3://bucket/facts)
FACTS_URL = os.environ.get("PORTAL_FACTS_URL", str(DATA_DIR / "facts"))
MEDIA_ROOT = Path(os.environ.get("PORTAL_MEDIA_DIR", DATA_DIR / "media"))
EXPORT_KEPT_DAYS = int(os.environ.get("PORTAL_EXPORT_KEPT_DAYS", "30"))
INDUSTRIES_FILE = BASE_DIR / "registry" / "reference" / "industries.csv"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"django.request": {"level": "ERROR"}},
}
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]  # guardian's own backend is asked by accounts.grants

"""Settings, read from the environment. Secure unless DEBUG is asked for."""

from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from kombu import Queue

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
if (BASE_DIR / ".env").exists():
    env.read_env(BASE_DIR / ".env")

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"] if DEBUG else [])
BASE_URL = env.str("BASE_URL", default="http://localhost:8000") if DEBUG else env.str("BASE_URL")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
CSRF_FAILURE_VIEW = "accounts.typed.refused_form"

INSTALLED_APPS = [
    "dialogues",
    "quality_system",
    "huvudman",
    "accounts",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.admin",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "django_include_bootstrap",
    "csp",
    "pgtrigger",
    "pghistory",
    "rules.apps.AutodiscoverRulesConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "accounts.middleware.PlainAddressMiddleware",
    "accounts.middleware.MaskedQueryMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.EntranceMiddleware",
    "accounts.middleware.StaffDoorMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pghistory.middleware.HistoryMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.house",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# Data -----------------------------------------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL")}
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},  # seconds: a page waits no longer
    }
}
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(BASE_DIR / "media"))()
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))()
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# People ---------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_request_login_code"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "start"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.PasswordForm",
    "request_login_code": "accounts.forms.CodeRequestForm",
    "confirm_login_code": "accounts.forms.CodeForm",
    "reset_password": "accounts.forms.ForgottenPasswordForm",
    "reset_password_from_key": "accounts.forms.NewPasswordForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "length": 8}
ACCOUNT_RATE_LIMITS = {
    "login": env.str("RATE_LOGIN", default="30/m/ip"),
    "login_failed": env.str("RATE_LOGIN_FAILED", default="10/m/ip,5/5m/key"),
    "request_login_code": env.str("RATE_LOGIN_CODE", default="20/m/ip,3/5m/key"),
    "reset_password": env.str("RATE_PASSWORD_RESET", default="20/m/ip,3/5m/key"),
    "report_problem": env.str("RATE_REPORTS", default="5/m/ip,60/h/ip"),
    "answer_code": env.str("RATE_ANSWER_CODE", default="10/m/ip"),
}
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
MFA_ADAPTER = "accounts.adapters.MFAAdapter"
MFA_FORMS = {"authenticate": "accounts.forms.TotpForm", "activate_totp": "accounts.forms.NewTotpForm"}
MFA_SUPPORTED_TYPES = ["totp"]
MFA_TOTP_TOLERANCE = 1
MFA_REAUTHENTICATION_REQUIRED = False
MFA_TOTP_ISSUER = "Kvalitetsdialoger"

# Security -------------------------------------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = env.bool("HTTPS", default=not DEBUG)
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_SSL_REDIRECT else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_SSL_REDIRECT
SECURE_REDIRECT_EXEMPT = [r"^halsa/$"]
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = env.int("SESSION_HOURS", default=8) * 3600
X_FRAME_OPTIONS = "DENY"
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

# Mail -----------------------------------------------------------------------------------------------------
EMAIL_CONFIG = env.email("EMAIL_URL", default="smtp://localhost:25")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=20)
DEFAULT_FROM_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL", default="Kvalitetsdialoger <kvalitetsdialog@skolverket.example>"
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Work in the background -----------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TIMEZONE = "Europe/Stockholm"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# WeasyPrint's fonts leave some kilobytes behind with each document: a worker that has grown is replaced (kB)
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 250_000
CELERY_TASK_SOFT_TIME_LIMIT = 300
CELERY_TASK_TIME_LIMIT = 360
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
# What takes minutes has a queue and workers of its own, so that no letter waits behind it.
CELERY_TASK_QUEUES = [Queue("celery"), Queue("long")]
CELERY_TASK_ROUTES = {
    "dialogues.render_underlag": {"queue": "long"},
    "huvudman.preview_register_import": {"queue": "long"},
    "huvudman.apply_register_import": {"queue": "long"},
    "quality_system.preview_statistics": {"queue": "long"},
    "quality_system.apply_statistics": {"queue": "long"},
    "dialogues.render_post_run": {"queue": "long"},
    "dialogues.make_draw": {"queue": "long"},
}
CELERY_BEAT_SCHEDULE_FILENAME = env.str("BEAT_FILE", default="/tmp/kvalitetsdialoger-beat")  # noqa: S108
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "start due batches": {"task": "dialogues.start_due_batches", "schedule": 60.0},
    "brief leaders": {"task": "dialogues.brief_leaders", "schedule": 600.0, "options": {"expires": 590}},
    "remind the silent": {
        "task": "dialogues.remind_the_silent",
        "schedule": 600.0,
        "options": {"expires": 590},
    },
    # a task that waited for a stopped worker is of no use when the next one is due
    "deliver letters": {"task": "dialogues.deliver_letters", "schedule": 60.0, "options": {"expires": 55}},
    "look after letters whose worker died": {
        "task": "dialogues.sweep_letters",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "take up lost underlag": {"task": "dialogues.take_up_lost_underlag", "schedule": 60.0},
    # in the morning of a day, so that nobody is asked in the night
    "ask for evaluations": {
        "task": "dialogues.ask_for_evaluations",
        "schedule": crontab(hour="9", minute="10"),
    },
    "ask for contact checks": {
        "task": "dialogues.ask_for_contact_checks",
        "schedule": crontab(hour="9", minute="40"),
    },
    "clear what was kept too long": {
        "task": "dialogues.clear_what_was_kept_too_long",
        "schedule": crontab(hour="4", minute="20"),
    },
    "place newcomers in comparison groups": {
        "task": "quality_system.place_newcomers",
        "schedule": crontab(hour="4", minute="40"),
    },
    "take up lost post runs": {"task": "dialogues.take_up_lost_post_runs", "schedule": 60.0},
    "take up waiting draws": {"task": "dialogues.take_up_waiting_draws", "schedule": 60.0},
    "take up waiting imports": {"task": "huvudman.take_up_waiting_imports", "schedule": 60.0},
    "take up waiting statistics": {"task": "quality_system.take_up_waiting_statistics", "schedule": 60.0},
}

# Language and time ----------------------------------------------------------------------------------------
LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", _("Svenska")), ("en", _("Engelska"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Stockholm"

# The agencies' own choices --------------------------------------------------------------------------------
CONTACT_PHONE = env.str("CONTACT_PHONE", default="08-465 004 00")
CONTACT_EMAIL = env.str("CONTACT_EMAIL", default="kvalitetsdialog@skolverket.example")
CONTACT_HOURS = env.str("CONTACT_HOURS", default="9–12, 13–15")
SIZE_CLASS_LIMITS = env.list("SIZE_CLASS_LIMITS", cast=int, default=[1, 100, 500, 2000, 5000])
SECOND_APPROVAL_ABOVE = env.int("SECOND_APPROVAL_ABOVE", default=20)
QUESTIONS_CALL_DAYS = env.int("QUESTIONS_CALL_DAYS", default=14)
REMINDER_DAYS = env.int("REMINDER_DAYS", default=7)
CONTACT_CHECKS_A_DAY = env.int("CONTACT_CHECKS_A_DAY", default=100)
LOTTERY_SOURCE = env.str(
    "LOTTERY_SOURCE", default="OMX Stockholm 30 (OMXS30) hos Nasdaq Stockholm, slutvärde med två decimaler"
)
SOURCE_CODE_URL = env.str("SOURCE_CODE_URL", default="")
LETTER_AGENCY = env.str("LETTER_AGENCY", default="skolverket")
LETTER_CLAIM_LIMIT = env.int("LETTER_CLAIM_LIMIT", default=420)
LETTER_ATTEMPTS = env.int("LETTER_ATTEMPTS", default=20)
UNDERLAG_RENDER_LIMIT = env.int("UNDERLAG_RENDER_LIMIT", default=120)
EVALUATION_DAYS = env.int("EVALUATION_DAYS", default=30)
EVALUATION_MONTHS_AFTER = env.int("EVALUATION_MONTHS_AFTER", default=9)
POST_RUN_RENDER_LIMIT = env.int("POST_RUN_RENDER_LIMIT", default=420)

DEFAULT_EXCEPTION_REPORTER = "accounts.masking.MaskingExceptionReporter"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "accounts.masking.MaskingFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "filters": {"one_line": {"()": "accounts.masking.OneLineRefusals"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        # Django's own handlers go: with DEBUG they would write it all once more, unmasked
        "django": {"level": "INFO"},
        "django.request": {"filters": ["one_line"]},
        "django.server": {"level": "INFO", "propagate": True},
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "WARNING"},
        # Celery's pool of processes, which does not pass on what it says
        "multiprocessing": {"handlers": ["console"], "level": "ERROR"},
    },
}

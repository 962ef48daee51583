"""Settings, read from the environment with typed readers. Nothing happens on import: servers are started by manage.py and the supervisor."""

from pathlib import Path

import django_stubs_ext
from celery.schedules import crontab
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from portal import env

# Lets forms and managers name the model they are of, as the type checker wants it.
django_stubs_ext.monkeypatch()

ROOT = Path(__file__).resolve().parent.parent
HOME = env.folder("CENTRALE_HOME", str(ROOT / ".centrale"))

# The demonstration runs on one machine over plain HTTP, with known passwords; everywhere else the strict values hold.
DEMO = env.boolean("CENTRALE_DEMO")
DEBUG = env.boolean("CENTRALE_DEBUG")
SECRET_KEY = env.text("SECRET_KEY")
# Keys that encrypt SIP and provisioning secrets: the first encrypts, all decrypt.
ENCRYPTION_KEYS = env.words("CENTRALE_KEYS")

# Host names are checked against the brands by accounts.middleware.BrandMiddleware, so that a new brand needs no restart.
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ("*",))
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES", ("127.0.0.0/8", "::1/128") if DEMO else ())

DATABASES = {"default": env.database(env.text("DATABASE_URL"))}
DATABASE_OWNER_URL = env.text("DATABASE_OWNER_URL")
REDIS_URL = env.text("REDIS_URL")
if not DEMO:
    DATABASES["default"]["CONN_MAX_AGE"] = env.integer("CONN_MAX_AGE", 60)
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

INSTALLED_APPS = [
    "portal",
    "accounts",
    "telephony",
    "pbx",
    "cdr",
    "mobile",
    "invoices",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_filters",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "portal.web.proxy.ProxyMiddleware",
    "portal.logs.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "accounts.middleware.BrandMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.PrivateMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
]

ROOT_URLCONF = env.text("CENTRALE_URLS", "portal.urls")
# The phone-facing web answers desk phones and nobody else: no sessions, no pages, no people.
PHONES_ONLY = ROOT_URLCONF == "portal.phone_urls"
if PHONES_ONLY:
    MIDDLEWARE = [
        "portal.web.proxy.ProxyMiddleware",
        "portal.logs.RequestIdMiddleware",
        "django.middleware.security.SecurityMiddleware",
        "allauth.account.middleware.AccountMiddleware",  # does nothing without its pages, and allauth demands it
    ]
    DATABASES["default"] |= env.database(env.text("DATABASE_PROVISION_URL"))

WSGI_APPLICATION = "portal.wsgi.application"
APPEND_SLASH = not PHONES_ONLY

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.web.context.shell",
            ],
        },
    },
]

FORM_RENDERER = "portal.web.forms.Renderer"

# --- people ---

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.OneLookBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.login.LoginForm",
    "reset_password": "accounts.forms.login.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.login.ResetPasswordKeyForm",
    "set_password": "accounts.forms.login.SetPasswordForm",
    "change_password": "accounts.forms.login.ChangePasswordForm",
    "reauthenticate": "accounts.forms.login.ReauthenticateForm",
}
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_USERNAME_MIN_LENGTH = 2
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "20/m/ip,8/5m/key",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO
MFA_TOTP_ISSUER = "Centrale"
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
# An address is proven by the invitation that was mailed to it, not by allauth's own confirmation.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "accounts.forms.login.AuthenticateForm",
    "reauthenticate": "accounts.forms.login.ReauthenticateCodeForm",
    "activate_totp": "accounts.forms.login.ActivateTOTPForm",
    "add_webauthn": "accounts.forms.login.AddWebAuthnForm",
    "edit_webauthn": "accounts.forms.login.EditWebAuthnForm",
}
# Operators and partners reach many customers, so they need a second factor; the demonstration's known log-ins do not.
SECOND_FACTOR_REQUIRED = not DEMO

SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_NAME = "centrale_session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = not DEMO
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_USE_SESSIONS = False
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- browser security ---

SECURE_SSL_REDIRECT = not DEMO and not PHONES_ONLY
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^provision/"]
SECURE_HSTS_SECONDS = 0 if DEMO else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = not DEMO
SECURE_HSTS_PRELOAD = not DEMO
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "media-src": [CSP.SELF, "blob:"],
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}

# --- language and time ---

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", _("Dutch")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "centrale_language"
LOCALE_PATHS = [
    ROOT / app / "locale" for app in ("portal", "accounts", "telephony", "pbx", "cdr", "mobile", "invoices")
]
TIME_ZONE = "Europe/Amsterdam"
USE_I18N = USE_TZ = True

# --- files, cache, mail, work ---

STATIC_URL = "/static/"
STATIC_ROOT = env.folder("STATIC_ROOT", str(ROOT / "staticfiles"))
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "portal.web.fonts.InterFinder",
]
WHITENOISE_USE_FINDERS = DEMO or DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEMO or DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MEDIA_ROOT = env.folder("MEDIA_ROOT", str(HOME / "media"))
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_242_880

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL or "redis://127.0.0.1:6379/0",
        "KEY_PREFIX": "centrale",
    }
}

MAILERS = {
    "default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": env.text("EMAIL_HOST", "localhost"),
            "port": env.integer("EMAIL_PORT", 25),
            "username": env.text("EMAIL_HOST_USER"),
            "password": env.text("EMAIL_HOST_PASSWORD"),
            "use_tls": env.boolean("EMAIL_USE_TLS"),
            "timeout": 20,
        },
    }
}
# Where the links in mails lead; {host} is the host name of the brand. The demonstration has a port of its own.
MAIL_LINKS = env.text("MAIL_LINKS", "http://{host}" if DEMO else "https://{host}").rstrip("/")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("DEFAULT_FROM_EMAIL", "centrale@localhost")

CELERY_BROKER_URL = env.broker(REDIS_URL)
CELERY_BEAT_SCHEDULE = {
    "heartbeat": {"task": "portal.tasks.heartbeat", "schedule": 15.0},
    "phone events": {"task": "telephony.tasks.store_phone_events", "schedule": 5.0, "options": {"expires": 60}},
    "phone files": {"task": "telephony.tasks.store_phone_files", "schedule": 20.0, "options": {"expires": 60}},
    "phone books": {"task": "telephony.tasks.write_phone_books", "schedule": 60.0, "options": {"expires": 60}},
    "files of greetings": {"task": "telephony.tasks.clear_greeting_files", "schedule": crontab(hour=4, minute=20)},
    "holidays": {"task": "telephony.tasks.keep_all_holidays", "schedule": crontab(hour=4, minute=40)},
    "retention": {"task": "cdr.tasks.retain", "schedule": crontab(hour=3, minute=40)},
    "fraud": {"task": "cdr.tasks.watch_fraud", "schedule": 3600.0, "options": {"expires": 3000}},
    "drop folders": {"task": "cdr.tasks.watch_drop_folder", "schedule": 15.0, "options": {"expires": 60}},
    "calls without a price": {"task": "cdr.tasks.rate_unrated", "schedule": 3600.0, "options": {"expires": 3600}},
    "feeds": {"task": "cdr.tasks.watch_feeds", "schedule": 300.0, "options": {"expires": 240}},
    "deliveries": {"task": "cdr.tasks.tend_deliveries", "schedule": 60.0, "options": {"expires": 120}},
    "call limits": {"task": "cdr.limit_tasks.check_all_limits", "schedule": 900.0, "options": {"expires": 600}},
    "files of calls": {"task": "cdr.tasks.watch_exports", "schedule": 300.0, "options": {"expires": 300}},
    "old files of calls": {"task": "cdr.tasks.clear_exports", "schedule": crontab(hour=4, minute=10)},
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 3 * 3600
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = "Europe/Amsterdam"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# --- phones and calls ---

# A file of more calls than this is made by a worker and mailed as a link; the file stays that many days.
EXPORT_DIRECT_ROWS = env.integer("EXPORT_DIRECT_ROWS", 100_000)
EXPORT_DAYS = env.integer("EXPORT_DAYS", 7)

# Where phones find their configuration and their registrar.
PROVISIONING_URL = env.text("PROVISIONING_URL", "http://127.0.0.1:8000/provision/")
SIP_SERVER = env.text("SIP_SERVER", "sip.centrale.example")
SIP_PORT = env.integer("SIP_PORT", 5061)
SIP_TRANSPORT = env.text("SIP_TRANSPORT", "tls")
# Where the registrar takes requests to reach a phone (JSON-RPC over HTTP), such as http://registrar:5065/rpc; empty: none.
REGISTRAR_RPC_URL = env.text("REGISTRAR_RPC_URL", "")
# In which header the trusted proxy hands on the subject of a phone's certificate that it verified; empty: none counts.
PHONE_CERTIFICATE_HEADER = env.text("PHONE_CERTIFICATE_HEADER", "")
# Apps that their makers only set up for providers they know.
ZOIPER_PROVIDER_ID = env.text("ZOIPER_PROVIDER_ID", "")
ACROBITS_CLOUD_ID = env.text("ACROBITS_CLOUD_ID", "")
# For phones that know no TLS, where SIP_TRANSPORT is tls.
SIP_PLAIN_PORT = env.integer("SIP_PLAIN_PORT", 5060)
DROP_FOLDER = env.folder("DROP_FOLDER", str(HOME / "drop"))
# Calls of before this day are none of ours to bill.
CALLS_SINCE = env.day("CALLS_SINCE")
CDR_UPLOAD_MAX_BYTES = env.integer("CDR_UPLOAD_MAX_MB", 2_000) * 1_000_000

# --- the provider, as it stands on invoices ---

SELLER = {
    "name": env.text("SELLER_NAME", "Centrale Telecom B.V." if DEMO else ""),
    "street": env.text("SELLER_STREET", "Voorbeeldstraat 1" if DEMO else ""),
    "postcode": env.text("SELLER_POSTCODE", "1234 AB" if DEMO else ""),
    "city": env.text("SELLER_CITY", "Utrecht" if DEMO else ""),
    "country": env.text("SELLER_COUNTRY", "NL"),
    "kvk_number": env.text("SELLER_KVK", "00000000" if DEMO else ""),
    "vat_number": env.text("SELLER_VAT", "NL000000000B00" if DEMO else ""),
    "iban": env.text("SELLER_IBAN", "NL91ABNA0417164300" if DEMO else ""),
}

# --- API ---

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.apiauth.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "accounts.apibase.Pages",
    "PAGE_SIZE": 50,
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.UserRateThrottle",
        "rest_framework.throttling.AnonRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {"user": "600/min", "anon": "60/min"},
    "EXCEPTION_HANDLER": "accounts.apibase.problem",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Centrale",
    "DESCRIPTION": "Calls and their cost, invoices, phones, the company exchange and mobile subscriptions of a customer.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "BlockEnum": "portal.lib.numbers.Block",
        "BundleKindEnum": "cdr.models.bundles.Bundle.Kind",
        "InsteadEnum": "telephony.models.lines.Instead",
        "GuardLevelEnum": "telephony.models.guard.SpendGuardState.Level",
        "SignKindEnum": "cdr.fraud.kinds.SignKind",
        "RatedCallTypeEnum": "cdr.rates_file.CALL_TYPES",
        "ShownCallTypeEnum": "cdr.vocabulary.SHOWN_NAMES",
        "WeekdayEnum": "cdr.models.tariffs.PeakTimes.Weekday",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "portal.web.api.name_the_customer",
    ],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"context": {"()": "portal.logs.ContextFilter"}},
    "formatters": {"json": {"()": "portal.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["context"]}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {
        "django.server": {"handlers": ["console"], "propagate": False},
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
    },
}

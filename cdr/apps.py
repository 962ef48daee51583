from django.apps import AppConfig


class CdrConfig(AppConfig):
    name = "cdr"
    default_auto_field = "django.db.models.BigAutoField"

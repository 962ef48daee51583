from django.apps import AppConfig


class PbxConfig(AppConfig):
    name = "pbx"
    default_auto_field = "django.db.models.BigAutoField"

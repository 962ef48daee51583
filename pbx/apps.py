from django.apps import AppConfig


class PbxConfig(AppConfig):
    name = "pbx"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from pbx.selectors import leads
        from telephony import onward

        onward.tell(leads)

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.tenancy import give_rights  # models exist only once the apps are ready

        post_migrate.connect(give_rights, sender=self)

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from allauth.account.signals import password_changed, password_reset

        from accounts.services import end_with_password
        from accounts.tenancy import give_rights  # models exist only once the apps are ready

        post_migrate.connect(give_rights, sender=self)
        password_changed.connect(end_with_password)
        password_reset.connect(end_with_password)

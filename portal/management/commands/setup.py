"""Make a real installation: the roles and the database, its tables, the provider's brand and the first operator."""

import getpass
import sys
from typing import Any

import psycopg
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import translation

from accounts import selectors, services
from accounts.access import Door, system
from accounts.errors import Refusal
from accounts.models import Membership
from portal import env
from portal.roles import OWNER, PROVISION, SIP, WEB, RolesError, prepare

URLS = {
    WEB: "DATABASE_URL",
    OWNER: "DATABASE_OWNER_URL",
    PROVISION: "DATABASE_PROVISION_URL",
    SIP: "DATABASE_SIP_URL",
}


class Command(BaseCommand):
    help = (
        "Make the roles and the database (with DATABASE_ADMIN_URL, the URL of a superuser or of a role with CREATEROLE "
        "and CREATEDB), migrate, and make the provider's brand and the first operator. Safe to run again."
    )
    requires_system_checks = ()  # they may ask the database, which this makes

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", help="host name of the portal, for the provider's own brand")
        parser.add_argument("--operator", help="user name of the first operator")
        parser.add_argument("--email", help="e-mail address of the first operator")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's shape
        admin = env.text("DATABASE_ADMIN_URL")
        if admin:
            self._make_roles(admin)
        else:
            self.stdout.write("DATABASE_ADMIN_URL is not set: the roles and the database are taken as they are.")
        call_command("migrate", verbosity=options["verbosity"], interactive=False)
        call_command("sync_registrar", stdout=self.stdout)
        try:
            self._make_brand(options["host"])
            self._make_operator(options["operator"], options["email"])
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None

    def _make_roles(self, admin: str) -> None:
        passwords: dict[str, str] = {}
        for role, variable in URLS.items():
            url = env.text(variable)
            if not url:
                continue
            parts = psycopg.conninfo.conninfo_to_dict(url)
            if parts.get("user") != role or not parts.get("password"):
                raise CommandError(f"{variable} must be the URL of the role {role}, with a password.")
            passwords[role] = str(parts["password"])
        try:
            with psycopg.connect(admin, autocommit=True) as connection:
                prepare(connection, passwords, str(settings.DATABASES["default"]["NAME"]))
        except RolesError as error:
            raise CommandError(str(error)) from None
        except psycopg.OperationalError as error:
            raise CommandError(f"DATABASE_ADMIN_URL does not answer: {error}") from None
        self.stdout.write(f"Roles: {', '.join(sorted(passwords))}.")

    def _make_brand(self, host: str | None) -> None:
        brand = selectors.default_brand()
        if brand is not None:
            self.stdout.write(f"Brand: {brand} is there already.")
            return
        if not host:
            raise CommandError("Give --host, the host name on which people will reach the portal.")
        brand = services.save_brand(
            actor=system(door=Door.COMMAND),
            hosts=[host],
            name=settings.SELLER["name"] or "Centrale",
            sender=settings.DEFAULT_FROM_EMAIL,
            is_default=True,
        )
        self.stdout.write(f"Brand: {brand} on {host}.")

    def _make_operator(self, username: str | None, email: str | None) -> None:
        if Membership.objects.filter(operates=True).exists():
            self.stdout.write("Operator: there is one already.")
            return
        if not username or not email:
            raise CommandError("Give --operator and --email, the user name and e-mail address of the first operator.")
        password = _password()
        with translation.override("en"):
            validate_password(password)
        actor = system(door=Door.COMMAND)
        with transaction.atomic():
            user = services.create_user(actor=actor, username=username, email=email, password=password)
            services.add_membership(actor=actor, user=user, operates=True)
        self.stdout.write(f"Operator: {user.username}. The first log-in asks for a second factor.")


def _password() -> str:
    given = env.text("OPERATOR_PASSWORD")
    if given:
        return given
    if not sys.stdin.isatty():
        raise CommandError("Set OPERATOR_PASSWORD, or OPERATOR_PASSWORD_FILE, to the first operator's password.")
    first, second = getpass.getpass("Password of the operator: "), getpass.getpass("Once more: ")
    if first != second:
        raise CommandError("The two passwords differ.")
    return first

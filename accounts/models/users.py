"""People who log in, and what they may do where."""

import datetime as dt
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models.customers import Customer, Partner
from accounts.tenancy import PlatformModel


class UserManager(BaseUserManager["User"]):
    """Makes users; a user without a password can only set one through a mailed link."""

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """The address in small letters: whoever asks for a new password is looked up by those."""
        return super().normalize_email(email).lower()

    def create_user(self, *, username: str, email: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(username=username, email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username)


class User(PlatformModel, AbstractBaseUser):
    """A person with a log-in. What the person may do stands in the memberships, never here."""

    class Language(models.TextChoices):
        DUTCH = "nl", "Nederlands"
        ENGLISH = "en", "English"

    class Theme(models.TextChoices):
        SYSTEM = "system", _("As the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    username = models.CharField(_("user name"), max_length=150, unique=True, validators=[UnicodeUsernameValidator()])
    email = models.EmailField(_("e-mail address"))
    title = models.CharField(_("title"), max_length=20, blank=True)
    initials = models.CharField(_("initials"), max_length=20, blank=True)
    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    name_prefix = models.CharField(_("name prefix"), max_length=20, blank=True)
    last_name = models.CharField(_("last name"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, default=Language.DUTCH)
    theme = models.CharField(_("appearance"), max_length=6, choices=Theme.choices, default=Theme.SYSTEM)
    is_active = models.BooleanField(_("may log in"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    class Meta:
        ordering = ("last_name", "first_name", "username")
        constraints = (
            models.UniqueConstraint(
                Lower("username"), name="one_user_per_name", violation_error_message=_("This user name is taken.")
            ),
            models.UniqueConstraint(
                Lower("email"), name="one_user_per_email", violation_error_message=_("This e-mail address is in use.")
            ),
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_is_lower_case"),
        )

    def __str__(self) -> str:
        return self.full_name

    def clean(self) -> None:
        super().clean()
        self.email = User.objects.normalize_email(self.email)

    @property
    def full_name(self) -> str:
        """First name, prefix and last name, or the user name where none is known."""
        return " ".join(part for part in (self.first_name, self.name_prefix, self.last_name) if part) or self.username

    @property
    def monogram(self) -> str:
        """Two letters that stand for the person."""
        return "".join(part[0] for part in (self.first_name or self.username, self.last_name) if part).upper()


class Membership(PlatformModel):
    """A user's place in a customer, in a partner, or at the provider (``operates``), with the roles that hold there."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, null=True, blank=True, related_name="memberships")
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, null=True, blank=True, related_name="memberships")
    operates = models.BooleanField(_("operator of the provider"), default=False)
    is_blocked = models.BooleanField(_("blocked"), default=False)
    blocked_by_operator = models.BooleanField(_("blocked by the provider"), default=False)

    manages_users = models.BooleanField(_("User management"), default=False)
    views_invoices = models.BooleanField(_("Insight in invoices and calls"), default=False)
    edits_settings = models.BooleanField(_("Change settings"), default=False)
    mobile_access = models.BooleanField(_("Access to mobile"), default=False)
    edits_mobile_limits = models.BooleanField(_("Change mobile limits"), default=False)
    views_mobile_settings = models.BooleanField(_("See mobile settings"), default=False)
    blocks_sim = models.BooleanField(_("Block SIM cards"), default=False)
    sees_full_numbers = models.BooleanField(_("See full numbers"), default=False)
    unlocks_spending = models.BooleanField(_("Unlock the spend guard"), default=False)

    mails_voip_usage = models.BooleanField(_("High usage of calls"), default=False)
    mails_mobile_usage = models.BooleanField(_("High usage of mobile"), default=False)
    mails_invoices = models.BooleanField(_("Invoices by mail"), default=False)
    mails_sim_block = models.BooleanField(_("Confirmation when a SIM card is blocked or unblocked"), default=False)

    created_at = models.DateTimeField(auto_now_add=True)

    ROLES: ClassVar[tuple[str, ...]] = (
        "manages_users",
        "views_invoices",
        "edits_settings",
        "mobile_access",
        "edits_mobile_limits",
        "views_mobile_settings",
        "blocks_sim",
        "sees_full_numbers",
        "unlocks_spending",
    )
    MOBILE_ROLES: ClassVar[tuple[str, ...]] = ("edits_mobile_limits", "views_mobile_settings", "blocks_sim")
    MAILS: ClassVar[tuple[str, ...]] = ("mails_voip_usage", "mails_mobile_usage", "mails_invoices", "mails_sim_block")

    class Meta:
        ordering = ("user__last_name", "user__first_name", "pk")
        constraints = (
            models.UniqueConstraint(fields=("user", "customer"), name="one_membership_per_customer"),
            models.UniqueConstraint(fields=("user", "partner"), name="one_membership_per_partner"),
            models.UniqueConstraint(
                fields=("user",), condition=models.Q(operates=True), name="one_operator_membership"
            ),
            models.CheckConstraint(
                name="membership_of_one_thing",
                condition=(
                    models.Q(customer__isnull=False, partner__isnull=True, operates=False)
                    | models.Q(customer__isnull=True, partner__isnull=False, operates=False)
                    | models.Q(customer__isnull=True, partner__isnull=True, operates=True)
                ),
            ),
            models.CheckConstraint(
                name="mobile_roles_need_mobile_access",
                condition=models.Q(mobile_access=True)
                | models.Q(edits_mobile_limits=False, views_mobile_settings=False, blocks_sim=False),
                violation_error_message=_("This role needs access to mobile. Tick that as well."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} @ {self.customer or self.partner or 'provider'}"


class Invitation(PlatformModel):
    """An address invited to a customer, with the roles that wait there; only a hash of the mailed token is kept."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail address"))
    roles = models.JSONField(default=list)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.email

    def is_open(self, now: dt.datetime) -> bool:
        """Whether the invitation can still be accepted at ``now``."""
        return self.accepted_at is None and now < self.expires_at


class ApiToken(PlatformModel):
    """A user's key to the API: named, hashed, expiring and revocable. The key itself is shown once and never kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=80)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.name

"""Users themselves: making one, and what each may change about themselves."""

from collections.abc import Mapping

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import audit, mail, rules
from accounts.access import Actor
from accounts.errors import Refusal
from accounts.models import Brand, User

EMAIL_SALT = "accounts.email"
EMAIL_SECONDS = 86_400
DETAILS = ("title", "initials", "first_name", "name_prefix", "last_name", "language", "theme")


@transaction.atomic
def create_user(*, actor: Actor, username: str, email: str, password: str | None = None, **details: str) -> User:
    """Make a user. Without a password the person sets one through a mailed link. ``details``: the names in ``DETAILS``."""
    rules.free_username(username)
    user = User(username=username, email=User.objects.normalize_email(email), **details)
    user.set_password(password)
    _valid(user)
    user.save()
    audit.record(actor=actor, verb="user.create", obj=user)
    return user


@transaction.atomic
def change_details(*, actor: Actor, user: User, details: Mapping[str, str]) -> User:
    """Change names, language and appearance; fields that are not named stay."""
    before = audit.snapshot(user, DETAILS)
    for name in DETAILS:
        if name in details:
            setattr(user, name, details[name])
    _valid(user)
    changed = audit.changes(before, audit.snapshot(user, DETAILS))
    if changed:
        user.save(update_fields=list(changed))
        audit.record(actor=actor, verb="user.details", obj=user, changes=changed)
    return user


@transaction.atomic
def change_username(*, actor: Actor, user: User, username: str) -> User:
    """Change the name the user logs in with."""
    rules.free_username(username, user)
    changed = audit.changes({"username": user.username}, {"username": username})
    if changed:
        user.username = username
        _valid(user)
        user.save(update_fields=["username"])
        audit.record(actor=actor, verb="user.username", obj=user, changes=changed)
    return user


@transaction.atomic
def change_email(*, actor: Actor, user: User, email: str, brand: Brand) -> User:
    """Change the e-mail address; the old one can no longer log in or ask for a password, and is told so."""
    old = user.email
    user.email = User.objects.normalize_email(email)
    changed = audit.changes({"email": old}, {"email": user.email})
    if not changed:
        return user
    if User.objects.filter(email__iexact=user.email).exclude(pk=user.pk).exists():
        user.email = old
        raise Refusal("email_not_possible", _("This e-mail address cannot be used. Give another one."), field="email")
    _valid(user)
    user.save(update_fields=["email"])
    # allauth keeps addresses of its own, and one that stayed behind would still open the account.
    EmailAddress.objects.filter(user=user).delete()
    audit.record(actor=actor, verb="user.email", obj=user, changes=changed)
    values = {"user": user, "email": user.email}
    transaction.on_commit(
        lambda: mail.send(brand=brand, to=old, language=user.language, template="email_changed", values=values)
    )
    return user


@transaction.atomic
def change_login(*, actor: Actor, user: User, username: str, email: str, brand: Brand, base: str) -> bool:
    """Change the user name at once, and the address once a link mailed to it is opened. True if such a mail went out.

    An address of somebody else gets a mail too, so that the page need not tell whether it is taken.
    """
    change_username(actor=actor, user=user, username=username)
    if user.email.lower() == email.lower():
        return False
    taken = User.objects.filter(email__iexact=email).exclude(pk=user.pk).exists()
    token = signing.dumps([user.pk, user.email, email], salt=EMAIL_SALT)
    values = {"user": user, "email": email, "url": base + reverse("accounts:email_confirm", kwargs={"token": token})}
    template = "email_taken" if taken else "email_confirm"
    mail.must_send(brand=brand, to=email, language=user.language, template=template, values=values)
    return True


def confirmed_email(*, user: User, token: str) -> str | None:
    """The address that a mailed link proves to be the user's; None for a link that is old, used or somebody else's."""
    try:
        pk, old, email = signing.loads(token, salt=EMAIL_SALT, max_age=EMAIL_SECONDS)
    except (signing.BadSignature, ValueError):
        return None
    return str(email) if pk == user.pk and old == user.email else None


def change_language(*, user: User, language: str) -> None:
    """Switch the language of the user's pages and mail. A taste, so it is not in the trail."""
    user.language = language
    user.save(update_fields=["language"])


def change_theme(*, user: User, theme: str) -> None:
    """Switch between light, dark and what the device says."""
    user.theme = theme
    user.save(update_fields=["theme"])


def password_path(user: User) -> str:
    """The path of the page where the user sets a password; it works once, and until the password or address changes."""
    return reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)},
    )


def welcome(*, user: User, brand: Brand, base: str, place: str) -> None:
    """Mail a new user the user name and a link to set a password. ``base`` is scheme and host of a brand's page."""
    values = {"user": user, "place": place, "url": base + password_path(user)}
    mail.must_send(brand=brand, to=user.email, language=user.language, template="welcome", values=values)


@transaction.atomic
def mail_password_link(*, actor: Actor, user: User, brand: Brand, base: str) -> None:
    """Send somebody a link to set a password, because a manager or operator asked for it."""
    audit.record(actor=actor, verb="user.password_link", obj=user)
    welcome(user=user, brand=brand, base=base, place=brand.name)


def _valid(user: User) -> None:
    """Model validation; what is wrong with one field becomes a refusal about that field."""
    try:
        user.full_clean(exclude={"password"})
    except ValidationError as error:
        field, found = next(iter(error.message_dict.items()))
        raise Refusal("not_valid", found[0], field=None if field == "__all__" else field) from error

"""What can be done to people and places; the only writer. Page, API and command call the same verbs."""

from accounts.services.invitations import DAYS as INVITED_DAYS
from accounts.services.invitations import accept_as_new, accept_as_user, invite, send_again, withdraw
from accounts.services.memberships import (
    add_membership,
    block,
    create_person,
    enter_customer,
    make_owner,
    remove,
    set_roles,
    unblock,
)
from accounts.services.notices import notify, read_all_notices, read_notices
from accounts.services.people import (
    change_details,
    change_email,
    change_language,
    change_login,
    change_theme,
    change_username,
    confirmed_email,
    create_user,
    mail_password_link,
    password_path,
    welcome,
)
from accounts.services.platform import save_brand, save_customer, save_partner
from accounts.services.tokens import DEFAULT_DAYS as TOKEN_DAYS
from accounts.services.tokens import create_token, end_with_password, revoke_token, revoke_tokens_of

__all__ = [
    "INVITED_DAYS",
    "TOKEN_DAYS",
    "accept_as_new",
    "accept_as_user",
    "add_membership",
    "block",
    "change_details",
    "change_email",
    "change_language",
    "change_login",
    "change_theme",
    "change_username",
    "confirmed_email",
    "create_person",
    "create_token",
    "create_user",
    "end_with_password",
    "enter_customer",
    "invite",
    "mail_password_link",
    "make_owner",
    "notify",
    "password_path",
    "read_all_notices",
    "read_notices",
    "remove",
    "revoke_token",
    "revoke_tokens_of",
    "save_brand",
    "save_customer",
    "save_partner",
    "send_again",
    "set_roles",
    "unblock",
    "welcome",
    "withdraw",
]

"""Logging in and out, forgotten passwords, and what none of it may tell."""

import re
from email.message import EmailMessage
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth import hashers
from django.db import IntegrityError, transaction
from django.test import Client

from accounts import services
from accounts.access import system
from accounts.models import Brand, Partner, User
from conftest import PASSWORD, Mailbox, free_port
from portal.lib import numbers

LOGIN = "/accounts/login/"
RESET = "/accounts/password/reset/"


def log_in(client: Client, login: str, password: str = PASSWORD, **extra: Any) -> Any:
    return client.post(LOGIN, {"login": login, "password": password}, **extra)


def logged_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def steady(html: str, *names: str) -> str:
    """The page without what differs on every visit: tokens, and what was typed."""
    for name in names:
        html = html.replace(name, "X")
    return re.sub(r'(csrfmiddlewaretoken" value="|X-CSRFToken": ")[^"]+', "", html)


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize("login", ["alice", "ALICE", "alice@example.com", "Alice@Example.com"])
def test_people_log_in_with_their_user_name_or_address(client: Client, alice: User, login: str) -> None:
    log_in(client, login)
    assert client.session["_auth_user_id"] == str(alice.pk)


def test_a_password_with_spaces_around_it_is_another_password(client: Client, alice: User) -> None:
    log_in(client, "alice", f" {PASSWORD}")
    assert not logged_in(client)


@pytest.mark.parametrize(("known", "unknown"), [("alice", "nobody"), ("alice@example.com", "nobody@example.com")])
def test_a_wrong_password_and_an_unknown_name_give_the_same_page(
    client: Client, alice: User, known: str, unknown: str
) -> None:
    wrong = log_in(Client(), known, "wrong-password-1")
    missing = log_in(Client(), unknown, "wrong-password-1")
    assert wrong.status_code == missing.status_code == 200
    assert steady(wrong.content.decode(), known) == steady(missing.content.decode(), unknown)


@pytest.mark.parametrize("login", ["alice", "alice@example.com", "nobody", "nobody@example.com", "ghost"])
def test_each_failed_log_in_costs_one_password_check(
    client: Client, alice: User, bob: User, login: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    User.objects.filter(pk=bob.pk).update(username="ghost", password=hashers.make_password(None))
    work: list[str] = []
    hasher = type(hashers.get_hasher())
    encode = hasher.encode

    def counted(self: Any, password: str, salt: str, *args: Any) -> str:
        work.append(password)
        return str(encode(self, password, salt, *args))

    monkeypatch.setattr(hasher, "encode", counted)
    log_in(client, login, "wrong-password-1")
    assert len(work) == 1


def test_too_many_wrong_passwords_stop_further_tries(client: Client, alice: User) -> None:
    for _ in range(8):
        log_in(client, "alice", "wrong-password-1")
    log_in(client, "alice")
    assert not logged_in(client)


def test_a_closed_log_in_stays_shut(client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    log_in(client, "alice")
    assert not logged_in(client)


def test_remember_me_keeps_the_session_after_the_browser_closes(alice: User) -> None:
    remembered, forgotten = Client(), Client()
    remembered.post(LOGIN, {"login": "alice", "password": PASSWORD, "remember": "on"})
    log_in(forgotten, "alice")
    assert remembered.session.get_expire_at_browser_close() is False
    assert forgotten.session.get_expire_at_browser_close() is True


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_a_log_in_leads_to_no_other_site(client: Client, alice: User, elsewhere: str) -> None:
    answer = client.post(f"{LOGIN}?next={elsewhere}", {"login": "alice", "password": PASSWORD, "next": elsewhere})
    assert answer.headers["Location"] == "/"


def test_a_log_in_leads_to_the_page_that_was_asked_for(client: Client, alice: User) -> None:
    assert client.get("/users/").headers["Location"] == "/accounts/login/?next=/users/"
    answer = client.post(LOGIN, {"login": "alice", "password": PASSWORD, "next": "/users/"})
    assert answer.headers["Location"] == "/users/"


def test_the_page_wears_the_brand_of_its_host(client: Client, north: Partner) -> None:
    Brand.objects.filter(pk=north.brand_id).update(support_phone="+31135550120")
    page = client.get(LOGIN, headers={"host": "north.localhost"}).content.decode()
    assert "North ICT" in page
    assert numbers.display("+31135550120") in page
    assert "brand.css?v=7A2A68" in page


def test_a_host_of_no_brand_is_refused(client: Client, provider: Brand) -> None:
    assert client.get(LOGIN, headers={"host": "evil.example"}).status_code == 421


def test_the_page_speaks_dutch_first_and_english_on_request(client: Client, provider: Brand) -> None:
    assert "Gebruikersnaam of e-mailadres" in client.get(LOGIN).content.decode()
    client.post("/language/", {"language": "en", "next": LOGIN})
    assert "User name or e-mail address" in client.get(LOGIN).content.decode()


def test_the_page_needs_no_inline_script_or_style(client: Client, provider: Brand) -> None:
    page = client.get(LOGIN).content.decode()
    scripts = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", page)
    assert all('type="application/json"' in attributes for attributes in scripts)
    assert "style=" not in page
    assert not re.search(r"\son[a-z]+=", page)


def test_logging_out_takes_a_post(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get("/accounts/logout/").status_code == 200
    assert logged_in(client)
    client.post("/accounts/logout/")
    assert not logged_in(client)


# --- forgotten passwords ---


def test_a_known_and_an_unknown_address_get_the_same_page_and_one_mail_each(alice: User, mailbox: Mailbox) -> None:
    pages = []
    for address in ("alice@example.com", "stranger@example.com"):
        answer = Client().post(RESET, {"email": address}, follow=True)
        pages.append(steady(answer.content.decode(), address))
    assert pages[0] == pages[1]
    assert [message["To"] for message in mailbox.messages] == ["alice@example.com", "stranger@example.com"]
    assert len({message["Subject"] for message in mailbox.messages}) == 1
    assert "/accounts/password/reset/key/" in text_of(mailbox.messages[0])
    assert "http" not in text_of(mailbox.messages[1])


def test_a_new_password_is_chosen_through_the_mailed_link_once(client: Client, alice: User, mailbox: Mailbox) -> None:
    client.post(RESET, {"email": "Alice@example.com"}, headers={"accept-language": "en"})
    message = mailbox.messages[0]
    assert message["From"] == "Centrale <noreply@centrale.example>"
    assert "nieuw wachtwoord" in text_of(message)  # alice reads Dutch, whatever the browser asked for
    link = re.search(r"http://testserver(/\S+)", text_of(message))
    assert link is not None
    form = client.get(link[1], follow=True)
    path = form.redirect_chain[-1][0]
    assert "Nieuw wachtwoord" in form.content.decode() or "New password" in form.content.decode()
    client.post(path, {"password1": "a whole new sentence"})
    alice.refresh_from_db()
    assert alice.check_password("a whole new sentence")
    again = Client().get(link[1])
    assert "key" not in again.headers.get("Location", "")
    assert "password1" not in again.content.decode()
    assert [str(found["Subject"]) for found in mailbox.messages[1:]] == ["Centrale: Je wachtwoord is gewijzigd"]


@pytest.mark.parametrize("typed", ["Jan.Jansen@Example.com", "jan.jansen@example.com"])
def test_an_address_given_with_capitals_gets_its_link(
    client: Client, provider: Brand, mailbox: Mailbox, typed: str
) -> None:
    services.create_user(actor=system(), username="jan", email="Jan.Jansen@Example.com", password=PASSWORD)
    client.post(RESET, {"email": typed})
    assert "/accounts/password/reset/key/" in text_of(mailbox.messages[0])


def test_an_address_changed_to_one_with_capitals_gets_its_link(
    client: Client, alice: User, provider: Brand, mailbox: Mailbox
) -> None:
    services.change_email(actor=system(), user=alice, email="Alice.Test@Example.com", brand=provider)
    client.post(RESET, {"email": "Alice.Test@Example.com"})
    assert "/accounts/password/reset/key/" in text_of(mailbox.messages[0])


def test_the_database_keeps_addresses_in_small_letters(alice: User) -> None:
    assert User.objects.create_user(username="jan", email="Jan@Example.com").email == "jan@example.com"
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=alice.pk).update(email="Alice@Example.com")


def test_a_short_password_is_refused_with_what_to_do(client: Client, alice: User, mailbox: Mailbox) -> None:
    path = services.password_path(alice)
    form_path = client.get(path).headers["Location"]
    page = client.post(form_path, {"password1": "kort"}).content.decode()
    assert "12" in page
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_a_closed_log_in_gets_no_link(client: Client, alice: User, mailbox: Mailbox) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    client.post(RESET, {"email": "alice@example.com"})
    assert "http" not in text_of(mailbox.messages[0])


def test_an_old_address_no_longer_opens_the_log_in(
    client: Client, alice: User, provider: Brand, mailbox: Mailbox
) -> None:
    client.post(RESET, {"email": "alice@example.com"})
    old_link = services.password_path(alice)
    services.change_email(actor=system(), user=alice, email="new@example.com", brand=provider)
    mailbox.messages.clear()
    client.post(RESET, {"email": "alice@example.com"})
    assert "http" not in text_of(mailbox.messages[0])
    log_in(client, "alice@example.com")
    assert not logged_in(client)
    assert "password1" not in client.get(old_link, follow=True).content.decode()


def test_a_mail_server_that_is_away_is_said_kindly_for_every_address(
    client: Client, alice: User, settings: Any
) -> None:
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": free_port(), "timeout": 2},
        }
    }
    answers = [client.post(RESET, {"email": address}) for address in ("alice@example.com", "stranger@example.com")]
    assert [answer.status_code for answer in answers] == [503, 503]
    assert answers[0].content == answers[1].content


def test_links_in_mail_lead_to_the_brand_that_was_visited(
    client: Client, alice: User, north: Partner, mailbox: Mailbox
) -> None:
    client.post(RESET, {"email": "alice@example.com"}, headers={"host": "north.localhost"})
    message = mailbox.messages[0]
    assert "http://north.localhost/accounts/password/reset/key/" in text_of(message)
    assert "North ICT" in message["From"]


# --- the second step ---


def code_of(secret: str) -> str:
    """What a code app shows now."""
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    return str(totp.format_hotp_value(totp.hotp_value(secret, counter)))


def test_a_code_app_is_asked_for_after_the_password(client: Client, alice: User) -> None:
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(alice, secret)
    answer = log_in(client, "alice")
    assert answer.headers["Location"] == "/accounts/2fa/authenticate/"
    assert "Vul je code in" in client.get(answer.headers["Location"]).content.decode()
    assert not logged_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert not logged_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert logged_in(client)


PAGES = (
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/password/change/",
)


def confirmed(client: Client, user: User) -> None:
    """Log in and confirm the password once more, as the pages of the second step ask."""
    client.force_login(user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})


@pytest.mark.parametrize("path", PAGES)
def test_the_pages_of_the_second_step_open_once_the_password_is_confirmed(
    client: Client, alice: User, path: str
) -> None:
    confirmed(client, alice)
    assert client.get(path).status_code == 200


def test_recovery_codes_are_made_shown_and_downloaded(client: Client, alice: User) -> None:
    totp.TOTP.activate(alice, totp.generate_totp_secret())
    confirmed(client, alice)
    assert client.get("/accounts/2fa/totp/deactivate/").status_code == 200
    assert client.get("/accounts/2fa/recovery-codes/generate/").status_code == 200
    page = client.post("/accounts/2fa/recovery-codes/generate/", follow=True).content.decode()
    codes = client.get("/accounts/2fa/recovery-codes/download/").content.decode().split()
    assert len(codes) == 10
    assert all(code in page for code in codes)


@pytest.mark.django_db(transaction=True)
def test_a_code_app_is_set_up_with_its_first_code(client: Client, alice: User, mailbox: Mailbox) -> None:
    confirmed(client, alice)
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    secret = client.session["mfa.totp.secret"]
    assert secret in page
    client.post("/accounts/2fa/totp/activate/", {"code": "000000"})
    assert not Authenticator.objects.filter(user=alice).exists()
    client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert Authenticator.objects.filter(user=alice, type="totp").exists()
    assert "Code-app toegevoegd" in str(mailbox.messages[0]["Subject"])


def test_changing_the_second_step_asks_for_the_password_again(client: Client, alice: User) -> None:
    client.force_login(alice)
    answer = client.get("/accounts/2fa/totp/activate/")
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    assert client.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize("name", ["olga", "dave"])
def test_operators_and_partners_need_a_second_step_outside_the_demonstration(
    client: Client, olga: User, dave: User, alice: User, settings: Any, name: str
) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    user = {"olga": olga, "dave": dave}[name]
    client.force_login(user)
    assert client.get("/account/").headers["Location"] == "/accounts/2fa/"
    totp.TOTP.activate(user, totp.generate_totp_secret())
    assert Authenticator.objects.filter(user=user).exists()
    assert client.get("/account/").status_code == 200
    client.force_login(alice)
    assert client.get("/account/").status_code == 200

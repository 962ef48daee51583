"""Signs of fraud are judged by who may, by operators too, and from which size they are raised can be tried."""

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.test import Client

from accounts.access import system
from accounts.errors import Refusal
from accounts.models import AuditEntry, Customer, Membership, User
from accounts.services import create_token
from accounts.tenancy import Crossing, crossing, tenant
from cdr import sign_words
from cdr.fraud.kinds import Judgement, SignKind
from cdr.fraud.thresholds import DEFAULTS, EURO, Threshold
from cdr.models import FraudSign, Source
from cdr.selectors import signs as selectors
from cdr.services import fraud
from cdr.tests.fraud_worlds import NIGHT, actor_of, habits, raised, rows_of
from cdr.tests.worlds import NOW, load, write
from portal.lib.numbers import display, mask

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def forget_what_waits() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def test_who_may_not_change_settings_may_not_judge(burst: None, acme: Customer, bob: User) -> None:
    [sign, *_more] = fraud.find_signs(customer=acme, now=NOW)
    with tenant(acme), pytest.raises(PermissionDenied):
        fraud.judge(actor=actor_of(bob, acme), sign=sign, judgement=Judgement.RIGHT)


def test_a_judgement_is_in_the_log_book_once(burst: None, acme: Customer, alice: User) -> None:
    [sign, *_more] = fraud.find_signs(customer=acme, now=NOW)
    with tenant(acme):
        for _twice in range(2):
            fraud.judge(actor=actor_of(alice, acme), sign=sign, judgement=Judgement.RIGHT, note="stolen")
        [entry] = AuditEntry.objects.filter(verb="fraud_sign.judge")
    assert entry.changes == {"judgement": ["open", "right"], "note": ["", "stolen"]}


def test_an_owner_reads_and_judges_on_the_page(burst: None, acme: Customer, alice: User, client: Client) -> None:
    [sign, *_more] = fraud.find_signs(customer=acme, now=NOW)
    client.force_login(alice)
    assert "Marokko" in client.get("/calls/signs/").content.decode()
    page = client.get(f"/calls/signs/{sign.pk}/").content.decode()
    assert sign_words.calls_address(sign).replace("&", "&amp;") in page
    client.post(f"/calls/signs/{sign.pk}/judge/", {"judgement": "right", "note": "stolen"})
    assert [one.judgement for one in raised(acme) if one.pk == sign.pk] == ["right"]


def test_the_page_of_a_sign_lists_its_calls_as_masked_as_the_reader_may_see(
    burst: None, acme: Customer, alice: User, bob: User, client: Client
) -> None:
    Membership.objects.filter(user=bob).update(views_invoices=True)
    [sign] = fraud.find_signs(customer=acme, now=NOW)
    with tenant(acme):
        assert selectors.calls_of(sign).count() == sign.calls == 12
    whole = display("+21253726801")
    for user, number in ((alice, whole), (bob, mask(whole))):
        client.force_login(user)
        page = client.get(f"/calls/signs/{sign.pk}/").content.decode()
        assert page.count(number) == 12, number


def test_the_link_of_a_sign_shows_exactly_its_calls(
    burst: None, acme: Customer, alice: User, client: Client, source: Source, tmp_path: Path
) -> None:
    load(write(tmp_path, rows_of(1, "0201234567", NIGHT, name="another"), name="another.csv"), source)
    [sign] = [one for one in fraud.find_signs(customer=acme, now=NOW) if one.kind == SignKind.NEW_COUNTRY]
    client.force_login(alice)
    assert "12 gesprekken" in client.get(sign_words.calls_address(sign)).content.decode()


def test_who_sees_calls_but_may_not_judge_is_told_so(burst: None, acme: Customer, bob: User, client: Client) -> None:
    Membership.objects.filter(user=bob).update(views_invoices=True)
    [sign, *_more] = fraud.find_signs(customer=acme, now=NOW)
    client.force_login(bob)
    assert "judge/" not in client.get(f"/calls/signs/{sign.pk}/").content.decode()
    assert client.post(f"/calls/signs/{sign.pk}/judge/", {"judgement": "right"}).status_code == 403


def test_a_sign_of_another_customer_does_not_exist(burst: None, acme: Customer, carol: User, client: Client) -> None:
    [sign, *_more] = fraud.find_signs(customer=acme, now=NOW)
    client.force_login(carol)
    assert client.get(f"/calls/signs/{sign.pk}/").status_code == 404
    assert client.post(f"/calls/signs/{sign.pk}/judge/", {"judgement": "right"}).status_code == 404


def test_a_sign_that_was_not_raised_does_not_exist(
    source: Source, acme: Customer, tmp_path: Path, alice: User, client: Client
) -> None:
    load(write(tmp_path, [*habits(), *rows_of(3, "0021253726801", NIGHT)]), source)
    fraud.find_signs(customer=acme, now=NOW)
    with tenant(acme):
        silent = FraudSign.objects.get(fired_at=None)
    client.force_login(alice)
    assert client.get(f"/calls/signs/{silent.pk}/").status_code == 404


@pytest.mark.parametrize("state", ["", "?judgement=open", "?judgement=nonsense", "?after=9999999", "?after=x"])
def test_the_list_takes_any_address(acme: Customer, alice: User, client: Client, state: str) -> None:
    client.force_login(alice)
    assert client.get(f"/calls/signs/{state}").status_code == 200


def test_the_list_asks_the_same_however_many_signs(
    burst: None, acme: Customer, alice: User, client: Client, django_assert_num_queries: object
) -> None:
    fraud.find_signs(customer=acme, now=NOW)
    client.force_login(alice)
    client.get("/calls/signs/")
    with django_assert_num_queries(8):  # type: ignore[operator]
        client.get("/calls/signs/")


# --- operators and thresholds ---


def test_an_operator_sees_and_judges_the_signs_of_every_customer(
    burst: None, acme: Customer, olga: User, client: Client
) -> None:
    [sign, *_more] = fraud.find_signs(customer=acme, now=NOW)
    client.force_login(olga)
    page = client.get("/operate/signs/").content.decode()
    assert "Acme" in page
    assert "Marokko" in page
    client.post(f"/operate/signs/{sign.pk}/", {"judgement": "false", "note": "a trip"})
    assert [one.judgement for one in raised(acme) if one.pk == sign.pk] == ["false"]
    with tenant(acme):
        assert AuditEntry.objects.get(verb="fraud_sign.judge").user_name == "Olga Test"


def judged(customer: Customer, calls: Iterable[tuple[int, str]]) -> None:
    moment = dt.datetime.now(dt.UTC) - dt.timedelta(days=2)
    with tenant(customer):
        for place, (count, judgement) in enumerate(calls):
            FraudSign.objects.create(
                customer=customer, kind=SignKind.NEW_COUNTRY, key=str(place), start=moment, end=moment, severity=1,
                calls=count, micros=0, found_at=moment, fired_at=moment, judgement=judgement,
            )  # fmt: skip


def test_a_trial_counts_what_other_thresholds_would_have_raised(acme: Customer) -> None:
    judged(acme, [(3, "open"), (6, "false"), (9, "right"), (12, "right")])
    wanted = {SignKind.NEW_COUNTRY: Threshold(calls=6)}
    with crossing(Crossing.OPERATE):
        trial = selectors.trials(wanted, dt.datetime.now(dt.UTC))[SignKind.NEW_COUNTRY]
    assert (trial.fired, trial.right, trial.false, trial.open, trial.precision) == (3, 2, 1, 0, 66)


def values(**given: str) -> dict[str, str]:
    usual = {
        f"{kind}_{name}": "25,00" if name == "micros" else str(getattr(threshold, name))
        for kind, threshold in DEFAULTS.items()
        for name in ("calls", "micros", "factor", "alike")
        if getattr(threshold, name) is not None
    }
    return {**usual, **{f"{kind}_on": "on" for kind in DEFAULTS}, **given}


def test_an_operator_tries_thresholds_before_saving_them(acme: Customer, olga: User, client: Client) -> None:
    judged(acme, [(6, "false"), (12, "right")])
    client.force_login(olga)
    page = client.post("/operate/signs/thresholds/", {**values(new_country_calls="10"), "try": "1"})
    assert "100%" in page.content.decode().replace("\xa0", "")
    assert selectors.thresholds() == DEFAULTS
    client.post("/operate/signs/thresholds/", values(new_country_calls="10"))
    assert selectors.thresholds()[SignKind.NEW_COUNTRY] == Threshold(calls=10, micros=25 * EURO)
    with crossing(Crossing.PLATFORM_AUDIT):
        changed = AuditEntry.objects.filter(verb="fraud_threshold.change").values_list("object_name", flat=True)
        assert len(changed) == 2  # the amount of both bursts differs from the default, that of nights does not


def test_the_page_shows_the_thresholds_that_count_now(olga: User, client: Client) -> None:
    client.force_login(olga)
    page = client.get("/operate/signs/thresholds/").content.decode()
    assert 'name="new_country_calls" value="5"' in page
    assert 'name="off_hours_micros" value="25,00"' in page


def test_a_threshold_under_what_is_measured_is_refused(olga: User, client: Client) -> None:
    client.force_login(olga)
    page = client.post("/operate/signs/thresholds/", values(new_country_calls="1"))
    assert page.status_code == 200
    assert selectors.thresholds() == DEFAULTS


def test_a_threshold_without_any_size_is_refused(olga: User) -> None:
    with pytest.raises(Refusal):
        fraud.set_thresholds(actor=system(), wanted={SignKind.NEW_COUNTRY: Threshold()})


def test_a_new_threshold_counts_from_the_next_look_on(burst: None, acme: Customer, olga: User) -> None:
    wanted = {kind: Threshold(on=False, calls=99) for kind in DEFAULTS}
    fraud.set_thresholds(actor=actor_of(olga), wanted=wanted)
    assert fraud.find_signs(customer=acme, now=NOW) == []
    fraud.set_thresholds(actor=actor_of(olga), wanted=dict(DEFAULTS))
    assert [sign.kind for sign in fraud.find_signs(customer=acme, now=NOW)] == [SignKind.NEW_COUNTRY]


# --- API ---


def test_signs_are_read_and_judged_over_the_api(burst: None, acme: Customer, alice: User, client: Client) -> None:
    fraud.find_signs(customer=acme, now=NOW)
    headers = {"Authorization": f"Bearer {create_token(actor=system(), user=alice, name='t')[1]}"}
    [sign] = client.get("/api/v1/fraud-signs/", headers=headers).json()["results"]
    assert (sign["kind"], sign["calls"], sign["judgement"]) == ("new_country", 12, "open")
    assert "Marokko" in sign["sentence"]
    url = f"/api/v1/fraud-signs/{sign['id']}/judge/"
    answer = client.post(url, {"judgement": "right", "note": "x"}, content_type="application/json", headers=headers)
    assert answer.json()["judgement"] == "right"
    assert client.post(url, {"judgement": "?"}, content_type="application/json", headers=headers).status_code == 400


def test_reading_the_api_gives_no_right_to_judge(burst: None, acme: Customer, bob: User, client: Client) -> None:
    Membership.objects.filter(user=bob).update(views_invoices=True)
    [sign, *_more] = fraud.find_signs(customer=acme, now=NOW)
    headers = {"Authorization": f"Bearer {create_token(actor=system(), user=bob, name='t')[1]}"}
    url = f"/api/v1/fraud-signs/{sign.pk}/"
    assert client.get(url, headers=headers).status_code == 200
    answer = client.post(f"{url}judge/", {"judgement": "right"}, content_type="application/json", headers=headers)
    assert answer.status_code == 403


def test_the_calls_behind_a_sign_are_read_over_the_api_as_masked_as_on_its_page(
    burst: None, acme: Customer, alice: User, bob: User, carol: User, client: Client
) -> None:
    Membership.objects.filter(user=bob).update(views_invoices=True)
    [sign] = fraud.find_signs(customer=acme, now=NOW)
    url = f"/api/v1/fraud-signs/{sign.pk}/calls/"
    keys = {
        user: {"Authorization": f"Bearer {create_token(actor=system(), user=user, name='t')[1]}"}
        for user in (alice, bob, carol)
    }
    for user, number in ((alice, "+21253726801"), (bob, "+2125372xxxx")):
        first = client.get(f"{url}?page_size=8", headers=keys[user]).json()
        rest = client.get(first["next"], headers=keys[user]).json()
        found = first["results"] + rest["results"]
        assert (len(first["results"]), first["previous"], rest["next"]) == (8, None, None)
        back = client.get(rest["previous"], headers=keys[user]).json()
        assert back["results"] == first["results"]
        assert [call["other"] for call in found] == [number] * 12
        assert [call["start"] for call in found] == sorted({call["start"] for call in found})
    assert client.get(url, headers=keys[carol]).status_code == 404
    assert client.get(f"{url}?cursor=x", headers=keys[alice]).status_code == 404


def test_an_operator_reads_and_judges_the_signs_of_all_customers_over_the_api(
    burst: None, acme: Customer, olga: User, alice: User, client: Client
) -> None:
    fraud.find_signs(customer=acme, now=NOW)
    url = "/api/v1/customer-fraud-signs/"
    headers = {"Authorization": f"Bearer {create_token(actor=system(), user=olga, name='t')[1]}"}
    [sign] = client.get(f"{url}?judgement=open", headers=headers).json()["results"]
    assert (sign["customer"], sign["kind"]) == (acme.reference, "new_country")
    assert client.get(f"{url}{sign['id']}/", headers=headers).json() == sign
    answer = client.post(
        f"{url}{sign['id']}/judge/", {"judgement": "right"}, content_type="application/json", headers=headers
    )
    assert answer.json() == {**sign, "judgement": "right", "judged_at": answer.json()["judged_at"]}
    assert client.get(f"{url}?judgement=open", headers=headers).json()["results"] == []
    assert client.get(f"{url}?judgement=?", headers=headers).status_code == 400
    stranger = {"Authorization": f"Bearer {create_token(actor=system(), user=alice, name='t')[1]}"}
    assert client.get(url, headers=stranger).status_code == 404

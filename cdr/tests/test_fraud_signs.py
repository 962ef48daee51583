"""Signs of fraud from the calls of a customer: found once, mailed once, judged by who may."""

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from celery import current_app
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import translation

from accounts.access import Actor, Door, roles_of, system
from accounts.audit import record
from accounts.errors import Refusal
from accounts.models import AuditEntry, Customer, Membership, Notice, User
from accounts.services import create_token
from accounts.tenancy import Crossing, crossing, tenant
from cdr import sign_words
from cdr.fraud.kinds import Judgement, SignKind
from cdr.fraud.thresholds import DEFAULTS, EURO, Threshold
from cdr.fraud_tasks import find_fraud, look_for_fraud, mail_signs, watch_fraud
from cdr.models import CallRecord, FraudSign, Source
from cdr.selectors import signs as selectors
from cdr.services import fraud
from cdr.tests.worlds import NOW, a_source, a_tariff, asterisk_row, load, write
from conftest import Mailbox
from portal.lib.numbers import display, mask
from telephony.models import PhoneNumber
from telephony.selectors import Target
from telephony.services import create_line, set_features, set_forward

pytestmark = pytest.mark.django_db

NIGHT = dt.datetime.fromisoformat("2026-11-21T02:10")  # by the clock; NOW is Sunday the 22nd


def rows_of(
    count: int, number: str, start: dt.datetime, *, seconds: int = 60, account: str = "acme", name: str = "burst"
) -> list[str]:
    moments = [start + dt.timedelta(minutes=2 * place) for place in range(count)]
    return [
        asterisk_row(
            account=account,
            dst=number,
            dialled=f"PJSIP/{number}@trunk,30",
            start=f"{moment:%Y-%m-%d %H:%M:%S}",
            end=f"{moment + dt.timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}",
            duration=seconds,
            billsec=seconds,
            unique=f"{name}-{place}.1",
        )
        for place, moment in enumerate(moments)
    ]


def habits(account: str = "acme") -> list[str]:
    """A call to Amsterdam on each of thirty days."""
    days = [dt.datetime.fromisoformat("2026-11-20T11:00") - dt.timedelta(days=back) for back in range(30)]
    return [
        row
        for place, day in enumerate(days)
        for row in rows_of(1, "0201234567", day, account=account, name=f"{account}-habit{place}")
    ]


@pytest.fixture
def source(acme: Customer, birch: Customer) -> Source:
    a_tariff()
    return a_source()


@pytest.fixture
def burst(source: Source, tmp_path: Path) -> None:
    """Acme, which never called Morocco, calls it twelve times in a night."""
    load(write(tmp_path, [*habits(), *rows_of(12, "0021253726801", NIGHT, seconds=120)]), source)


@pytest.fixture(autouse=True)
def forget_what_waits() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def raised(customer: Customer) -> list[FraudSign]:
    with tenant(customer):
        return list(selectors.signs().order_by("kind"))


def actor_of(user: User, customer: Customer | None = None) -> Actor:
    membership = Membership.objects.get(user=user)
    return Actor(user=user, customer=customer, roles=roles_of(membership), door=Door.PAGE)


def test_a_burst_to_a_new_country_explains_itself_with_numbers(burst: None, acme: Customer) -> None:
    fraud.find_signs(customer=acme, now=NOW)
    [sign] = [sign for sign in raised(acme) if sign.kind == SignKind.NEW_COUNTRY]
    with translation.override("en"):
        sentence = sign_words.sentence(sign)
    for words in ("12 calls to Morocco", "between 02:10 and 02:34", "never called there in the 30 days before", "7.80"):
        assert words in sentence


def test_the_sentence_is_dutch_for_who_reads_dutch(burst: None, acme: Customer) -> None:
    fraud.find_signs(customer=acme, now=NOW)
    [sign] = [sign for sign in raised(acme) if sign.kind == SignKind.NEW_COUNTRY]
    with translation.override("nl"):
        assert "12 gesprekken naar Marokko" in sign_words.sentence(sign)


def test_looking_again_finds_nothing_new(burst: None, acme: Customer) -> None:
    first = fraud.find_signs(customer=acme, now=NOW)
    again = fraud.find_signs(customer=acme, now=NOW + dt.timedelta(hours=1))
    assert first
    assert again == []
    assert len(raised(acme)) == len(first)


def test_a_sign_that_grows_is_raised_once_and_keeps_up(source: Source, acme: Customer, tmp_path: Path) -> None:
    load(write(tmp_path, [*habits(), *rows_of(3, "0021253726801", NIGHT)], "a.csv"), source)
    assert fraud.find_signs(customer=acme, now=NOW) == []
    load(write(tmp_path, rows_of(9, "0021253726801", NIGHT + dt.timedelta(hours=1), name="more"), "b.csv"), source)
    [sign] = fraud.find_signs(customer=acme, now=NOW)
    assert (sign.kind, sign.calls) == (SignKind.NEW_COUNTRY, 12)


def test_a_judged_sign_stays_as_it_was(
    burst: None, source: Source, acme: Customer, tmp_path: Path, alice: User
) -> None:
    [sign, *_more] = fraud.find_signs(customer=acme, now=NOW)
    with tenant(acme):
        fraud.judge(actor=actor_of(alice, acme), sign=sign, judgement=Judgement.FALSE, note="our own trip")
    load(write(tmp_path, rows_of(9, "0021253726801", NIGHT + dt.timedelta(hours=1), name="more"), "b.csv"), source)
    fraud.find_signs(customer=acme, now=NOW)
    with tenant(acme):
        sign.refresh_from_db()
    assert (sign.judgement, sign.note, sign.calls) == (Judgement.FALSE, "our own trip", 12)


def test_a_call_that_was_booked_back_is_no_call(burst: None, source: Source, acme: Customer) -> None:
    with tenant(acme):
        before = selectors.history(dt.date(2026, 11, 21), dt.date(2026, 11, 22))
    assert len(before.calls) == 12
    assert sum(one.calls for one in before.reached) == 12
    with crossing(Crossing.INGEST):
        from_table = CallRecord.objects.filter(customer=acme, call_type=3)[0]
        from_table.leg, from_table.revision, from_table.id = 3, 1, from_table.id + 100_000
        from_table.seconds, from_table.micros = -from_table.seconds, -(from_table.micros or 0)
        from_table.save(force_insert=True)
    with tenant(acme):
        after = selectors.history(dt.date(2026, 11, 21), dt.date(2026, 11, 22))
    assert len(after.calls) == 11
    assert sum(one.calls for one in after.reached) == 11


def test_another_customer_has_no_part_in_it(burst: None, acme: Customer, birch: Customer) -> None:
    fraud.find_signs(customer=acme, now=NOW)
    assert fraud.find_signs(customer=birch, now=NOW) == []
    assert raised(birch) == []


def test_a_forward_to_abroad_is_raised_with_who_set_it(source: Source, acme: Customer, alice: User) -> None:
    actor = actor_of(alice, acme)
    with tenant(acme):
        number = PhoneNumber.objects.create(customer=acme, e164="+31887654121")
        line = create_line(actor=actor, customer=acme, display_name="Sanne", extension="121", number=number)
        set_forward(actor=actor, line=line, on=True, target=Target(external="+5351234567"))
    [sign] = fraud.find_signs(customer=acme)
    assert (sign.kind, sign.calls) == (SignKind.FORWARD, 0)
    with translation.override("en"):
        assert "Alice Test let Sanne" in sign_words.sentence(sign)
        assert "a number in Cuba" in sign_words.sentence(sign)
    assert fraud.find_signs(customer=acme) == []


def test_a_forward_that_is_off_again_is_no_sign(source: Source, acme: Customer, alice: User) -> None:
    actor = actor_of(alice, acme)
    with tenant(acme):
        line = create_line(actor=actor, customer=acme, display_name="Sanne", extension="121")
        set_forward(actor=actor, line=line, on=False, target=Target(external="+5351234567"))
    assert fraud.find_signs(customer=acme) == []


@pytest.mark.parametrize("case", ["busy", "no_answer", "unreachable"])
def test_a_forward_to_abroad_in_one_case_is_raised_too(source: Source, acme: Customer, alice: User, case: str) -> None:
    with tenant(acme):
        line = create_line(actor=actor_of(alice, acme), customer=acme, display_name="Sanne", extension="121")
        to = {f"{case}_does": "forward", f"{case}_to": Target(external="+5351234567")}
        set_features(actor=actor_of(alice, acme), line=line, **to)
    assert [sign.kind for sign in fraud.find_signs(customer=acme)] == [SignKind.FORWARD]


def test_a_forward_of_the_exchange_to_abroad_is_seen_too(source: Source, acme: Customer, alice: User) -> None:
    with tenant(acme):
        number = PhoneNumber.objects.create(customer=acme, e164="+31887654121")
        record(actor=actor_of(alice, acme), verb="night_rule.set", obj=number, changes={"target": ("", "+5351234567")})
    assert [sign.kind for sign in fraud.find_signs(customer=acme)] == [SignKind.FORWARD]


# --- mail and work behind the scenes ---


def test_readers_are_mailed_once_in_their_language(
    burst: None, acme: Customer, alice: User, bob: User, mailbox: Mailbox
) -> None:
    Membership.objects.filter(user=alice).update(mails_voip_usage=True)
    keys = [sign.pk for sign in fraud.find_signs(customer=acme, now=NOW)]
    assert mail_signs(acme.pk, keys, alice.pk)
    assert not mail_signs(acme.pk, keys, bob.pk)
    [message] = mailbox.messages
    text = message.get_content()
    assert "Marokko" in text
    assert "/calls/signs/" in text


def test_readers_are_told_in_the_portal_once(burst: None, acme: Customer, alice: User, bob: User) -> None:
    Membership.objects.filter(user=alice).update(mails_voip_usage=True)
    for _twice in range(2):
        fraud.find_signs(customer=acme, now=NOW)
    with tenant(acme):
        [notice] = Notice.objects.all()
    assert (notice.user, notice.kind, notice.link) == (alice, "fraud.signs", "/calls/signs/")


def test_signs_of_another_customer_are_never_mailed(burst: None, acme: Customer, carol: User, birch: Customer) -> None:
    Membership.objects.filter(user=carol).update(mails_voip_usage=True)
    keys = [sign.pk for sign in fraud.find_signs(customer=acme, now=NOW)]
    assert not mail_signs(birch.pk, keys, carol.pk)


def test_many_loads_queue_one_look(acme: Customer, django_capture_on_commit_callbacks: object) -> None:
    with django_capture_on_commit_callbacks() as callbacks:  # type: ignore[operator]
        look_for_fraud([acme.pk])
        look_for_fraud([acme.pk])
    assert len(callbacks) == 1


def test_a_look_that_began_lets_the_next_one_queue(acme: Customer, django_capture_on_commit_callbacks: object) -> None:
    look_for_fraud([acme.pk])
    find_fraud(acme.pk)
    with django_capture_on_commit_callbacks() as callbacks:  # type: ignore[operator]
        look_for_fraud([acme.pk])
    assert len(callbacks) == 1


def test_loading_a_file_asks_for_a_look(
    source: Source, tmp_path: Path, django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:  # type: ignore[operator]
        load(write(tmp_path, habits()), source)
    assert len(callbacks) == 1
    with django_capture_on_commit_callbacks() as callbacks:  # type: ignore[operator]
        load(write(tmp_path, habits()), source)
    assert callbacks == []


def test_beat_looks_at_customers_with_calls(source: Source, tmp_path: Path, acme: Customer) -> None:
    assert watch_fraud() == 0
    assert "cdr.tasks.watch_fraud" in {entry["task"] for entry in current_app.conf.beat_schedule.values()}


# --- judging ---


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
        assert len(selectors.calls_of(sign, most=50)) == sign.calls == 12
    whole = display("+21253726801")
    for user, number in ((alice, whole), (bob, mask(whole))):
        client.force_login(user)
        page = client.get(f"/calls/signs/{sign.pk}/").content.decode()
        assert page.count(number) == 12, number


def test_the_link_of_a_sign_shows_exactly_its_calls(burst: None, acme: Customer, alice: User, client: Client) -> None:
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

"""What services refuse, what they write down, and what the database refuses besides."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from accounts.access import Actor, system
from accounts.errors import Refusal
from accounts.models import AuditEntry, Customer, User
from accounts.tenancy import tenant
from portal.lib.numbers import Block
from telephony import services
from telephony.features import Features
from telephony.models import Destination, Device, DeviceLine, Dialable, Line, PhoneNumber, ProvisioningAnswer
from telephony.selectors import Target, find_target, free_extensions, pointers_at
from telephony.services import NewDevice


def change(line: Line, **changed: object) -> services.LineChange:
    features = Features(**changed)  # type: ignore[arg-type]
    return services.change_line(actor=system(line.customer), line=line, features=features)


# --- numbers ---


def test_a_range_becomes_numbers_that_reach_nobody(acme: Customer, numbers: list[PhoneNumber]) -> None:
    assert [number.e164 for number in numbers][::9] == ["+31887654000", "+31887654009"]
    assert all(number.dialable_id is None for number in numbers)


def test_a_number_of_another_customer_cannot_be_given_and_is_not_named(
    birch: Customer, numbers: list[PhoneNumber]
) -> None:
    with tenant(birch), pytest.raises(Refusal) as refused:
        services.add_number_range(actor=system(birch), customer=birch, first="+31887653999", last="+31887654000")
    assert refused.value.code == "number_taken"
    with tenant(birch):
        assert not PhoneNumber.objects.exists()


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [("+31887654009", "+31887654000", "range_order"), ("+31887600000", "+31887654000", "range_too_big")],
)
def test_a_range_that_makes_no_sense_is_refused(acme: Customer, first: str, last: str, code: str) -> None:
    with tenant(acme), pytest.raises(Refusal) as refused:
        services.add_number_range(actor=system(acme), customer=acme, first=first, last=last)
    assert refused.value.code == code


def test_a_number_has_one_owner(acme: Customer, sanne: Line, sales: Line, numbers: list[PhoneNumber]) -> None:
    with tenant(acme):
        taken = PhoneNumber.objects.get(dialable=sanne.dialable)
        with pytest.raises(Refusal) as refused:
            services.assign_number(actor=system(acme), number=taken, dialable=sales.dialable)
        assert refused.value.code == "number_has_owner"
        services.release_number(actor=system(acme), number=taken)
        services.assign_number(actor=system(acme), number=taken, dialable=sales.dialable)
        assert taken.is_main


def test_a_second_number_is_an_extra_one(acme: Customer, sanne: Line, numbers: list[PhoneNumber]) -> None:
    with tenant(acme):
        extra = services.assign_number(actor=system(acme), number=numbers[5], dialable=sanne.dialable)
    assert not extra.is_main


# --- extensions ---


def make(acme: Customer, extension: str | None, name: str = "Somebody", kind: str = "line") -> Dialable:
    return services.create_dialable(
        actor=system(acme), customer=acme, kind=kind, display_name=name, extension=extension
    )


@pytest.mark.parametrize(
    "extension",
    [
        "1",
        "12345",
        "01",
        "11",
        "112",
        "1120",
        "113",
        "1160",
        "116",
        "144",
        "1233",
        "1299",
        "1300",
        "1400",
        "1600",
        "1800",
    ],
)
def test_short_codes_are_refused_by_service_and_database(acme: Customer, extension: str) -> None:
    with tenant(acme):
        with pytest.raises(Refusal):
            make(acme, extension)
        if len(extension) <= 4:
            with pytest.raises(IntegrityError), transaction.atomic():
                Dialable.objects.create(customer=acme, kind="line", display_name="x", extension=extension)


@pytest.mark.parametrize("extension", ["20", "201", "2011", "12", "14", "99", "145"])
def test_ordinary_extensions_may_exist_side_by_side(acme: Customer, extension: str) -> None:
    with tenant(acme):
        assert make(acme, extension).extension == extension


def test_998_and_999_belong_to_the_system(acme: Customer) -> None:
    with tenant(acme):
        with pytest.raises(Refusal):
            make(acme, "999")
        assert make(acme, "999", "Company voicemail", "voicemail").extension == "999"
        with pytest.raises(IntegrityError), transaction.atomic():
            Dialable.objects.create(customer=acme, kind="line", display_name="x", extension="998")


def test_a_taken_extension_names_its_owner_and_free_ones_nearby(acme: Customer, sales: Line) -> None:
    with tenant(acme), pytest.raises(Refusal) as refused:
        make(acme, "101")
    assert refused.value.code == "extension_taken"
    assert refused.value.proposals == ("102", "100", "103")
    assert "Verkoop" in str(refused.value)


def test_two_customers_may_have_the_same_extension(acme: Customer, birch: Customer, sales: Line) -> None:
    with tenant(birch):
        assert make(birch, "101").extension == "101"


def test_proposals_keep_the_length_and_skip_what_is_refused(acme: Customer) -> None:
    with tenant(acme):
        assert free_extensions("11") == ["12", "10", "13"]
        assert free_extensions("1298", most=1) == ["1199"]
        assert free_extensions("abc") == []


def test_a_line_needs_a_number_or_an_extension(acme: Customer) -> None:
    with tenant(acme), pytest.raises(Refusal) as refused:
        make(acme, None)
    assert refused.value.code == "number_or_extension"


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\tb", "\u202eabc"])
def test_a_name_that_phones_cannot_carry_is_refused(acme: Customer, name: str) -> None:
    with tenant(acme), pytest.raises(Refusal) as refused:
        make(acme, "101", name)
    assert refused.value.field == "display_name"


# --- forwarding ---


def test_a_forward_goes_to_a_colleague_or_a_number(acme: Customer, sanne: Line, sales: Line) -> None:
    with tenant(acme):
        assert find_target("101") == Target(dialable=sales.dialable)
        assert find_target("088 765 40 01") == Target(dialable=sanne.dialable)
        assert find_target("06 12 34 56 01") == Target(external="+31612345601")
        assert find_target("101 · Verkoop") == Target(dialable=sales.dialable)
        assert find_target("nobody") is None
        changed = change(sanne, forward_always=True, forward_to=find_target("101"))
        assert str(changed.line.forward_to) == "Verkoop (101)"


@pytest.mark.parametrize("typed", ["112", "113", "144", "116000", "0800-8112", "0900 8844", "14020"])
def test_a_forward_may_not_ring_a_line_for_help_or_a_short_number(acme: Customer, sanne: Line, typed: str) -> None:
    with tenant(acme):
        target = find_target(typed)
        assert target is not None
        with pytest.raises(Refusal) as refused:
            change(sanne, forward_always=True, forward_to=target)
    assert refused.value.code == "forward_to_short_number"


@pytest.mark.parametrize(
    ("typed", "block"),
    [
        ("0612345601", Block.MOBILE),
        ("+49301234567", Block.INTERNATIONAL),
        ("0900 1234567", Block.PREMIUM_0900),
        ("0906 1234567", Block.ADULT_0906),
        ("0909 1234567", Block.ENTERTAINMENT_0909),
    ],
)
def test_a_forward_may_not_go_where_lines_may_not_call(acme: Customer, sanne: Line, typed: str, block: Block) -> None:
    with tenant(acme):
        target = find_target(typed)
        services.change_outgoing_blocks(actor=system(acme), customer=acme, blocked=frozenset(Block) - {block})
        change(sanne, forward_always=True, forward_to=target)
        with pytest.raises(Refusal) as refused:
            services.change_outgoing_blocks(actor=system(acme), customer=acme, blocked=frozenset({block}))
        assert refused.value.code == "forwards_to_blocked"
        assert "Sanne Bakker" in str(refused.value)
        change(sanne, forward_to=target)
        services.change_outgoing_blocks(actor=system(acme), customer=acme, blocked=frozenset({block}))
        with pytest.raises(Refusal) as refused:
            change(sanne, forward_always=True, forward_to=target)
    assert refused.value.code == "forward_blocked"


def test_a_forward_to_itself_or_to_nowhere_is_refused(acme: Customer, sanne: Line) -> None:
    with tenant(acme):
        with pytest.raises(Refusal) as refused:
            change(sanne, forward_always=True, forward_to=Target(dialable=sanne.dialable))
        assert refused.value.code == "forward_to_itself"
        with pytest.raises(Refusal) as refused:
            change(sanne, forward_always=True)
        assert refused.value.code == "forward_without_target"


def test_a_forward_that_is_off_keeps_its_target(acme: Customer, sanne: Line) -> None:
    with tenant(acme):
        services.set_forward(actor=system(acme), line=sanne, on=True, target=Target(external="+31612345601"))
        line = Line.objects.get(pk=sanne.pk)
        services.set_forward(actor=system(acme), line=line, on=False)
        line = Line.objects.get(pk=sanne.pk)
        assert (line.forward_always, str(line.forward_to)) == (False, "+31612345601")


def test_destinations_are_shared_and_are_one_thing(acme: Customer, sanne: Line, sales: Line) -> None:
    with tenant(acme):
        for line in (sanne, sales):
            change(line, forward_to=Target(external="+31612345601"))
        assert Destination.objects.count() == 1
        for broken in ({"dialable": sales.dialable, "external": "+31612345602"}, {}, {"external": "112"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Destination.objects.create(customer=acme, **broken)


def test_what_calls_go_to_cannot_be_removed_and_the_refusal_says_from_where(
    acme: Customer, sanne: Line, sales: Line
) -> None:
    with tenant(acme):
        change(sanne, forward_always=True, forward_to=Target(dialable=sales.dialable))
        assert [pointer.name for pointer in pointers_at(sales.dialable)] == ["Sanne Bakker (121)"]
        with pytest.raises(Refusal) as refused:
            services.remove_line(actor=system(acme), line=sales)
        assert "Sanne Bakker" in str(refused.value)
        change(sanne)
        services.remove_line(actor=system(acme), line=sales)
        assert not Dialable.objects.filter(extension="101").exists()


def test_a_removed_line_frees_its_number_and_its_phone_forgets_it(
    acme: Customer, sanne: Line, phone: NewDevice
) -> None:
    with tenant(acme):
        services.remove_line(actor=system(acme), line=sanne)
        assert PhoneNumber.objects.get(e164="+31887654001").dialable_id is None
        assert not ProvisioningAnswer.objects.exists()
        assert Device.objects.count() == 1


# --- devices ---


@pytest.mark.parametrize("mac", ["24:9A:D8:0A:46:B3", "24-9a-d8-0a-46-b3", "249ad80a46b3", "249A.D80A.46B3"])
def test_a_mac_address_in_any_spelling_is_the_same_and_taken(
    acme: Customer, phone: NewDevice, sanne: Line, mac: str
) -> None:
    with tenant(acme), pytest.raises(Refusal) as refused:
        services.create_device(actor=system(acme), customer=acme, model_code="yealink-t46u", mac=mac, lines=[sanne])
    assert refused.value.code == "mac_taken"


def test_a_model_carries_no_more_lines_than_it_has(acme: Customer, sanne: Line, sales: Line) -> None:
    with tenant(acme):
        third = services.create_line(actor=system(acme), customer=acme, display_name="Third", extension="103")
        with pytest.raises(Refusal) as refused:
            services.create_device(
                actor=system(acme),
                customer=acme,
                model_code="yealink-t31g",
                mac="249ad80a46b4",
                lines=[sanne, sales, third],
            )
        assert refused.value.code == "model_is_full"
        made = services.create_device(
            actor=system(acme), customer=acme, model_code="yealink-t31g", mac="249ad80a46b4", lines=[sanne, sales]
        )
        services.change_device_lines(actor=system(acme), device=made.device, lines=[sales])
        assert list(made.device.lines.all()) == [sales]


def test_a_generic_phone_needs_no_mac_address_and_has_no_answer(acme: Customer, sanne: Line) -> None:
    with tenant(acme):
        made = services.create_device(
            actor=system(acme), customer=acme, model_code="generic-sip", mac="", lines=[sanne]
        )
    assert made.device.mac is None
    assert not ProvisioningAnswer.objects.exists()


def test_three_secrets_are_three_and_none_is_kept_in_the_clear(acme: Customer, sanne: Line, phone: NewDevice) -> None:
    with tenant(acme):
        device, line = Device.objects.get(), Line.objects.get(pk=sanne.pk)
    kept = f"{device.password} {device.admin_password} {line.sip_secret}"
    assert phone.password not in kept
    assert len({device.password, device.admin_password, line.sip_secret}) == 3


def test_a_change_counts_the_phones_that_follow(acme: Customer, sanne: Line, sales: Line, phone: NewDevice) -> None:
    with tenant(acme):
        assert change(sanne, hide_caller_id=True).phones_to_follow == 1
        assert change(sanne, hide_caller_id=True).phones_to_follow == 0
        assert change(sales, hide_caller_id=True).phones_to_follow == 0


# --- the trail ---


def test_each_change_is_one_entry_with_from_and_to_and_no_secret(acme: Customer, owner: Actor, sanne: Line) -> None:
    with tenant(acme):
        services.set_forward(actor=owner, line=sanne, on=True, target=Target(external="+31612345601"))
        entry = AuditEntry.objects.get(verb="line.change")
        assert entry.user_name == "Alice Test"
        assert entry.changes == {"forward_always": [False, True], "forward_to": ["", "06 12 34 56 01"]}
        made = services.create_device(
            actor=owner, customer=acme, model_code="yealink-t46u", mac="249ad80a46b3", lines=[sanne]
        )
        told = repr(list(AuditEntry.objects.values()))
    assert made.password not in told


def test_a_save_that_changes_nothing_writes_nothing(acme: Customer, sanne: Line) -> None:
    with tenant(acme):
        change(sanne)
        assert not AuditEntry.objects.filter(verb="line.change").exists()


def test_one_employee_has_one_line_per_customer(acme: Customer, bob: User, sanne: Line, sales: Line) -> None:
    with tenant(acme), pytest.raises(IntegrityError), transaction.atomic():
        services.link_employee(actor=system(acme), line=sales, user=bob)


# --- other customers ---


def test_nothing_of_another_customer_can_be_read_or_pointed_at(
    acme: Customer, birch: Customer, sanne: Line, phone: NewDevice
) -> None:
    with tenant(birch):
        for model in (Line, Dialable, PhoneNumber, Device, DeviceLine, Destination):
            assert not model.objects.exists()
        with pytest.raises(DatabaseError):
            point_at(birch, sanne.pk)
    assert not Line.objects.exists()


@transaction.atomic
def point_at(customer: Customer, foreign_line: int) -> None:
    """A device of one customer that carries a line of another; plain foreign keys would let it."""
    device = Device.objects.create(
        customer=customer,
        model_code="yealink-t46u",
        mac="249ad80a46b9",
        login="birch-x",
        password="x",
        admin_password="x",
        password_made_at="2026-11-22T00:00:00Z",
    )
    DeviceLine.objects.create(customer=customer, device=device, line_id=foreign_line)
    with transaction.get_connection().cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

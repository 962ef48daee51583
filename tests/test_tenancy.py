"""The catalogue: every table has a class, and the database itself keeps tenants apart."""

from contextlib import nullcontext

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from accounts.access import system
from accounts.audit import record
from accounts.models import AuditEntry, Customer
from accounts.tenancy import (
    CROSSING,
    OWNER,
    Crossing,
    PlatformModel,
    TenantModel,
    crossing,
    customer_key,
    open_customer,
    tenant,
)
from telephony.models import PhoneNumber, Schedule
from tests.world import World

# Tables of libraries and of Django itself; they hold nothing of a customer.
PLATFORM_TABLES = {
    "account_emailaddress",
    "account_emailconfirmation",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "django_migrations",
    "django_session",
    "mfa_authenticator",
}


def tables() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace"
        )
        return {name for (name,) in cursor.fetchall()}


def tenant_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if customer_key(model)]


@pytest.mark.django_db
def test_every_table_has_a_class() -> None:
    platform = {model._meta.db_table for model in apps.get_models() if issubclass(model, PlatformModel)}
    tenants = {model._meta.db_table for model in tenant_models()}
    assert tables() == platform | tenants | PLATFORM_TABLES
    assert not platform & tenants


@pytest.mark.django_db
def test_every_tenant_table_forces_row_level_security_with_one_plain_policy_for_the_web_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
                      array_agg(concat_ws(' ', p.polname, array_to_string(p.polroles::regrole[], ','), pg_get_expr(p.polqual, p.polrelid))
                                ORDER BY p.polname)
               FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid
               WHERE c.relnamespace = 'public'::regnamespace GROUP BY 1, 2"""
        )
        found = {name: (forced, policies) for name, forced, policies in cursor.fetchall()}
    assert set(found) == {model._meta.db_table for model in tenant_models()}
    plain = "tenant centrale_web (customer_id = ( SELECT (NULLIF(current_setting('centrale.customer'::text, true), ''::text))::bigint AS \"nullif\"))"
    assert {
        name for name, value in found.items() if value != (True, [f"everyone {CROSSING},{OWNER} true", plain])
    } == set()


@pytest.mark.django_db
def test_between_tenant_tables_every_foreign_key_has_a_composite_one_beside_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT conrelid::regclass::text, array_agg(attname::text ORDER BY attname) FROM pg_constraint
               JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)
               WHERE contype = 'f' AND conparentid = 0 GROUP BY conrelid, pg_constraint.oid"""
        )
        keys = {(table.strip('"'), tuple(columns)) for table, columns in cursor.fetchall()}
    missing = [
        f"{model._meta.db_table}.{field.column}"
        for model in tenant_models()
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey)
        and isinstance(field.related_model, type)
        and field is not customer_key(model)
        if customer_key(field.related_model)
        and (model._meta.db_table, tuple(sorted(("customer_id", field.column)))) not in keys
    ]
    assert missing == []


@pytest.mark.django_db
def test_every_unique_rule_of_a_tenant_table_holds_the_customer_or_is_platform_unique_by_nature() -> None:
    by_nature = {
        "mac",
        "e164",
        "number",
        "username",
        "email",
        "iccid",
        "msisdn",
        "sip_user",
        "login",
        "provisioning_login",
        "token_hash",
    }
    wrong = []
    for model in tenant_models():
        rules = [rule.fields for rule in model._meta.constraints if isinstance(rule, models.UniqueConstraint)]
        rules += [
            (field.name,)
            for field in model._meta.local_fields
            if field.unique and not field.primary_key and not isinstance(field, models.OneToOneField)
        ]
        wrong += [
            f"{model._meta.label}{rule}" for rule in rules if "customer" not in rule and not by_nature & set(rule)
        ]
    assert [rule for rule in wrong if not rule.startswith("cdr.CallRecord")] == []


@pytest.mark.django_db
def test_the_web_role_is_no_superuser_bypasses_nothing_and_has_no_rights_on_partitions() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("centrale_web", False, False, False, False)
        cursor.execute(
            "SELECT pg_has_role('centrale_web', 'centrale_owner', 'MEMBER'), pg_has_role('centrale_web', 'centrale_crossing', 'USAGE')"
        )
        assert cursor.fetchone() == (False, False)
        cursor.execute(
            """SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'
               AND has_table_privilege('centrale_web', oid, 'SELECT,INSERT,UPDATE,DELETE')"""
        )
        assert cursor.fetchall() == []


@pytest.mark.django_db
def test_without_a_door_every_tenant_table_reads_empty(acme: Customer) -> None:
    with tenant(acme):
        record(actor=system(acme), verb="test", obj=acme)
    assert all(not model._default_manager.exists() for model in tenant_models())


@pytest.mark.django_db
def test_in_one_customers_rooms_anothers_rows_cannot_be_read_changed_or_deleted(
    acme: Customer, birch: Customer
) -> None:
    with tenant(birch):
        theirs = record(actor=system(birch), verb="test", obj=birch)
        hours = Schedule.objects.create(customer=birch, name="Hours")
    with tenant(acme):
        assert not Schedule.objects.filter(pk=hours.pk).exists()
        assert not AuditEntry.objects.filter(pk=theirs.pk).exists()
        assert AuditEntry.objects.filter(pk=theirs.pk).update(user=None) == 0
        assert Schedule.objects.filter(pk=hours.pk).update(name="mine") == 0
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM telephony_schedule WHERE id = %s", [hours.pk])
            assert cursor.rowcount == 0
    with tenant(birch):
        assert Schedule.objects.get(pk=hours.pk).name == "Hours"


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["UPDATE accounts_auditentry SET note = 'x'", "DELETE FROM accounts_auditentry"])
def test_nobody_rewrites_the_audit_trail(acme: Customer, change: str) -> None:
    with tenant(acme):
        record(actor=system(acme), verb="test", obj=acme)
        for door in (nullcontext(), crossing(Crossing.OPERATE)):
            with (
                pytest.raises(DatabaseError, match="permission denied"),
                transaction.atomic(),
                door,
                connection.cursor() as cursor,
            ):
                cursor.execute(change)


@pytest.mark.django_db
def test_a_row_for_another_customer_is_refused(acme: Customer, birch: Customer) -> None:
    with tenant(acme), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        AuditEntry.objects.create(
            customer=birch, user_name="x", door="page", verb="x", object_type="x", object_name="x"
        )


@pytest.mark.django_db
def test_doors_close_behind_and_restore_what_was_open(acme: Customer, birch: Customer) -> None:
    with tenant(acme):
        with tenant(birch):
            assert open_customer() == birch.pk
        with crossing(Crossing.OPERATE), connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == (CROSSING,)
            with tenant(birch):
                cursor.execute("SELECT current_user, current_setting('centrale.customer')")
                assert cursor.fetchone() == ("centrale_web", str(birch.pk))
        assert open_customer() == acme.pk
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user, current_setting('centrale.customer')")
            assert cursor.fetchone() == ("centrale_web", str(acme.pk))


@pytest.mark.django_db
def test_a_door_closes_behind_an_error_too(acme: Customer, birch: Customer) -> None:
    with tenant(acme):
        with pytest.raises(ZeroDivisionError), crossing(Crossing.OPERATE), tenant(birch):
            raise ZeroDivisionError
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user, current_setting('centrale.customer')")
            assert cursor.fetchone() == ("centrale_web", str(acme.pk))


def test_a_customer_that_is_not_saved_has_no_rooms() -> None:
    with pytest.raises(TypeError, match="not saved"), tenant(Customer(reference="new")):
        pass


def test_the_base_class_marks_a_tenant_table() -> None:
    assert issubclass(AuditEntry, models.Model)
    assert TenantModel._meta.abstract


@pytest.mark.django_db
def test_a_furnished_customers_rows_are_in_no_other_rooms_and_in_none_without_a_door(
    world: World, birch: Customer
) -> None:
    with tenant(world.customer):
        kept = [model for model in tenant_models() if model._default_manager.exists()]
    assert len(kept) > 25
    with tenant(birch):
        seen = [model._meta.label for model in kept if model._default_manager.exists()]
    outside = [model._meta.label for model in kept if model._default_manager.exists()]
    assert (seen, outside) == ([], [])


@pytest.mark.django_db
def test_a_month_of_calls_cannot_be_read_past_its_parent(world: World) -> None:
    partition = f"cdr_callrecord_y{world.month.year:04}m{world.month.month:02}"
    with (
        tenant(world.customer),
        connection.cursor() as cursor,
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
    ):
        cursor.execute(f'SELECT * FROM "{partition}"')  # noqa: S608 - a name of our own


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["orm", "sql"])
def test_another_customers_row_cannot_be_pointed_at(world: World, birch: Customer, way: str) -> None:
    with tenant(birch):
        number = PhoneNumber.objects.create(customer=birch, e164="+31416555009")
        theirs = world.line.dialable_id
        with transaction.atomic(), connection.cursor() as cursor:
            if way == "orm":
                PhoneNumber.objects.filter(pk=number.pk).update(dialable=theirs)
            else:
                cursor.execute("UPDATE telephony_phonenumber SET dialable_id = %s WHERE id = %s", [theirs, number.pk])
            # What a commit would do: these constraints wait until then.
            with pytest.raises(IntegrityError, match="same_customer"):
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            transaction.set_rollback(True)

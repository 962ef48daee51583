"""Tenancy: which class every table is of, the two doors into tenant data, and the migration operations that hold them.

A *tenant* table carries a ``CustomerKey`` and one plain equality policy for the web role. Outside a door it reads
empty. ``tenant(customer)`` opens the rooms of one customer, ``crossing(why)`` opens all of them for a reviewed reason.
Both last until the end of their ``with`` block, never longer than the transaction.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, ClassVar

from django.apps import apps as registry
from django.apps.registry import Apps
from django.db import connection, connections, models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

log = logging.getLogger(__name__)

OWNER, WEB, CROSSING, PROVISION = "centrale_owner", "centrale_web", "centrale_crossing", "centrale_provision"
SETTING = "centrale.customer"
# A sub-select keeps the comparison an index condition; a CASE or a second branch here would cost a full scan of every table.
POLICY = f"customer_id = (select nullif(current_setting('{SETTING}', true), '')::bigint)"


class Crossing(StrEnum):
    """Every reason to look across customers. A new one is reviewed here, with its sentence."""

    INGEST = "load call records, which belong to customers only once they are read"
    RATING = "rate records again and share out bundles, which pages may not write"
    USAGE = "load mobile usage, which names subscriptions of every customer"
    FRAUD = "list whose calls are looked at for signs of fraud, one task a customer"
    RETENTION = "mask numbers that are past their time of keeping, and list whose calls have any"
    EXPORTS = "list which customers have files of calls to make, to throw away, or left by a dead worker"
    BILLING_FAN_OUT = "list what must be billed, one task a customer"
    LIMITS = "list which customers have a spending limit, one task a customer"
    HOLIDAYS = "list whose holidays are kept up to date and wait for a year, one task a customer"
    OPERATE = "pages of the provider's operators"
    PARTNER_OVERVIEW = "a partner's overview of that partner's own customers"
    PROVISION_RENDER = "find the device behind a provisioning login"
    PLATFORM_AUDIT = "write down a change to something that belongs to no customer"
    UNIQUE_NUMBER = "tell whether a number, MAC address or SIM is in use anywhere on the platform"
    EMPLOYEE_LINE = "find the line of the signed-in user before a customer is chosen"
    DEMO = "fill an empty installation with demonstration data"


class PlatformModel(models.Model):
    """A table that belongs to the provider as a whole and carries no policy."""

    # Columns that portal.lib.crypto encrypts, which manage.py rotate_keys encrypts again.
    encrypted: ClassVar[tuple[str, ...]] = ()
    # Roles beside the web role that may read the table.
    reader_roles: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True


class CustomerKey(models.ForeignKey):  # type: ignore[type-arg]
    """The foreign key that makes a table a tenant table."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("to", "accounts.Customer")
        kwargs.setdefault("on_delete", models.PROTECT)
        kwargs.setdefault("related_name", "+")
        kwargs.setdefault("db_index", False)  # UNIQUE (customer, id) already leads with it
        kwargs.setdefault("editable", False)
        super().__init__(**kwargs)


class TenantModel(models.Model):
    """A table in which every row belongs to one customer."""

    encrypted: ClassVar[tuple[str, ...]] = ()  # as in PlatformModel
    customer = CustomerKey()

    class Meta:
        abstract = True


class TrailModel(models.Model):
    """A tenant table that is added to and never changed; only who did it may become unknown, when a user is removed."""

    class Meta:
        abstract = True


class AppendOnlyModel(models.Model):
    """A tenant table that the web role only reads; workers add to it through a crossing. Nothing has a foreign key to it."""

    customer = CustomerKey()

    class Meta:
        abstract = True


def customer_key(model: type[models.Model]) -> CustomerKey | None:
    """The field that makes ``model`` a tenant table, or None."""
    return next((field for field in model._meta.local_fields if isinstance(field, CustomerKey)), None)


# --- doors ---


def _doors() -> list[tuple[str, str]]:
    stack: list[tuple[str, str]] | None = getattr(connection, "centrale_doors", None)
    if stack is None:
        stack = []
        connection.centrale_doors = stack  # type: ignore[attr-defined]
    return stack


def _turn(role: str, customer: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT set_config('role', %s, true), set_config('{SETTING}', %s, true)", [role, customer])


@contextmanager
def _door(role: str, customer: str) -> Iterator[None]:
    doors = _doors()
    with transaction.atomic():
        _turn(role, customer)
        doors.append((role, customer))
        try:
            yield
        finally:
            doors.pop()
        # After an exception the roll-back to the savepoint has undone both settings; after a success they outlive it.
        if not connection.needs_rollback:
            _turn(*(doors[-1] if doors else ("none", "")))


@contextmanager
def tenant(customer: "models.Model | int") -> Iterator[None]:
    """Open the rooms of one customer (object or id) for the length of the block, in a transaction of its own or the one around it."""
    key = customer if isinstance(customer, int) else customer.pk
    if not isinstance(key, int):
        msg = "a customer that is not saved has no rooms"
        raise TypeError(msg)
    with _door("none", str(key)):
        yield


@contextmanager
def crossing(why: Crossing) -> Iterator[None]:
    """Open the rooms of every customer, for one of the reviewed reasons; each use is logged."""
    log.info("crossing", extra={"crossing": why.name})
    with _door(CROSSING, ""):
        yield


def open_customer() -> int | None:
    """The id of the customer whose door is open on this connection, or None."""
    doors = _doors()
    return int(doors[-1][1]) if doors and doors[-1][1] else None


# --- migrations ---


class CreateMonthPartitioned(CreateModel):
    """CreateModel for a table partitioned by month over the timestamp column ``by``; months are made by ``centrale_make_month``."""

    def __init__(self, *args: Any, by: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        plain = schema_editor.sql_create_table
        column = schema_editor.quote_name(self.by)
        schema_editor.sql_create_table = f"{plain} PARTITION BY RANGE ({column})"
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        finally:
            schema_editor.sql_create_table = plain


class SecureTenants(Operation):
    """Row-level security and composite keys for every tenant table of the app; the last operation of each migration that touches one."""

    reversible = True
    reduces_to_sql = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Nothing that Django's state knows of changes."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        del from_state
        tables = [model for model in _models(to_state.apps, app_label) if customer_key(model)]
        for model in tables:
            for statement in tenant_statements(model):
                schema_editor.execute(statement)
        for model in tables:
            for statement in composite_key_statements(model):
                schema_editor.execute(statement)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """The tables go with their own operations, and their policies with them."""

    def describe(self) -> str:
        return "Secure the tenant tables of the app"


def _models(apps: Apps, app_label: str) -> list[type[models.Model]]:
    return list(apps.get_app_config(app_label).get_models(include_auto_created=True))


def tenant_statements(model: type[models.Model]) -> list[str]:
    """Statements that put the policies on a tenant table; running them twice changes nothing."""
    table = model._meta.db_table
    statements = [
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
        f'DROP POLICY IF EXISTS tenant ON "{table}"',
        f'CREATE POLICY tenant ON "{table}" TO {WEB} USING ({POLICY})',
        f'DROP POLICY IF EXISTS everyone ON "{table}"',
        f'CREATE POLICY everyone ON "{table}" TO {CROSSING}, {OWNER} USING (true)',
    ]
    if isinstance(model._meta.pk, models.AutoField | models.BigAutoField | models.OneToOneField):
        key = model._meta.pk.column
        statements.append(_once(table, f"{table}_customer_row"[:63], f'UNIQUE (customer_id, "{key}")'))
    return statements


def composite_key_statements(model: type[models.Model]) -> list[str]:
    """Statements that tie (customer, x) to (customer, id) of the other table: plain foreign-key checks bypass row-level security."""
    table = model._meta.db_table
    statements = []
    for field in model._meta.local_fields:
        target = field.related_model
        if isinstance(field, CustomerKey) or not isinstance(field, models.ForeignKey) or not isinstance(target, type):
            continue
        if not customer_key(target):
            continue
        name = f"{table}_{field.column}_same_customer"
        rule = (
            f'FOREIGN KEY (customer_id, "{field.column}") REFERENCES "{target._meta.db_table}" '
            f'(customer_id, "{field.target_field.column}") DEFERRABLE INITIALLY DEFERRED'
        )
        statements.append(_once(table, name if len(name) <= 63 else name[:50] + "_same_cust", rule))
    return statements


def _once(table: str, name: str, rule: str) -> str:
    there = f"SELECT 1 FROM pg_constraint WHERE conname = '{name}' AND conrelid = '\"{table}\"'::regclass"  # noqa: S608 - names of models
    return (
        f'DO $$ BEGIN IF NOT EXISTS ({there}) THEN ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {rule}; END IF; END $$'
    )


def grant_statements(apps: Apps, existing: set[str]) -> list[str]:
    """What each role may do with each existing table. Rights are given by name, so a partition, which is in no list, has none."""
    statements = [
        f"GRANT USAGE ON SCHEMA public TO {WEB}, {CROSSING}, {PROVISION}",
        f"GRANT SELECT ON django_migrations TO {WEB}",
    ]
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        if model._meta.proxy or table not in existing:
            continue
        web, crossing_too = _rights(model)
        statements.append(f'REVOKE ALL ON "{table}" FROM PUBLIC, {WEB}, {CROSSING}, {PROVISION}')
        statements.append(f'GRANT {web} ON "{table}" TO {WEB}')
        statements.append(f'GRANT {crossing_too} ON "{table}" TO {CROSSING}')
        statements += [f'GRANT SELECT ON "{table}" TO {role}' for role in getattr(model, "reader_roles", ())]
    return statements


def _rights(model: type[models.Model]) -> tuple[str, str]:
    """What the web role may do with a table, and what it may do in a crossing."""
    everything = "SELECT, INSERT, UPDATE, DELETE"
    if issubclass(model, TrailModel):
        added = "SELECT, INSERT, UPDATE (user_id)"
        return added, added
    if issubclass(model, AppendOnlyModel):
        return "SELECT", everything
    return everything, everything


def give_rights(*, using: str, **_: Any) -> None:
    """After every migration each role gets its rights, table by table."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        for statement in grant_statements(registry, set(connections[using].introspection.table_names(cursor))):
            cursor.execute(statement)

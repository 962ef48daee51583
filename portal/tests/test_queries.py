"""Queries that are written once: what is given changes with each answer, the words and the door of the customer hold."""

import datetime as dt

import pytest
from django.db.models import BigIntegerField, CharField, DateTimeField, F, QuerySet, Sum
from django.db.models.functions import Cast
from pytest_django import DjangoAssertNumQueries

from accounts.access import Capability
from accounts.models import Customer, Notice
from accounts.services import notify
from accounts.tenancy import tenant
from portal.queries import Among, Given, Written

REFERENCES = Written[tuple[str]](
    lambda: Customer.objects.filter(Among(F("reference"), Given("names", CharField()))).values_list("reference")
)


def tell(customer: Customer, link: str = "/", **values: int) -> None:
    notify(customer=customer, kind="spend_guard.premium", values=values, link=link, capability=Capability.VIEW_CALLS)


def references(*names: str) -> set[str]:
    return {reference for (reference,) in REFERENCES.rows(names=list(names))}


@pytest.mark.django_db
def test_each_answer_is_for_the_values_that_were_given_last(acme: Customer, birch: Customer) -> None:
    answers = [references("acme"), references("birch"), references("acme", "birch", "nobody"), references()]
    assert answers == [{"acme"}, {"birch"}, {"acme", "birch"}, set()]


@pytest.mark.django_db
def test_a_query_is_built_once_and_asked_each_time(
    acme: Customer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    built = []

    def build() -> QuerySet[Customer, tuple[int]]:
        built.append(True)
        return Customer.objects.filter(pk=Given("key", BigIntegerField())).values_list("pk")

    query = Written[tuple[int]](build)
    with django_assert_num_queries(3):
        answers = [query.rows(key=key) for key in (acme.pk, acme.pk + 1, acme.pk)]
    assert (answers, built) == ([[(acme.pk,)], [], [(acme.pk,)]], [True])


@pytest.mark.django_db
def test_what_is_given_is_never_read_as_sql(acme: Customer) -> None:
    assert references("acme') OR ('1' = '1") == set()


@pytest.mark.django_db
def test_a_value_that_is_not_given_is_an_error_and_not_an_empty_answer() -> None:
    with pytest.raises(KeyError, match="names"):
        REFERENCES.rows()


def test_a_distinct_that_is_ordered_by_another_column_is_refused_because_its_rows_would_be_wider() -> None:
    query = Written[tuple[str]](lambda: Customer.objects.order_by("reference").values_list("name").distinct())
    with pytest.raises(ValueError, match="DISTINCT"):
        query.rows()


@pytest.mark.django_db
def test_the_same_query_sees_in_each_room_what_is_there(acme: Customer, birch: Customer) -> None:
    links = Written[tuple[str]](lambda: Notice.objects.order_by("pk").values_list("link"))
    seen = []
    for customer in (acme, birch):
        tell(customer, link=f"/{customer.reference}/")
    for customer in (acme, birch, acme):
        with tenant(customer):
            seen.append(links.rows())
    assert (seen, links.rows()) == ([[("/acme/",)], [("/birch/",)], [("/acme/",)]], [])


@pytest.mark.django_db
def test_columns_come_as_the_model_reads_them(acme: Customer) -> None:
    """PostgreSQL sums a number of eight bytes to a decimal, and holds JSON as text."""
    values = Written[tuple[dict[str, int], int]](
        lambda: (
            Notice.objects.filter(at__gte=Given("since", DateTimeField()))
            .values_list("values")
            .annotate(keys=Sum(Cast("pk", BigIntegerField())))
            .order_by()
        )
    )
    tell(acme, spent=80)
    with tenant(acme):
        ((told, keys),) = values.rows(since=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        assert (told, keys, type(keys)) == ({"spent": 80}, Notice.objects.get().pk, int)

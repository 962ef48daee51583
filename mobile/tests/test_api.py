"""Mobile in the API: the same rows and rights as on the pages, and no SIM secrets."""

from typing import Any

import pytest
from rest_framework.test import APIRequestFactory, force_authenticate

from accounts.models import User
from mobile.api import MobileUsage, Subscriptions
from mobile.models import MobileSubscription

type Fleet = dict[str, MobileSubscription]


def ask(user: User, view: Any, query: str = "", **key: Any) -> Any:
    request = APIRequestFactory().get(f"/api/v1/mobile/{query}")
    force_authenticate(request, user=user)
    action = "retrieve" if key else "list"
    return view.as_view({"get": action}, detail=bool(key))(request, **key)


def test_subscriptions_are_listed_and_filtered_without_secrets(alice: User, fleet: Fleet) -> None:
    assert len(ask(alice, Subscriptions).data["results"]) == 4
    (row,) = ask(alice, Subscriptions, "?q=werk").data["results"]
    assert (row["msisdn"], row["data_bundle"]) == ("+31612345604", 2 * 10**9)
    assert not {"iccid", "puk_secret"} & set(row)


def test_the_usage_of_a_month_is_that_of_the_page(alice: User, fleet: Fleet) -> None:
    document = ask(alice, MobileUsage, "?month=2026-11").data
    assert document["outside"] == "39.300000"
    assert (document["groups"][0]["size"], document["groups"][0]["used"]) == (15 * 10**9, 11_700_000_000)
    over = [row["msisdn"] for row in document["subscriptions"] if row["data_use"]["standing"] == "over"]
    assert over == ["+31612345604"]


def test_a_month_that_is_none_is_said_at_its_name(alice: User, fleet: Fleet) -> None:
    answer = ask(alice, MobileUsage, "?month=nov")
    assert answer.status_code == 400
    assert "month" in answer.data["errors"]


@pytest.mark.parametrize("view", [Subscriptions, MobileUsage])
def test_another_customer_sees_nothing_of_it(carol: User, fleet: Fleet, view: Any) -> None:
    document = ask(carol, view).data
    assert not document.get("results", document.get("subscriptions"))
    assert ask(carol, Subscriptions, pk=fleet["Joost"].pk).status_code == 404


@pytest.mark.parametrize("view", [Subscriptions, MobileUsage])
def test_a_colleague_without_access_to_mobile_is_told_no(bob: User, fleet: Fleet, view: Any) -> None:
    assert ask(bob, view).status_code == 403

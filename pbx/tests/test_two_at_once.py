"""Two who set night mode, or one group, at the same moment."""

import pytest

from accounts.access import Actor
from accounts.models import AuditEntry, Customer
from accounts.tenancy import tenant
from pbx import services
from pbx.models import ExchangeSettings, HuntGroup
from pbx.services import GroupSettings
from pbx.tests.test_blocks import change_sales
from telephony.selectors import Target
from tests.other import at_once

ELSEWHERE = Target(external="+31201234567")

pytestmark = pytest.mark.django_db(transaction=True)


def test_night_mode_is_switched_on_where_somebody_just_sent_it(
    acme: Customer, actor: Actor, acme_exchange: ExchangeSettings
) -> None:
    at_once(
        acme,
        lambda: services.change_night(
            actor=actor, settings=acme_exchange, mode="off", target=ELSEWHERE, schedule=None, holidays=None
        ),
        lambda: services.set_night_mode(actor=actor, settings=acme_exchange, mode="on"),
    )
    with tenant(acme):
        settings = ExchangeSettings.objects.select_related("night_target").get()
        assert settings.night_target is not None
        assert (settings.night_mode, settings.night_target.external) == ("on", ELSEWHERE.external)


def test_the_log_of_a_group_tells_of_each_what_that_one_changed(
    acme: Customer, actor: Actor, acme_exchange: ExchangeSettings
) -> None:
    with tenant(acme):
        group = HuntGroup.objects.select_related("dialable").get(dialable__extension="101")

    def change(wait_seconds: int) -> None:
        change_sales(actor, group, GroupSettings(wait_seconds=wait_seconds, overflow=ELSEWHERE))

    at_once(acme, lambda: change(30), lambda: change(40))
    with tenant(acme):
        last = AuditEntry.objects.filter(verb="hunt_group.change").latest("pk")
        assert last.changes == {"wait_seconds": [30, 40]}

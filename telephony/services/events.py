"""What phones did, stored after they were answered."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db import models, transaction
from django.utils import timezone

from accounts.tenancy import tenant
from telephony import selectors
from telephony.models import Device, PhoneFile, ProvisioningAnswer, ProvisioningEvent
from telephony.provisioning.agents import read_user_agent
from telephony.provisioning.gate import Event
from telephony.services.links import spend_links
from telephony.services.rotation import settle

EVENTS_KEPT = dt.timedelta(days=30)
SAME_EVENT = ("device_id", "at", "outcome", "address", "etag", "size")


def store_events(events: Sequence[Event], *, again: bool = False) -> int:
    """Put what phones did into the history of their devices; names that no device has are dropped. Returns how many
    were found; `again` leaves out those that were stored before.
    """
    answers = {
        answer.login: answer
        for answer in ProvisioningAnswer.objects.filter(login__in={event.name for event in events}).only(
            "login", "customer_id", "device_id"
        )
    }
    by_customer: defaultdict[int, list[ProvisioningEvent]] = defaultdict(list)
    for event in events:
        if (answer := answers.get(event.name)) is not None:
            by_customer[answer.customer_id].append(_row(event, answer))
    spend_links({event.link for event in events if event.link})
    used = _newest(events, answers)
    for customer_id, rows in by_customer.items():
        with tenant(customer_id), transaction.atomic():
            present = set(Device.objects.filter(pk__in={row.device_id for row in rows}).values_list("pk", flat=True))
            new = without_stored(rows, SAME_EVENT) if again else rows
            ProvisioningEvent.objects.bulk_create(row for row in new if row.device_id in present)
            ProvisioningEvent.objects.filter(at__lt=timezone.now() - EVENTS_KEPT).delete()
            _take_answers(present)
            _keep_fetched([row for row in rows if row.device_id in present and row.outcome in selectors.FETCHES])
            settle(
                {device: at for device, at in used.items() if device in present},
                {row.device_id for row in rows if row.outcome in selectors.FETCHES} & present,
            )
    return sum(len(rows) for rows in by_customer.values())


def without_stored[Row: (ProvisioningEvent, PhoneFile)](rows: Sequence[Row], same: Sequence[str]) -> list[Row]:
    """Those of a customer's rows of which none is there that is the same in these columns, `device_id` and `at` among them."""
    if not rows:
        return []
    near = type(rows[0]).objects.filter(device_id__in={row.device_id for row in rows}, at__in={row.at for row in rows})
    stored = set(near.values_list(*same))
    return [row for row in rows if tuple(getattr(row, name) for name in same) not in stored]


def _take_answers(devices: set[int]) -> None:
    """Those of them that may be changed here, in the order in which they are rendered, so that neither waits for the other."""
    changes = models.Q(previous_until__isnull=False) | ~models.Q(fetched_etag=models.F("etag"))
    rows = ProvisioningAnswer.objects.filter(changes, device_id__in=devices).order_by("device_id")
    list(rows.select_for_update(no_key=True).values_list("pk"))


def _keep_fetched(rows: Sequence[ProvisioningEvent]) -> None:
    """Keep what phones fetched beside what they would get, unless that changed meanwhile."""
    ready = ProvisioningAnswer.objects.filter(
        device_id__in={row.device_id for row in rows}, etag__in={row.etag for row in rows}
    )
    ready.exclude(fetched_etag=models.F("etag")).update(fetched_etag=models.F("etag"), fetched_body=models.F("body"))


def _newest(events: Sequence[Event], answers: Mapping[str, ProvisioningAnswer]) -> dict[int, dt.datetime]:
    """When each device last showed its present password, by its id."""
    return {
        answers[event.name].device_id: dt.datetime.fromtimestamp(event.at, dt.UTC)
        for event in sorted(events, key=lambda each: each.at)
        if event.newest and event.name in answers
    }


def _row(event: Event, answer: ProvisioningAnswer) -> ProvisioningEvent:
    agent = read_user_agent(event.agent)
    return ProvisioningEvent(
        customer_id=answer.customer_id,
        device_id=answer.device_id,
        at=dt.datetime.fromtimestamp(event.at, dt.UTC),
        outcome=event.outcome,
        address=event.address,
        etag=event.etag,
        size=event.size,
        firmware=agent.firmware,
        agent_model=agent.model,
        agent_mac=agent.mac,
    )

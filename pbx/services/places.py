"""What every place of the exchange can have: a night rule; and the plain ones, voicemail boxes and the fax."""

from dataclasses import dataclass

from django.db import transaction

from accounts import audit
from accounts.access import Actor
from accounts.models import Customer
from pbx import rules
from pbx.models import ExchangeSettings, NightRule, VoicemailBox
from telephony.models import Dialable, PhoneNumber
from telephony.selectors import Target
from telephony.services import create_dialable
from telephony.services.dialables import usable_destination


@dataclass(frozen=True, slots=True)
class NightChoice:
    """What one place does with night mode, perhaps with a destination of its own."""

    setting: str = NightRule.Setting.FOLLOW
    target: Target | None = None


FOLLOW = NightChoice()


@transaction.atomic
def set_night_rule(*, actor: Actor, dialable: Dialable, night: NightChoice) -> None:
    """What one dialable does with night mode: follow the company, never, always."""
    before = NightRule.objects.filter(dialable=dialable).select_related("target__dialable").first()
    found = usable_destination(customer=dialable.customer, target=night.target, field="night_target")
    rules.does_not_point_at_itself(dialable, found, field="night_target")
    settings = ExchangeSettings.objects.filter(customer=dialable.customer).select_related("night_target").first()
    rules.own_night_has_a_target(night.setting, found, settings.night_target if settings else None)
    if night.setting == NightRule.Setting.FOLLOW and found is None:
        after = None
        NightRule.objects.filter(dialable=dialable).delete()
    else:
        after, _made = NightRule.objects.update_or_create(
            dialable=dialable, customer=dialable.customer, defaults={"setting": night.setting, "target": found}
        )
    changed = audit.changes(_shown(before), _shown(after))
    if changed:
        audit.record(actor=actor, verb="night_rule.set", obj=dialable, changes=changed)


def _shown(rule: NightRule | None) -> dict[str, object]:
    if rule is None:
        return {"setting": NightRule.Setting.FOLLOW.value, "target": ""}
    return {"setting": rule.setting, "target": str(rule.target or "")}


@transaction.atomic
def create_voicemail(
    *,
    actor: Actor,
    customer: Customer,
    name: str,
    extension: str | None,
    number: PhoneNumber | None = None,
    records: bool = True,
    mail_to: str = "",
) -> VoicemailBox:
    """Make a voicemail box of the company or a department; extension 999 is the company's own."""
    rules.messages_have_an_address(records, mail_to)
    dialable = create_dialable(
        actor=actor,
        customer=customer,
        kind=Dialable.Kind.VOICEMAIL,
        display_name=name,
        extension=extension,
        number=number,
    )
    box = VoicemailBox.objects.create(customer=customer, dialable=dialable, records=records, mail_to=mail_to)
    audit.record(actor=actor, verb="voicemail.create", obj=box)
    return box


@transaction.atomic
def change_voicemail(*, actor: Actor, box: VoicemailBox, records: bool, mail_to: str) -> VoicemailBox:
    """Set whether a box takes messages, and who gets them."""
    rules.messages_have_an_address(records, mail_to)
    before = audit.snapshot(box, ("records", "mail_to"))
    box.records, box.mail_to = records, mail_to
    changed = audit.changes(before, audit.snapshot(box, ("records", "mail_to")))
    if changed:
        box.save(update_fields=["records", "mail_to"])
        audit.record(actor=actor, verb="voicemail.change", obj=box, changes=changed)
    return box


@transaction.atomic
def create_fax(
    *, actor: Actor, customer: Customer, name: str, extension: str | None, number: PhoneNumber | None = None
) -> Dialable:
    """Make the company's fax; extension 998 is its own."""
    dialable = create_dialable(
        actor=actor, customer=customer, kind=Dialable.Kind.FAX, display_name=name, extension=extension, number=number
    )
    audit.record(actor=actor, verb="fax.create", obj=dialable)
    return dialable

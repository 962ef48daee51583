"""The trail in words: what each verb says and what each field is called. Unknown ones still read decently."""

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import BooleanField, Field
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.audit_values import is_nothing, name_of, note_of, value_of
from accounts.models import AuditEntry

# verb -> (sentence with %(who)s and %(what)s, icon). Other apps' verbs stand here too, so that one page can say them
# all.
VERBS: Mapping[str, tuple[str | Promise, str]] = {
    "user.create": (gettext_lazy("%(who)s made the log-in of %(what)s"), "person"),
    "user.details": (gettext_lazy("%(who)s changed the details of %(what)s"), "pencil"),
    "user.username": (gettext_lazy("%(who)s changed the user name of %(what)s"), "pencil"),
    "user.email": (gettext_lazy("%(who)s changed the e-mail address of %(what)s"), "mail"),
    "user.password_link": (gettext_lazy("%(who)s sent %(what)s a link to set a password"), "key"),
    "membership.add": (gettext_lazy("%(who)s gave %(what)s a place here"), "users"),
    "membership.roles": (gettext_lazy("%(who)s changed the rights of %(what)s"), "shield"),
    "membership.block": (gettext_lazy("%(who)s blocked %(what)s"), "block"),
    "membership.unblock": (gettext_lazy("%(who)s unblocked %(what)s"), "unlock"),
    "membership.remove": (gettext_lazy("%(who)s removed %(what)s"), "trash"),
    "invitation.send": (gettext_lazy("%(who)s invited %(what)s"), "send"),
    "invitation.send_again": (gettext_lazy("%(who)s invited %(what)s again"), "send"),
    "invitation.withdraw": (gettext_lazy("%(who)s withdrew the invitation of %(what)s"), "undo"),
    "token.create": (gettext_lazy("%(who)s made the API key %(what)s"), "key"),
    "token.revoke": (gettext_lazy("%(who)s revoked the API key %(what)s"), "key"),
    "customer.enter": (gettext_lazy("%(who)s entered the rooms of %(what)s as partner"), "building"),
    "customer.create": (gettext_lazy("%(who)s made the customer %(what)s"), "building"),
    "customer.change": (gettext_lazy("%(who)s changed the customer %(what)s"), "building"),
    "partner.create": (gettext_lazy("%(who)s made the partner %(what)s"), "group"),
    "partner.change": (gettext_lazy("%(who)s changed the partner %(what)s"), "group"),
    "brand.create": (gettext_lazy("%(who)s made the brand %(what)s"), "tag"),
    "brand.change": (gettext_lazy("%(who)s changed the brand %(what)s"), "tag"),
    "exchange.start": (gettext_lazy("%(who)s started the exchange"), "exchange"),
    "exchange.company": (gettext_lazy("%(who)s changed the company number"), "exchange"),
    "exchange.night": (gettext_lazy("%(who)s changed the night mode of the company"), "moon"),
    "exchange.night_mode": (gettext_lazy("%(who)s switched the night mode of the company"), "moon"),
    "saved_filter.keep": (gettext_lazy("%(who)s saved the filter %(what)s"), "plus"),
    "saved_filter.rename": (gettext_lazy("%(who)s renamed the filter %(what)s"), "pencil"),
    "saved_filter.remove": (gettext_lazy("%(who)s removed the filter %(what)s"), "trash"),
    "calls.export": (gettext_lazy("%(who)s took a file of calls of %(what)s"), "download"),
    "customer.tariff": (gettext_lazy("%(who)s chose another tariff for %(what)s"), "receipt"),
    "customer.own_prices": (gettext_lazy("%(who)s agreed prices of its own with %(what)s"), "receipt"),
    "customer.own_price_ended": (gettext_lazy("%(who)s ended a price of its own of %(what)s"), "receipt"),
    "mobile.sim_block": (gettext_lazy("%(who)s blocked the SIM of %(what)s"), "lock"),
    "mobile.sim_unblock": (gettext_lazy("%(who)s unblocked the SIM of %(what)s"), "unlock"),
    "mobile.puk": (gettext_lazy("%(who)s looked at the PUK of %(what)s"), "key"),
    "mobile.limit": (gettext_lazy("%(who)s changed the mobile limits"), "pencil"),
    "mobile.add": (gettext_lazy("%(who)s added mobile subscriptions to %(what)s"), "plus"),
    "mobile.bundle": (gettext_lazy("%(who)s shared the bundle %(what)s"), "group"),
    "invoice.issue": (gettext_lazy("%(who)s made invoice %(what)s"), "document"),
    "invoice.sent": (gettext_lazy("%(who)s sent invoice %(what)s"), "send"),
    "subscription.add": (gettext_lazy("%(who)s added subscriptions to %(what)s"), "plus"),
    "charge.add": (gettext_lazy("%(who)s charged %(what)s once"), "plus"),
    "product.create": (gettext_lazy("%(who)s made the product %(what)s"), "tag"),
    "product.change": (gettext_lazy("%(who)s changed the product %(what)s"), "tag"),
    "calls.rerate": (gettext_lazy("%(who)s rated the calls of %(what)s again"), "receipt"),
    "calls.rate": (gettext_lazy("%(who)s gave calls of %(what)s their price"), "receipt"),
    "bundle.make": (gettext_lazy("%(who)s made the bundle %(what)s"), "phone"),
    "bundle.end": (gettext_lazy("%(who)s ended the bundle %(what)s"), "phone"),
    "bundle.numbers": (gettext_lazy("%(who)s changed who uses the bundle %(what)s"), "group"),
    "billing_period.closed": (gettext_lazy("%(who)s closed billing period %(what)s"), "lock"),
    "batch.upload": (gettext_lazy("%(who)s uploaded the call file %(what)s"), "upload"),
    "batch.cancel": (gettext_lazy("%(who)s stopped loading the call file %(what)s"), "x"),
    "batch.resume": (gettext_lazy("%(who)s resumed loading the call file %(what)s"), "refresh"),
    "rejects.again": (gettext_lazy("%(who)s loaded rejected rows of %(what)s again"), "refresh"),
    "rejects.dismiss": (gettext_lazy("%(who)s dismissed rejected rows of %(what)s"), "x"),
    "feed.gap_known": (gettext_lazy("%(who)s marked missing files of %(what)s as known"), "check"),
    "calls.mask": (gettext_lazy("%(who)s masked the numbers of billing period %(what)s"), "lock"),
    "customer.keeping_time": (gettext_lazy("%(who)s changed for how long the numbers of %(what)s are kept"), "clock"),
    "dispute.open": (gettext_lazy("%(who)s opened a dispute about %(what)s"), "shield"),
    "dispute.close": (gettext_lazy("%(who)s closed the dispute about %(what)s"), "shield"),
    "fraud_sign.judge": (gettext_lazy("%(who)s judged the sign of fraud %(what)s"), "alert"),
    "fraud_threshold.change": (gettext_lazy("%(who)s changed the threshold of %(what)s"), "pencil"),
    "number_range.add": (gettext_lazy("%(who)s gave the numbers %(what)s"), "list"),
    "number_range.remove": (gettext_lazy("%(who)s took the numbers %(what)s back"), "list"),
    "number.add": (gettext_lazy("%(who)s gave the number %(what)s"), "list"),
    "number.assign": (gettext_lazy("%(who)s let the number %(what)s reach somebody"), "list"),
    "number.release": (gettext_lazy("%(who)s made the number %(what)s free"), "list"),
    "dialable.change": (gettext_lazy("%(who)s renamed or renumbered %(what)s"), "pencil"),
    "dialable.remove": (gettext_lazy("%(who)s removed %(what)s"), "trash"),
    "line.create": (gettext_lazy("%(who)s made the line %(what)s"), "phone"),
    "line.change": (gettext_lazy("%(who)s changed the line %(what)s"), "phone"),
    "line.pin": (gettext_lazy("%(who)s gave the voicemail of %(what)s another PIN"), "key"),
    "line.new_secret": (gettext_lazy("%(who)s gave the line %(what)s a new SIP password"), "key"),
    "line.link": (gettext_lazy("%(who)s linked the line %(what)s to an employee"), "person"),
    "line.remove": (gettext_lazy("%(who)s removed the line %(what)s"), "trash"),
    "schedule.replace": (gettext_lazy("%(who)s let %(what)s follow another schedule"), "clock"),
    "holidays.replace": (gettext_lazy("%(who)s let %(what)s follow other holidays"), "calendar"),
    "greeting.replace": (gettext_lazy("%(who)s let callers of %(what)s hear another greeting"), "music"),
    "greeting.restore": (gettext_lazy("%(who)s put back an older version of the greeting %(what)s"), "undo"),
    "greeting.version": (gettext_lazy("%(who)s gave the greeting %(what)s another version"), "music"),
    "blocks.change": (gettext_lazy("%(who)s changed what lines may not call"), "block"),
    "spend_settings.change": (gettext_lazy("%(who)s changed the call limits"), "pulse"),
    "spend_guard.close": (gettext_lazy("%(who)s stopped paid calls"), "shield"),
    "spend_guard.open": (gettext_lazy("%(who)s let paid calls out again"), "unlock"),
    "device.create": (gettext_lazy("%(who)s made the device %(what)s"), "device"),
    "device.change": (gettext_lazy("%(who)s changed the device %(what)s"), "device"),
    "device.new_password": (gettext_lazy("%(who)s gave the device %(what)s a new password"), "key"),
    "device.close_password": (gettext_lazy("%(who)s closed the old password of the device %(what)s"), "key"),
    "device.forget_settings": (gettext_lazy("%(who)s forgot what was set on the device %(what)s itself"), "trash"),
    "device.keys": (gettext_lazy("%(who)s changed the keys of the device %(what)s"), "device"),
    "device.link": (gettext_lazy("%(who)s made a one-time link for the device %(what)s"), "key"),
    "device.ask_to_fetch": (gettext_lazy("%(who)s asked the device %(what)s to fetch its settings"), "refresh"),
    "device.announce": (gettext_lazy("%(who)s announced the device %(what)s to the service of its maker"), "device"),
    "device.release": (gettext_lazy("%(who)s removed the device %(what)s"), "trash"),
}

# What the verbs of the other apps are about, by the part before the last dot, with its article.
KINDS: Mapping[str, str | Promise] = {
    "auto_attendant": gettext_lazy("the auto attendant"),
    "caller_filter": gettext_lazy("the list of blocked callers"),
    "export": gettext_lazy("the file of calls"),
    "fax": gettext_lazy("the fax"),
    "greeting": gettext_lazy("the greeting"),
    "holidays": gettext_lazy("the holidays"),
    "hunt_group": gettext_lazy("the hunt group"),
    "menu": gettext_lazy("the menu"),
    "monthly_report": gettext_lazy("the monthly report"),
    "night_rule": gettext_lazy("the night mode of"),
    "number_limit": gettext_lazy("the limit of"),
    "partner_limit": gettext_lazy("the default limit of"),
    "schedule": gettext_lazy("the schedule"),
    "source": gettext_lazy("the call source"),
    "tariff": gettext_lazy("the tariff"),
    "voicemail": gettext_lazy("the voicemail of"),
}
MADE = (gettext_lazy("%(who)s made %(kind)s %(what)s"), "plus")
CHANGED = (gettext_lazy("%(who)s changed %(kind)s %(what)s"), "pencil")
REMOVED = (gettext_lazy("%(who)s removed %(kind)s %(what)s"), "trash")
ACTIONS: Mapping[str, tuple[str | Promise, str]] = {
    "add": MADE,
    "create": MADE,
    "made": MADE,
    "start": MADE,
    "change": CHANGED,
    "changed": CHANGED,
    "link": CHANGED,
    "set": CHANGED,
    "version_added": CHANGED,
    "version_moved": CHANGED,
    "release": REMOVED,
    "remove": REMOVED,
}

# Names of fields that stand in no model, or that people call otherwise.
FIELDS: Mapping[str, str | Promise] = {
    "account_limit_micros": gettext_lazy("limit of all subscriptions"),
    "brand": gettext_lazy("brand"),
    "barred": gettext_lazy("may not call"),
    "busy_to": gettext_lazy("when busy forward to"),
    "call_waiting": gettext_lazy("call waiting"),
    "call_waiting_for_agents": gettext_lazy("call waiting for members"),
    "company_number": gettext_lazy("company number"),
    "days": gettext_lazy("days"),
    "dialable": gettext_lazy("reaches"),
    "display_name": gettext_lazy("name"),
    "expires_at": gettext_lazy("valid until"),
    "extension": gettext_lazy("extension"),
    "filter": gettext_lazy("filter"),
    "form": gettext_lazy("kind of file"),
    "forward_always": gettext_lazy("always forward"),
    "forward_to": gettext_lazy("forward to"),
    "greeting": gettext_lazy("greeting"),
    "held": gettext_lazy("held back by disputes"),
    "hide_caller_id": gettext_lazy("hide own number"),
    "holidays": gettext_lazy("holidays"),
    "hosts": gettext_lazy("host names"),
    "is_blocked": gettext_lazy("blocked"),
    "kept_up_to_date": gettext_lazy("kept up to date"),
    "keys": gettext_lazy("keys"),
    "length": gettext_lazy("length"),
    "line": gettext_lazy("line"),
    "lines": gettext_lazy("lines"),
    "mail_to": gettext_lazy("mail to"),
    "masked": gettext_lazy("masked"),
    "members": gettext_lazy("members"),
    "mode": gettext_lazy("mode"),
    "no_answer_to": gettext_lazy("without an answer forward to"),
    "numbers": gettext_lazy("numbers"),
    "overflow": gettext_lazy("overflow to"),
    "periods": gettext_lazy("opening hours"),
    "policy": gettext_lazy("order of ringing"),
    "presentation": gettext_lazy("number that others see"),
    "records": gettext_lazy("takes messages"),
    "rings": gettext_lazy("rings"),
    "rows": gettext_lazy("rows"),
    "schedule": gettext_lazy("schedule"),
    "sim": gettext_lazy("SIM card"),
    "target": gettext_lazy("target"),
    "tariff": gettext_lazy("tariff"),
    "then_to": gettext_lazy("after the greeting to"),
    "unreachable_to": gettext_lazy("when not reachable forward to"),
    "user": gettext_lazy("user"),
    "valid_to": gettext_lazy("last day"),
    "version": gettext_lazy("version"),
    "wait_seconds": gettext_lazy("waiting time in seconds"),
}
# What people call objects whose model has no name for people.
OBJECTS: Mapping[str, str | Promise] = {
    "accounts.apitoken": gettext_lazy("API key"),
    "accounts.brand": gettext_lazy("Brand"),
    "accounts.customer": gettext_lazy("Customer"),
    "accounts.invitation": gettext_lazy("Invitation"),
    "accounts.membership": gettext_lazy("Rights of a user"),
    "accounts.user": gettext_lazy("User"),
    "cdr.batch": gettext_lazy("Call file"),
    "cdr.billingperiod": gettext_lazy("Billing period"),
    "cdr.dispute": gettext_lazy("Dispute"),
    "cdr.fraudsign": gettext_lazy("Sign of fraud"),
    "cdr.fraudthreshold": gettext_lazy("Threshold of signs of fraud"),
    "cdr.maskedperiod": gettext_lazy("Masked numbers"),
    "cdr.savedfilter": gettext_lazy("Saved filter"),
    "cdr.source": gettext_lazy("Call source"),
    "cdr.tariff": gettext_lazy("Tariff"),
    "cdr.tariffversion": gettext_lazy("Prices of a tariff"),
}
# What the sentence itself says already.
SAID_BY_VERB = frozenset({"is_blocked"})


def sentence(entry: AuditEntry) -> str:
    """What happened, in one sentence without a full stop."""
    names = {"who": entry.user_name, "what": name_of(entry)}
    known = VERBS.get(entry.verb)
    if known is not None:
        return str(known[0]) % names
    about, _dot, action = entry.verb.rpartition(".")
    if about in KINDS and action in ACTIONS:
        return str(ACTIONS[action][0]) % {**names, "kind": KINDS[about]}
    return _("%(who)s changed %(what)s (%(action)s)") % {**names, "action": action.replace("_", " ")}


def icon(entry: AuditEntry) -> str:
    """The icon of what happened."""
    known = VERBS.get(entry.verb) or ACTIONS.get(entry.verb.rpartition(".")[2])
    return known[1] if known else "pencil"


def details(entry: AuditEntry) -> str:
    """The changed fields with their values before and after; what was switched on or off is said so."""
    shown = {
        name: pair
        for name, pair in entry.changes.items()
        if name not in SAID_BY_VERB and not (is_nothing(pair[0]) and is_nothing(pair[1]))
    }
    parts = [_change(entry.object_type, name, *pair) for name, pair in shown.items()]
    if entry.note and (note := note_of(entry)) not in name_of(entry):
        parts.append(note)
    return " · ".join(parts)


def is_kind(object_type: str) -> bool:
    """Whether this names a kind of object at all, as ``telephony.line`` does."""
    try:
        apps.get_model(object_type)
    except (LookupError, ValueError):
        return False
    return True


def object_label(object_type: str) -> str:
    """What people call a kind of object: the model's own name."""
    if object_type in OBJECTS:
        return str(OBJECTS[object_type])
    try:
        model = apps.get_model(object_type)
    except (LookupError, ValueError):
        return object_type
    name = str(model._meta.verbose_name)
    return name[:1].upper() + name[1:]


def _field(object_type: str, name: str) -> "Field[Any, Any] | None":
    try:
        found = apps.get_model(object_type)._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return None
    return found if isinstance(found, Field) else None


def _change(object_type: str, name: str, before: Any, after: Any) -> str:
    field = _field(object_type, name)
    label = str(FIELDS.get(name) or (field.verbose_name if field else name.replace("_", " ")))
    label = label[:1].upper() + label[1:]
    if isinstance(field, BooleanField) or isinstance(after, bool):
        return _("%(field)s on") % {"field": label} if after else _("%(field)s off") % {"field": label}
    if is_nothing(before):
        return _("%(field)s: %(after)s") % {"field": label, "after": value_of(field, name, after)}
    return _("%(field)s: %(before)s → %(after)s") % {
        "field": label,
        "before": value_of(field, name, before),
        "after": value_of(field, name, after),
    }

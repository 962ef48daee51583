"""The trail in words: what each verb says, what each field is called, and how a value reads. Unknown ones still read
decently.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import BooleanField, Field
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import AuditEntry
from portal.lib import formats

NOTHING = "–"

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
    "billing_period.closed": (gettext_lazy("%(who)s closed billing period %(what)s"), "lock"),
    "number_range.add": (gettext_lazy("%(who)s gave the numbers %(what)s"), "list"),
    "number_range.remove": (gettext_lazy("%(who)s took the numbers %(what)s back"), "list"),
    "number.add": (gettext_lazy("%(who)s gave the number %(what)s"), "list"),
    "number.assign": (gettext_lazy("%(who)s let the number %(what)s reach somebody"), "list"),
    "number.release": (gettext_lazy("%(who)s made the number %(what)s free"), "list"),
    "dialable.change": (gettext_lazy("%(who)s renamed or renumbered %(what)s"), "pencil"),
    "dialable.remove": (gettext_lazy("%(who)s removed %(what)s"), "trash"),
    "line.create": (gettext_lazy("%(who)s made the line %(what)s"), "phone"),
    "line.change": (gettext_lazy("%(who)s changed the line %(what)s"), "phone"),
    "line.link": (gettext_lazy("%(who)s linked the line %(what)s to an employee"), "person"),
    "line.remove": (gettext_lazy("%(who)s removed the line %(what)s"), "trash"),
    "blocks.change": (gettext_lazy("%(who)s changed what lines may not call"), "block"),
    "device.create": (gettext_lazy("%(who)s made the device %(what)s"), "device"),
    "device.change": (gettext_lazy("%(who)s changed the device %(what)s"), "device"),
    "device.new_password": (gettext_lazy("%(who)s gave the device %(what)s a new password"), "key"),
    "device.release": (gettext_lazy("%(who)s removed the device %(what)s"), "trash"),
}

# Names of fields that stand in no model, or that people call otherwise.
FIELDS: Mapping[str, str | Promise] = {
    "hosts": gettext_lazy("host names"),
    "expires_at": gettext_lazy("valid until"),
    "is_blocked": gettext_lazy("blocked"),
    "extension": gettext_lazy("extension"),
    "lines": gettext_lazy("lines"),
    "numbers": gettext_lazy("numbers"),
    "dialable": gettext_lazy("reaches"),
}

SAID_BY_VERB = frozenset({"is_blocked"})


def sentence(entry: AuditEntry) -> str:
    """What happened, in one sentence without a full stop."""
    # A place is called "person @ customer"; in the customer's own log book the person says enough.
    what = entry.object_name.partition(" @ ")[0] if entry.object_type == "accounts.membership" else entry.object_name
    names = {"who": entry.user_name, "what": what}
    known = VERBS.get(entry.verb)
    if known is not None:
        return str(known[0]) % names
    action = entry.verb.rpartition(".")[2].replace("_", " ")
    return _("%(who)s changed %(what)s (%(action)s)") % {**names, "action": action}


def icon(entry: AuditEntry) -> str:
    """The icon of what happened."""
    return VERBS.get(entry.verb, ("", "pencil"))[1]


def details(entry: AuditEntry) -> str:
    """The changed fields with their values before and after; what was switched on or off is said so."""
    shown = {name: pair for name, pair in entry.changes.items() if name not in SAID_BY_VERB}
    parts = [_change(entry.object_type, name, *pair) for name, pair in shown.items()]
    if entry.note and entry.note not in entry.object_name:
        parts.append(entry.note)
    return " · ".join(parts)


def object_label(object_type: str) -> str:
    """What people call a kind of object: the model's own name."""
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
    if before in (None, "", []):
        return _("%(field)s: %(after)s") % {"field": label, "after": _value(field, name, after)}
    return _("%(field)s: %(before)s → %(after)s") % {
        "field": label,
        "before": _value(field, name, before),
        "after": _value(field, name, after),
    }


def _value(field: "Field[Any, Any] | None", name: str, value: Any) -> str:
    language = (get_language() or "nl")[:2]
    if value is None or value == "" or value == []:
        return NOTHING
    if isinstance(value, list):
        return ", ".join(_value(field, name, item) for item in value)
    if name.endswith("_micros") and isinstance(value, int):
        return formats.euro(value, language)
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, str) and "T" in value and len(value) >= 19:
        return _moment(value, language)
    return str(value)


def _moment(value: str, language: str) -> str:
    try:
        at = dt.datetime.fromisoformat(value)
    except ValueError:
        return value
    return formats.moment(at, language, now=timezone.now()) if at.tzinfo else value

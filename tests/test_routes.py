"""Every address, as every role, as the wrong customer and as nobody. An address without a row here fails the build."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.access import Door, system
from accounts.models import Customer, User
from accounts.services import create_token
from accounts.web import SESSION_KEY
from tests.world import World

EVERYBODY = frozenset({"alice", "bob", "carol", "dave", "erik", "olga"})


@dataclass(frozen=True, slots=True)
class Kind:
    """Who gets the page; who is refused it with 403; everybody else must not learn that it exists (404)."""

    sees: frozenset[str]
    refused: frozenset[str] = frozenset()
    public: bool = False
    always: str = ""  # the same for whoever asks

    def wanted(self, who: str) -> str:
        if self.always:
            return self.always
        if who in self.sees or self.public:
            return "page"
        if who == "nobody":
            return "log-in"
        return "403" if who in self.refused else "404"


def kind(sees: str, refused: str = "") -> Kind:
    return Kind(frozenset(sees.split()), frozenset(refused.split()))


PUBLIC = Kind(EVERYBODY, public=True)
SIGNED_IN = Kind(EVERYBODY)
RIGHT = kind("alice carol dave", "bob")  # a list: carol sees her own
OBJECT = kind("alice dave", "bob")  # a thing of Acme's
OWN_LINE = kind("bob")  # only bob has a line
OWN_THING = kind("bob")
OWN_FILTER = kind("alice", "bob")  # bob may not see calls; dave may, and this filter is not his
OWN_FILE = kind("alice", "bob")  # of the calls of Acme, for alice alone
API = RIGHT
API_OBJECT = OBJECT
PARTNER = kind("dave erik")
OPERATOR = kind("olga")
MEMBER = kind("alice bob carol dave")
MEMBER_OBJECT = kind("alice bob dave")
NOT_SET_UP = kind("")  # nobody here has a second factor, or asked for another address
NO_WORKER = Kind(frozenset(), always="503")  # no worker runs beside the tests, and it says so to everybody
PHONE = Kind(frozenset(), always="log-in")  # whoever asks without a phone's password gets its 401
MOVED = Kind(frozenset(), always="301")  # an old address: what it leads to says who may come in
ONE_TIME = Kind(frozenset(), always="404")  # a link that was never made, or was used


@dataclass(frozen=True, slots=True)
class Row:
    """What is asked of an address: by whom it may be seen, which thing of the world it is about, and with which method."""

    kind: Kind
    args: dict[str, str] = field(default_factory=dict)
    method: str = "get"
    data: dict[str, str] = field(default_factory=dict)


def row(kind: Kind, method: str = "get", data: dict[str, str] | None = None, **args: str) -> Row:
    return Row(kind, args, method, data or {})


ROUTES: dict[str, Row] = {
    "home": row(SIGNED_IN),
    "brand_css": row(PUBLIC),
    "set_language": row(PUBLIC, "post", {"language": "en"}),
    "healthz": row(PUBLIC),
    "readyz": row(NO_WORKER),
    "styleguide": row(PUBLIC),
    # log-in
    "account_login": row(PUBLIC),
    "account_logout": row(SIGNED_IN),
    "account_reauthenticate": row(SIGNED_IN),
    "account_change_password": row(SIGNED_IN),
    "account_set_password": row(SIGNED_IN),
    "account_reset_password": row(PUBLIC),
    "account_reset_password_done": row(PUBLIC),
    "account_reset_password_from_key": row(PUBLIC, uidb36="1", key="none"),
    "account_reset_password_from_key_done": row(PUBLIC),
    "account_inactive": row(PUBLIC),
    "mfa_index": row(SIGNED_IN),
    "mfa_authenticate": row(SIGNED_IN),
    "mfa_reauthenticate": row(SIGNED_IN),
    "mfa_activate_totp": row(SIGNED_IN),
    "mfa_deactivate_totp": row(NOT_SET_UP),
    "mfa_view_recovery_codes": row(NOT_SET_UP),
    "mfa_generate_recovery_codes": row(SIGNED_IN),
    "mfa_download_recovery_codes": row(NOT_SET_UP),
    "mfa_list_webauthn": row(SIGNED_IN),
    "mfa_add_webauthn": row(SIGNED_IN),
    "mfa_reauthenticate_webauthn": row(SIGNED_IN),
    "mfa_remove_webauthn": row(SIGNED_IN, pk="1"),
    "mfa_edit_webauthn": row(SIGNED_IN, pk="1"),
    "mfa_login_webauthn": row(SIGNED_IN),
    # people and places
    "accounts:users": row(RIGHT),
    "accounts:user_invite": row(RIGHT),
    "accounts:user_edit": row(OBJECT, pk="membership.user_id"),
    "accounts:user_block": row(OBJECT, "post", pk="membership.user_id"),
    "accounts:user_unblock": row(OBJECT, "post", pk="membership.user_id"),
    "accounts:user_remove": row(OBJECT, "post", pk="membership.user_id"),
    "accounts:invitation_resend": row(OBJECT, "post", pk="invitation.pk"),
    "accounts:invitation_withdraw": row(OBJECT, "post", pk="invitation.pk"),
    "accounts:invitation": row(PUBLIC, token="invitation_key"),
    "accounts:audit": row(RIGHT),
    "accounts:notices": row(MEMBER),
    "accounts:notices_read": row(MEMBER, "post"),
    "accounts:notice": row(kind("alice dave"), pk="notice.pk"),  # of who may see calls; to others it is none
    "accounts:notice_dismiss": row(kind("alice dave"), "post", pk="notice.pk"),
    "accounts:account": row(SIGNED_IN),
    "accounts:account_login_data": row(SIGNED_IN),
    "accounts:email_confirm": row(NOT_SET_UP, token="none"),
    "accounts:token_create": row(SIGNED_IN, "post"),
    "accounts:token_revoke": row(OWN_THING, "post", pk="token.pk"),
    "accounts:choose_customer": row(SIGNED_IN),
    "accounts:leave_customer": row(SIGNED_IN, "post"),
    "accounts:rooms": row(kind("alice bob dave"), reference="customer.reference"),
    "accounts:rooms_page": row(kind("alice bob dave"), reference="customer.reference", page="calls/"),
    "accounts:enter_customer": row(kind("alice bob dave"), "post", reference="customer.reference"),
    "accounts:partner": row(PARTNER),
    "accounts:operate": row(OPERATOR),
    "accounts:operate_audit": row(OPERATOR),
    "accounts:operate_brands": row(OPERATOR),
    "accounts:operate_brand_preview": row(OPERATOR),
    "accounts:operate_brand_new": row(OPERATOR),
    "accounts:operate_brand": row(OPERATOR, pk="customer.partner.brand.pk"),
    "accounts:operate_partners": row(OPERATOR),
    "accounts:operate_partner_new": row(OPERATOR),
    "accounts:operate_partner": row(OPERATOR, pk="customer.partner.pk"),
    "accounts:operate_partner_person": row(OPERATOR, "post", pk="customer.partner.pk"),
    "accounts:operate_customers": row(OPERATOR),
    "accounts:operate_customer_new": row(OPERATOR),
    "accounts:operate_customer": row(OPERATOR, pk="customer.pk"),
    "accounts:operate_customer_users": row(OPERATOR, pk="customer.pk"),
    "accounts:operate_person_owner": row(OPERATOR, "post", pk="membership.pk"),
    "accounts:operate_person_block": row(OPERATOR, "post", pk="membership.pk"),
    "accounts:operate_person_unblock": row(OPERATOR, "post", pk="membership.pk"),
    "accounts:operate_person_password": row(OPERATOR, "post", pk="membership.pk"),
    "accounts:operate_operators": row(OPERATOR),
    # phones
    "telephony:phones": row(RIGHT),
    "telephony:blocks": row(RIGHT, "post"),
    "telephony:unlimited": row(RIGHT),
    "telephony:phone": row(OBJECT, pk="line.pk"),
    "telephony:phone_undo": row(OBJECT, "post", pk="line.pk", token="none"),
    "telephony:phone_pin": row(OBJECT, pk="line.pk"),
    "telephony:callers_new": row(OBJECT, pk="line.pk"),
    "telephony:callers": row(OBJECT, pk="line.pk", list_pk="callers.pk"),
    "telephony:callers_remove": row(OBJECT, "post", pk="line.pk", list_pk="callers.pk"),
    "telephony:my_callers_new": row(OWN_LINE),
    "telephony:my_callers": row(OWN_LINE, list_pk="callers.pk"),
    "telephony:my_callers_remove": row(OWN_LINE, "post", list_pk="callers.pk"),
    "telephony:my_phone": row(MEMBER),
    "telephony:my_phone_settings": row(OWN_LINE),
    "telephony:my_phone_pin": row(OWN_LINE),
    "telephony:my_phone_until": row(OWN_LINE, "post", {"end": "30"}, feature="do_not_disturb"),
    "telephony:my_phone_forward": row(OWN_LINE, "post"),
    "telephony:my_phone_undo": row(OWN_LINE, "post", token="none"),
    "telephony:my_phone_switch": row(OWN_LINE, "post", feature="call_waiting", state="off"),
    "telephony:schedules": row(RIGHT),
    "telephony:schedule_new": row(RIGHT, what="week"),
    "telephony:schedule_import": row(RIGHT, "post", what="week"),
    "telephony:schedule_into": row(OBJECT, "post", what="week", pk="schedule.pk"),
    "telephony:schedule": row(OBJECT, what="week", pk="schedule.pk"),
    "telephony:schedule_calendar": row(OBJECT, what="week", pk="schedule.pk"),
    "telephony:schedule_remove": row(OBJECT, what="week", pk="schedule.pk"),
    "telephony:schedule_undo": row(RIGHT, "post", token="none"),
    "telephony:greetings": row(MEMBER),
    "telephony:greeting_new": row(MEMBER),
    "telephony:greeting": row(MEMBER_OBJECT, pk="greeting.pk"),
    "telephony:greeting_version": row(MEMBER_OBJECT, "post", pk="greeting.pk"),
    "telephony:greeting_restore": row(MEMBER_OBJECT, "post", pk="greeting.pk", number="1"),
    "telephony:greeting_audio": row(MEMBER_OBJECT, pk="greeting.pk", number="1"),
    "telephony:greeting_remove": row(MEMBER_OBJECT, pk="greeting.pk"),
    "telephony:devices": row(RIGHT),
    "telephony:device_new": row(RIGHT),
    "telephony:devices_many": row(RIGHT),
    "telephony:devices_template": row(RIGHT),
    "telephony:devices_sheet": row(RIGHT, "post"),
    "telephony:device": row(OBJECT, pk="device.pk"),
    "telephony:device_password": row(OBJECT, pk="device.pk"),
    "telephony:device_password_close": row(OBJECT, "post", pk="device.pk"),
    "telephony:line_secret": row(OBJECT, pk="line.pk"),
    "telephony:device_fetch": row(OBJECT, "post", pk="device.pk"),
    "telephony:device_keys": row(OBJECT, pk="device.pk"),
    "telephony:device_lines": row(OBJECT, pk="device.pk"),
    "telephony:device_lines_undo": row(OBJECT, "post", pk="device.pk", token="none"),
    "telephony:device_link": row(OBJECT, "post", pk="device.pk"),
    "telephony:device_file": row(OBJECT, pk="device.pk", file="phone_file.pk"),
    "telephony:device_forget": row(OBJECT, "post", pk="device.pk"),
    "telephony:device_remove": row(OBJECT, "post", pk="device.pk"),
    "telephony:operate_ranges": row(OPERATOR),
    "telephony:operate_range_remove": row(OPERATOR, "post", customer="customer.pk", pk="number.number_range_id"),
    "telephony:operate_lines": row(OPERATOR),
    "telephony:operate_line_new": row(OPERATOR, customer="customer.pk"),
    "telephony:operate_line": row(OPERATOR, customer="customer.pk", pk="line.pk"),
    "telephony:provision": row(PHONE, path="805ec0aabbcc.cfg"),
    "telephony:first_contact": row(ONE_TIME, path="once/x/805ec0aabbcc.cfg"),
    # exchange
    "pbx:overview": row(RIGHT),
    "pbx:switch": row(OBJECT, "post", {"mode": "on"}),
    "pbx:close": row(OBJECT),
    "pbx:route": row(RIGHT),
    "pbx:people": row(RIGHT),
    "pbx:new_person": row(RIGHT),
    "pbx:person": row(OBJECT, pk="line.pk"),
    "pbx:remove_person": row(OBJECT, "post", pk="line.pk"),
    "pbx:groups": row(RIGHT),
    "pbx:new_group": row(RIGHT),
    "pbx:group": row(OBJECT, pk="group.pk"),
    "pbx:remove_group": row(OBJECT, "post", pk="group.pk"),
    "pbx:new_menu": row(RIGHT),
    "pbx:menu": row(OBJECT, pk="attendant.pk"),
    "pbx:remove_menu": row(OBJECT, "post", pk="attendant.pk"),
    "pbx:menu_keys": row(OBJECT, pk="attendant.pk", moment="business"),
    "pbx:company": row(OBJECT),
    "pbx:night": row(OBJECT),
    "pbx:moved_schedules": row(MOVED),
    "pbx:moved_schedule_new_week": row(MOVED),
    "pbx:moved_schedule_week": row(MOVED, pk="schedule.pk"),
    "pbx:moved_schedule_remove_week": row(MOVED, pk="schedule.pk"),
    "pbx:moved_schedule_new_holidays": row(MOVED),
    "pbx:moved_schedule_holidays": row(MOVED, pk="schedule.pk"),
    "pbx:moved_schedule_remove_holidays": row(MOVED, pk="schedule.pk"),
    # calls
    "cdr:totals": row(RIGHT),
    "cdr:details": row(RIGHT),
    "cdr:export": row(RIGHT),
    "cdr:export_totals": row(RIGHT),
    "cdr:cost": row(RIGHT),
    "cdr:export_workbook": row(RIGHT),
    "cdr:partner_limits": row(PARTNER),
    "cdr:limits": row(RIGHT),
    "cdr:limits_number": row(RIGHT, "post"),
    "cdr:limits_number_remove": row(OBJECT, "post", pk="number_limit.pk"),
    "cdr:limits_unlock": row(RIGHT, "post"),
    "cdr:saved_filters": row(RIGHT),
    "cdr:filter_keep": row(RIGHT, "post"),
    "cdr:filter_rename": row(OWN_FILTER, "post", pk="saved_filter.pk"),
    "cdr:filter_remove": row(OWN_FILTER, "post", pk="saved_filter.pk"),
    "cdr:bundles": row(RIGHT),
    "cdr:download": row(RIGHT),
    "cdr:downloads": row(RIGHT),
    "cdr:prepared": row(OWN_FILE, pk="export.pk"),
    "cdr:prepared_file": row(OWN_FILE, pk="export.pk"),
    "cdr:prepared_again": row(OWN_FILE, "post", pk="export.pk"),
    "cdr:prepared_remove": row(OWN_FILE, "post", pk="export.pk"),
    "cdr:report_add": row(RIGHT, "post"),
    "cdr:report_stop": row(OWN_FILE, "post", pk="report.pk"),
    "cdr:call": row(OBJECT, place="call_place"),
    "cdr:disputes": row(RIGHT),
    "cdr:dispute_new": row(RIGHT),
    "cdr:call_dispute": row(OBJECT, place="call_place"),
    "cdr:operate_disputes": row(OPERATOR),
    "cdr:operate_dispute": row(OPERATOR, pk="dispute.pk"),
    "cdr:operate_retention": row(OPERATOR),
    "cdr:operate_keeping": row(OPERATOR, pk="customer.pk"),
    "cdr:signs": row(RIGHT),
    "cdr:sign": row(OBJECT, pk="sign.pk"),
    "cdr:sign_judge": row(OBJECT, "post", pk="sign.pk"),
    "cdr:operate_signs": row(OPERATOR),
    "cdr:operate_sign": row(OPERATOR, pk="sign.pk"),
    "cdr:operate_thresholds": row(OPERATOR),
    "cdr:operate_bundles": row(OPERATOR),
    "cdr:operate_bundle_new": row(OPERATOR),
    "cdr:operate_bundle": row(OPERATOR, pk="bundle.pk"),
    "cdr:operate_sources": row(OPERATOR),
    "cdr:operate_source_new": row(OPERATOR),
    "cdr:operate_source": row(OPERATOR, pk="source.pk"),
    "cdr:operate_gap_known": row(OPERATOR, "post", pk="source.pk"),
    "cdr:operate_cost": row(OPERATOR),
    "cdr:operate_own_prices_list": row(OPERATOR),
    "cdr:operate_own_prices": row(OPERATOR, pk="customer.pk"),
    "cdr:operate_own_prices_import": row(OPERATOR, pk="customer.pk"),
    "cdr:operate_own_price_end": row(OPERATOR, pk="customer.pk", price="own_price.pk"),
    "cdr:operate_import": row(OPERATOR, pk="rate_import.pk"),
    "cdr:operate_import_drop": row(OPERATOR, "post", pk="rate_import.pk"),
    "cdr:operate_tariffs": row(OPERATOR),
    "cdr:operate_tariff_new": row(OPERATOR),
    "cdr:operate_tariff": row(OPERATOR, pk="version.tariff.pk"),
    "cdr:operate_version_add": row(OPERATOR, "post", pk="version.tariff.pk"),
    "cdr:operate_version": row(OPERATOR, pk="version.tariff.pk", version="version.pk"),
    "cdr:operate_batches": row(OPERATOR),
    "cdr:operate_rejects": row(OPERATOR),
    "cdr:operate_reject_group": row(OPERATOR, pk="source.pk", reason="time"),
    "cdr:operate_reject_download": row(OPERATOR, pk="source.pk", reason="time"),
    "cdr:operate_reject_again": row(OPERATOR, "post", pk="source.pk", reason="time"),
    "cdr:operate_reject_dismiss": row(OPERATOR, "post", pk="source.pk", reason="time"),
    "cdr:operate_unrated": row(OPERATOR),
    "cdr:operate_unrated_again": row(OPERATOR, "post"),
    "cdr:operate_upload": row(OPERATOR),
    "cdr:operate_batch": row(OPERATOR, pk="batch.pk"),
    "cdr:operate_batch_progress": row(OPERATOR, pk="batch.pk"),
    "cdr:operate_batch_cancel": row(OPERATOR, "post", pk="batch.pk"),
    "cdr:operate_batch_resume": row(OPERATOR, "post", pk="batch.pk"),
    # mobile
    "mobile:list": row(RIGHT),
    "mobile:csv": row(RIGHT),
    "mobile:limits": row(RIGHT),
    "mobile:subscription": row(OBJECT, pk="subscription.pk"),
    "mobile:block": row(OBJECT, "post", pk="subscription.pk"),
    "mobile:unblock": row(OBJECT, "post", pk="subscription.pk"),
    "mobile:puk": row(OBJECT, "post", pk="subscription.pk"),
    # invoices
    "invoices:archive": row(RIGHT),
    "invoices:invoice": row(OBJECT, pk="invoice.pk"),
    "invoices:pdf": row(OBJECT, pk="invoice.pk"),
    # API
    "api_schema": row(PUBLIC),
    "api_docs": row(PUBLIC),
    "me-list": row(SIGNED_IN),
    "users-list": row(API),
    "users-detail": row(API_OBJECT, id="membership.user_id"),
    "users-block": row(API_OBJECT, "post", id="membership.user_id"),
    "users-unblock": row(API_OBJECT, "post", id="membership.user_id"),
    "invitations-list": row(API),
    "invitations-detail": row(API_OBJECT, "delete", pk="invitation.pk"),
    "audit-list": row(API),
    "number-list": row(API),
    "number-detail": row(API_OBJECT, pk="number.pk"),
    "line-list": row(API),
    "line-detail": row(API_OBJECT, pk="line.pk"),
    "line-secret": row(API_OBJECT, "post", pk="line.pk"),
    "line-pin": row(API_OBJECT, "post", {"pin": "730291"}, pk="line.pk"),
    "line-refused-callers": row(API_OBJECT, pk="line.pk"),
    "line-refused-list": row(API_OBJECT, "delete", pk="line.pk", list_id="callers.pk"),
    "greeting-list": row(MEMBER),
    "greeting-detail": row(MEMBER_OBJECT, pk="greeting.pk"),
    "greeting-versions": row(MEMBER_OBJECT, "post", pk="greeting.pk"),
    "greeting-restore": row(MEMBER_OBJECT, "post", pk="greeting.pk", number="1"),
    "greeting-audio": row(MEMBER_OBJECT, pk="greeting.pk", number="1"),
    "schedule-list": row(MEMBER),
    "schedule-detail": row(MEMBER_OBJECT, pk="schedule.pk"),
    "schedule-calendar": row(MEMBER_OBJECT, pk="schedule.pk"),
    "schedule-read-into": row(OBJECT, "post", pk="schedule.pk"),
    "schedule-read": row(RIGHT, "post"),
    "holidays-list": row(MEMBER),
    "holidays-detail": row(MEMBER_OBJECT, pk="holidays.pk"),
    "holidays-calendar": row(MEMBER_OBJECT, pk="holidays.pk"),
    "holidays-read-into": row(OBJECT, "post", pk="holidays.pk"),
    "holidays-read": row(RIGHT, "post"),
    "public-holidays-list": row(MEMBER),
    "own-line-refused-callers": row(OWN_LINE, pk="line.pk"),
    "own-line-refused-list": row(OWN_LINE, "delete", pk="line.pk", list_id="callers.pk"),
    "own-line-list": row(MEMBER),
    "own-line-detail": row(OWN_LINE, pk="line.pk"),
    "own-line-pin": row(OWN_LINE, "post", {"pin": "730291"}, pk="line.pk"),
    "outgoing-blocks-list": row(API),
    "device-list": row(API),
    "device-detail": row(API_OBJECT, pk="device.pk"),
    "device-many": row(API, "post", {"dry_run": "true"}),
    "device-password": row(API_OBJECT, "post", pk="device.pk"),
    "device-close-password": row(API_OBJECT, "post", pk="device.pk"),
    "device-link": row(API_OBJECT, "post", pk="device.pk"),
    "device-fetch": row(API_OBJECT, "post", pk="device.pk"),
    "device-keys": row(API_OBJECT, pk="device.pk"),
    "device-events": row(API_OBJECT, pk="device.pk"),
    "device-forget-settings": row(API_OBJECT, "post", pk="device.pk"),
    "device-state": row(API_OBJECT, pk="device.pk"),
    "device-shown-settings": row(API_OBJECT, pk="device.pk"),
    "device-announce": row(API_OBJECT, "post", pk="device.pk"),
    "device-files": row(API_OBJECT, pk="device.pk"),
    "device-file": row(API_OBJECT, pk="device.pk", file_id="phone_file.pk"),
    "phone-model-list": row(API),
    "redirect-service-list": row(API),
    "phone-book-list": row(API),
    "exchange-people-list": row(API),
    "exchange-people-detail": row(API_OBJECT, pk="line.pk"),
    "exchange-groups-list": row(API),
    "exchange-groups-detail": row(API_OBJECT, pk="group.pk"),
    "exchange-night-list": row(API_OBJECT),
    "exchange-route-list": row(API, "post", {"number": "101"}),
    "call-batches-list": row(OPERATOR),
    "call-batches-detail": row(OPERATOR, pk="batch.pk"),
    "call-batches-cancel": row(OPERATOR, "post", pk="batch.pk"),
    "call-batches-resume": row(OPERATOR, "post", pk="batch.pk"),
    "calls-list": row(API),
    "calls-detail": row(API_OBJECT, pk="call_place"),
    "call-totals-list": row(API),
    "call-totals-export": row(API),
    "call-totals-dearest": row(API),
    "disputes-list": row(API),
    "disputes-detail": row(API_OBJECT, pk="dispute.pk"),
    "call-limits-list": row(API),
    "partner-limits-list": row(PARTNER),
    "partner-limits-detail": row(kind("dave"), "put", {"limit": "100"}, pk="customer.partner_id"),
    "call-limits-unlock": row(API, "post", {"reason": "x"}),
    "fraud-signs-list": row(API),
    "fraud-signs-detail": row(API_OBJECT, pk="sign.pk"),
    "fraud-signs-judge": row(API_OBJECT, "post", pk="sign.pk"),
    "fraud-signs-calls": row(API_OBJECT, pk="sign.pk"),
    "calls-export-list": row(API),
    "call-exports-list": row(API),
    "call-exports-detail": row(OWN_FILE, pk="export.pk"),
    "call-exports-file": row(OWN_FILE, pk="export.pk"),
    "call-exports-again": row(OWN_FILE, "post", pk="export.pk"),
    "call-reports-list": row(API),
    "call-reports-detail": row(OWN_FILE, pk="report.pk"),
    "call-bundles-list": row(API),
    "saved-filters-list": row(API),
    "saved-filters-detail": row(OWN_FILTER, pk="saved_filter.pk"),
    "bundles-list": row(OPERATOR),
    "unrated-calls-list": row(OPERATOR),
    "call-rejects-list": row(OPERATOR),
    "call-rejects-rows": row(OPERATOR),
    "call-rejects-again": row(OPERATOR, "post"),
    "call-rejects-dismiss": row(OPERATOR, "post"),
    "fraud-thresholds-list": row(OPERATOR),
    "fraud-thresholds-detail": row(OPERATOR, pk="forward"),
    "fraud-thresholds-try": row(OPERATOR, "post", pk="forward"),
    "keeping-times-list": row(OPERATOR),
    "keeping-times-detail": row(OPERATOR, reference="customer.reference"),
    "customer-disputes-list": row(OPERATOR),
    "customer-disputes-detail": row(OPERATOR, pk="dispute.pk"),
    "customer-disputes-close": row(OPERATOR, "post", {"outcome": "x"}, pk="dispute.pk"),
    "customer-fraud-signs-list": row(OPERATOR),
    "customer-fraud-signs-detail": row(OPERATOR, pk="sign.pk"),
    "customer-fraud-signs-judge": row(OPERATOR, "post", {"judgement": "right"}, pk="sign.pk"),
    "customer-call-cost-list": row(OPERATOR, data={"number": "112", "customer": "acme"}),
    "call-bundles-adjustments": row(API),
    "call-sources-list": row(OPERATOR),
    "call-sources-detail": row(OPERATOR, name="source.name"),
    "tariffs-list": row(OPERATOR),
    "tariffs-detail": row(OPERATOR, pk="version.tariff_id"),
    "tariff-versions-list": row(OPERATOR),
    "tariff-versions-detail": row(OPERATOR, pk="version.pk"),
    "tariff-versions-rates": row(OPERATOR, pk="version.pk"),
    "rate-imports-list": row(OPERATOR),
    "rate-imports-detail": row(OPERATOR, pk="rate_import.pk"),
    "rate-imports-changes": row(OPERATOR, pk="rate_import.pk"),
    "rate-imports-use": row(OPERATOR, "post", pk="rate_import.pk"),
    "own-prices-list": row(OPERATOR),
    "own-prices-detail": row(OPERATOR, pk="own_price.pk"),
    "own-prices-end": row(OPERATOR, "post", pk="own_price.pk"),
    "call-feeds-list": row(OPERATOR),
    "call-feeds-gap-known": row(OPERATOR, "post", {"first": "1", "last": "1"}, pk="source.name"),
    "unrated-calls-rate": row(OPERATOR, "post"),
    "bundles-detail": row(OPERATOR, pk="bundle.pk"),
    "bundles-numbers": row(OPERATOR, "post", pk="bundle.pk"),
    "bundles-end": row(OPERATOR, "post", pk="bundle.pk"),
    "call-cost-list": row(API, data={"number": "112"}),
    "mobile-subscriptions-list": row(API),
    "mobile-subscriptions-detail": row(API_OBJECT, pk="subscription.pk"),
    "mobile-usage-list": row(API),
    "invoices-list": row(API),
    "invoices-detail": row(API_OBJECT, pk="invoice.pk"),
    "invoices-pdf": row(API_OBJECT, pk="invoice.pk"),
}


def addresses(patterns: list[URLPattern | URLResolver], space: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        else:
            yield f"{space}{pattern.name}"


def test_every_address_has_a_row() -> None:
    assert set(addresses(get_resolver().url_patterns)) == set(ROUTES)


def value(world: World, place: str) -> Any:
    """``device.pk`` of the world; what is no name there stands for itself."""
    first, *rest = place.split(".")
    found: Any = getattr(world, first, None)
    if found is None:
        return place
    for name in rest:
        found = getattr(found, name)
    return found


def outcome(response: Any) -> str:
    """What a visitor makes of an answer."""
    location = response.headers.get("Location", "")
    if response.status_code == 401 or (response.status_code == 302 and location.startswith("/accounts/login/")):
        return "log-in"
    return "page" if response.status_code in {200, 201, 204, 302, 400, 409, 422} else str(response.status_code)


@pytest.fixture
def cast(alice: User, bob: User, carol: User, dave: User, erik: User, olga: User) -> dict[str, User]:
    return {"alice": alice, "bob": bob, "carol": carol, "dave": dave, "erik": erik, "olga": olga}


@dataclass
class Visitor:
    """Somebody with a browser and a token; dave has entered Acme."""

    client: Client
    headers: dict[str, str]

    @classmethod
    def of(cls, user: User | None, enters: Customer | None) -> "Visitor":
        client, headers = Client(raise_request_exception=False), {}
        if user is not None:
            client.force_login(user)
            _, key = create_token(actor=system(door=Door.COMMAND), user=user, name="crawl")
            headers["Authorization"] = f"Bearer {key}"
        if enters is not None:
            headers["X-Customer"] = enters.reference
            session = client.session
            session[SESSION_KEY] = enters.pk
            session.save()
        return cls(client, headers)

    def visit(self, url: str, row: Row) -> Any:
        """The answer; what it changed is undone."""
        api = url.startswith("/api/")
        more: dict[str, Any] = {"headers": self.headers} if api else {}
        if api and row.method != "get":
            more["content_type"] = "application/json"
        with transaction.atomic():
            response = getattr(self.client, row.method)(url, row.data, **more)
            transaction.set_rollback(True)
        return response


def test_everybody_gets_what_is_theirs_and_nothing_else(cast: dict[str, User], acme: Customer, world: World) -> None:
    wrong = []
    for who in (*sorted(EVERYBODY), "nobody"):
        visitor = Visitor.of(cast.get(who), acme if who == "dave" else None)
        for name, row in ROUTES.items():
            url = reverse(name, kwargs={key: value(world, place) for key, place in row.args.items()})
            response = visitor.visit(url, row)
            if outcome(response) != row.kind.wanted(who):
                wrong.append(f"{who} {name}: {outcome(response)}, wanted {row.kind.wanted(who)}")
    if wrong:
        pytest.fail("\n".join(wrong))


LISTS = (
    "/calls/",
    "/calls/details/",
    "/calls/signs/",
    "/calls/disputes/",
    "/calls/disputes/new/",
    "/calls/bundles/",
    "/calls/cost/",
    "/calls/download/",
    "/calls/downloads/",
    "/calls/limits/",
    "/invoices/",
    "/mobile/",
    "/users/",
    "/audit/",
    "/notices/",
    "/exchange/",
    "/devices/",
    "/phones/",
)
NAMES = (
    "period",
    "judgement",
    "month",
    "from",
    "to",
    "q",
    "sort",
    "type",
    "after",
    "before",
    "object",
    "id",
    "status",
    "at",
    "number",
)
NONSENSE = ("x", "-1", "9" * 400, "\x00", "2026-13", "9999-12", "0001-01", "'", "%")


@pytest.mark.parametrize("path", LISTS)
def test_no_nonsense_in_an_address_breaks_a_list(client: Client, alice: User, path: str) -> None:
    client.raise_request_exception = False
    client.force_login(alice)
    asked = [(name, value) for name in NAMES for value in NONSENSE]
    assert [one for one in asked if client.get(path, dict([one])).status_code >= 500] == []

"""What can be done with numbers, lines and devices: the only writers of this app's tables.

Every verb runs inside the customer's door (`accounts.tenancy.tenant`), writes one audit entry, and brings the stored
answers of the phones it touches up to date in the same transaction.
"""

from telephony.services.callers import remove_caller_filter, set_caller_filter
from telephony.services.circles import refuse_circles
from telephony.services.device_keys import NewKey, change_device_keys
from telephony.services.devices import (
    NewDevice,
    change_device_lines,
    create_device,
    release_device,
)
from telephony.services.dialables import change_dialable, remove_dialable, usable_destination
from telephony.services.events import store_events
from telephony.services.greetings import (
    add_version,
    clear_greeting_files,
    create_greeting,
    path_of,
    remove_greeting,
    rename_greeting,
    restore_version,
)
from telephony.services.guard import set_spend_guard
from telephony.services.lines import (
    LineChange,
    change_line,
    change_outgoing_blocks,
    create_dialable,
    create_line,
    destination,
    link_employee,
    pin_fits,
    remove_line,
    set_features,
    set_forward,
    set_pin,
)
from telephony.services.links import NewLink, make_link
from telephony.services.many_devices import Judged, create_devices, judge_devices
from telephony.services.numbers import add_number, add_number_range, assign_number, release_number, remove_number_range
from telephony.services.phone_books import book_entries, write_stale_books
from telephony.services.phone_files import forget_kept_settings, store_sent
from telephony.services.provisioning import VOICEMAIL, keep_answer, keep_answers, keep_answers_of
from telephony.services.redirects import announce_device
from telephony.services.registrar import ask_to_fetch, keep_all_accounts
from telephony.services.rotation import (
    LONGEST_OVERLAP,
    NO_OVERLAP,
    NewSecret,
    close_previous_password,
    make_new_password,
    make_new_secret,
)
from telephony.services.schedules import (
    add_later_years,
    change_holidays,
    change_schedule,
    create_dutch_holidays,
    create_holidays,
    create_schedule,
    remove_hours,
)
from telephony.services.unlimited import UnlimitedDays, keep_unlimited_calling

__all__ = [
    "LONGEST_OVERLAP",
    "NO_OVERLAP",
    "VOICEMAIL",
    "Judged",
    "LineChange",
    "NewDevice",
    "NewKey",
    "NewLink",
    "NewSecret",
    "UnlimitedDays",
    "add_later_years",
    "add_number",
    "add_number_range",
    "add_version",
    "announce_device",
    "ask_to_fetch",
    "assign_number",
    "book_entries",
    "change_device_keys",
    "change_device_lines",
    "change_dialable",
    "change_holidays",
    "change_line",
    "change_outgoing_blocks",
    "change_schedule",
    "clear_greeting_files",
    "close_previous_password",
    "create_device",
    "create_devices",
    "create_dialable",
    "create_dutch_holidays",
    "create_greeting",
    "create_holidays",
    "create_line",
    "create_schedule",
    "destination",
    "forget_kept_settings",
    "judge_devices",
    "keep_all_accounts",
    "keep_answer",
    "keep_answers",
    "keep_answers_of",
    "keep_unlimited_calling",
    "link_employee",
    "make_link",
    "make_new_password",
    "make_new_secret",
    "path_of",
    "pin_fits",
    "refuse_circles",
    "release_device",
    "release_number",
    "remove_caller_filter",
    "remove_dialable",
    "remove_greeting",
    "remove_hours",
    "remove_line",
    "remove_number_range",
    "rename_greeting",
    "restore_version",
    "set_caller_filter",
    "set_features",
    "set_forward",
    "set_pin",
    "set_spend_guard",
    "store_events",
    "store_sent",
    "usable_destination",
    "write_stale_books",
]

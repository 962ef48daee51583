"""What can be done with the exchange: the only writers of this app's tables.

Every verb runs inside the customer's door (`accounts.tenancy.tenant`) and writes one audit entry.
"""

from pbx.services.company import change_company, change_night, close_until, set_night_mode, start_exchange
from pbx.services.groups import GroupSettings, change_group, create_group, remove_group
from pbx.services.menus import KeySettings, change_attendant, create_attendant, remove_attendant, set_menu
from pbx.services.people import change_person, create_person, remove_person
from pbx.services.places import NightChoice, change_voicemail, create_fax, create_voicemail, set_night_rule

__all__ = [
    "GroupSettings",
    "KeySettings",
    "NightChoice",
    "change_attendant",
    "change_company",
    "change_group",
    "change_night",
    "change_person",
    "change_voicemail",
    "close_until",
    "create_attendant",
    "create_fax",
    "create_group",
    "create_person",
    "create_voicemail",
    "remove_attendant",
    "remove_group",
    "remove_person",
    "set_menu",
    "set_night_mode",
    "set_night_rule",
    "start_exchange",
]

"""Phone numbers, what callers can reach, lines with their features, desk phones, and the hours people keep."""

from telephony.models.devices import (
    Device,
    DeviceKey,
    DeviceLine,
    KeptSettings,
    PhoneBook,
    PhoneFile,
    ProvisioningAnswer,
    ProvisioningEvent,
)
from telephony.models.dialables import Destination, Dialable, NumberRange, PhoneNumber
from telephony.models.greetings import Greeting, GreetingVersion
from telephony.models.guard import SpendGuardState
from telephony.models.lines import AlsoRings, CallerFilter, CallerFilterNumber, Line, OutgoingBlocks
from telephony.models.schedules import HolidayDay, HolidaySchedule, Schedule, SchedulePeriod
from telephony.models.unlimited import UnlimitedCalling

__all__ = [
    "AlsoRings",
    "CallerFilter",
    "CallerFilterNumber",
    "Destination",
    "Device",
    "DeviceKey",
    "DeviceLine",
    "Dialable",
    "Greeting",
    "GreetingVersion",
    "HolidayDay",
    "HolidaySchedule",
    "KeptSettings",
    "Line",
    "NumberRange",
    "OutgoingBlocks",
    "PhoneBook",
    "PhoneFile",
    "PhoneNumber",
    "ProvisioningAnswer",
    "ProvisioningEvent",
    "Schedule",
    "SchedulePeriod",
    "SpendGuardState",
    "UnlimitedCalling",
]

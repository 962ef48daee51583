"""Night mode: one function decides, every screen and the simulator ask it.

Manual on or off beats holidays, holidays beat working hours; an object's own setting beats the company's.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from pbx.routing.features import Target
from pbx.routing.shapes import CompanyNight, Exchange, NightMode, NightSetting, Place
from telephony.timetable import Moment, Timetable

# One check of a whole exchange asks this for the same few moments thousands of times.
_next_change = lru_cache(maxsize=256)(Timetable.next_change)


class Why(StrEnum):
    """What decided."""

    OBJECT = "object"
    MANUAL = "manual"
    HOLIDAY = "holiday"
    SCHEDULE = "schedule"
    NO_SCHEDULE = "no_schedule"


@dataclass(frozen=True, slots=True)
class Night:
    """Whether it is night, why, until when (UTC; None: until changed), where calls go then, on which holiday."""

    is_on: bool
    why: Why
    until: datetime | None = None
    target: Target | None = None
    holiday: str = ""

    @property
    def lacks_target(self) -> bool:
        return self.is_on and self.target is None


def mode_at(night: CompanyNight, at: datetime) -> NightMode:
    """How the switch stands: one that was set by hand until a moment is automatic from then on."""
    return night.mode if night.until is None or at < night.until else NightMode.AUTO


def company_night(night: CompanyNight, at: datetime) -> Night:
    if mode_at(night, at) is not NightMode.AUTO:
        return Night(night.mode is NightMode.ON, Why.MANUAL, until=night.until, target=night.target)
    table = night.timetable
    if table is None:
        return Night(False, Why.NO_SCHEDULE, target=night.target)
    holiday = table.holiday(at)
    return Night(
        is_on=table.moment(at) is not Moment.BUSINESS,
        why=Why.HOLIDAY if holiday else Why.SCHEDULE,
        until=_next_change(table, at),
        target=night.target,
        holiday=holiday.name if holiday else "",
    )


def night_of(exchange: Exchange, place: Place, at: datetime) -> Night:
    """Night mode as it holds for one object."""
    company = company_night(exchange.night, at)
    own = place.night
    if own.setting is NightSetting.FOLLOW:
        return company if own.target is None else _pointed(company, own.target)
    return Night(own.setting is NightSetting.ON, Why.OBJECT, target=own.target or company.target)


def diverts(exchange: Exchange, place: Place, night: Night) -> bool:
    """Whether night mode sends a call for ``place`` elsewhere.

    The object that the company's night mode points at, and that follows the company, is where calls end up at night: it
    rings. One that points at itself by a target of its own does not: that is a loop, to be found and named.
    """
    if not night.is_on or night.target is None:
        return False
    is_company_target = place.night.target is None and place.night.setting is NightSetting.FOLLOW
    return not (is_company_target and exchange.resolve(night.target).dialable == place.id)


def _pointed(night: Night, target: Target) -> Night:
    return Night(night.is_on, night.why, night.until, target, night.holiday)

"""Reads of schedules and holidays, and of whatever follows them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Count, QuerySet
from django.db.models.functions import Coalesce

from telephony.models import HolidaySchedule, Schedule


@dataclass(frozen=True, slots=True)
class Use:
    """Something that follows a schedule, or plays a greeting: what kind of thing, its name, as what (`label`), and the page
    on which that is changed.
    """

    kind: str
    name: str
    url: str
    field: str
    holder: models.Model
    label: str


def _followers(model: type[models.Model]) -> list[models.ForeignObjectRel]:
    """Every relation of rows that follow, in whichever app; the own periods or days are no such."""
    return [found for found in model._meta.related_objects if found.on_delete is models.PROTECT]


def uses_of(schedule: models.Model) -> list[Use]:
    """Everything that follows it. What would refuse to lose it is found by that, so nothing new can be forgotten."""
    return [
        Use(
            str(holder._meta.verbose_name), str(holder), _page_of(holder), relation.field.name, holder, _label(relation)
        )
        for relation in _followers(type(schedule))
        for holder in _holders(relation, schedule)
    ]


def _holders(relation: models.ForeignObjectRel, schedule: models.Model) -> QuerySet[Any]:
    """With what their names are made of: one query a relation, however many follow."""
    named_by: tuple[str, ...] = getattr(relation.related_model, "NAMED_BY", ()) or (relation.field.name,)
    found = relation.related_model._default_manager.filter(**{relation.field.name: schedule})
    return found.select_related(*named_by).order_by("pk")


def _page_of(holder: Any) -> str:
    return str(holder.get_absolute_url()) if hasattr(holder, "get_absolute_url") else ""


def _label(relation: models.ForeignObjectRel) -> str:
    return str(relation.field.verbose_name)


def count_of_uses(model: type[models.Model]) -> Any:
    """How many times a row is used, as part of a query."""
    counts = [Coalesce(Count(relation.name, distinct=True), 0) for relation in _followers(model)]
    return sum(counts[1:], counts[0])


def schedules() -> QuerySet[Schedule]:
    """Schedules by name, with their periods and how often they are used."""
    return Schedule.objects.annotate(uses=count_of_uses(Schedule)).prefetch_related("periods").order_by("name")


def holiday_schedules() -> QuerySet[HolidaySchedule]:
    """Lists of holidays by name, with their days and how often they are used."""
    return (
        HolidaySchedule.objects.annotate(uses=count_of_uses(HolidaySchedule)).prefetch_related("days").order_by("name")
    )


def kept_up_to_date(year: int) -> QuerySet[HolidaySchedule]:
    """Lists that wait for the public holidays of years up to ``year``."""
    return HolidaySchedule.objects.filter(public_until__lt=year).prefetch_related("days").order_by("pk")


def without_days_ahead(found: Iterable[HolidaySchedule], today: date) -> list[HolidaySchedule]:
    """Lists that close nothing any more."""
    return [each for each in found if not any(day.yearly or day.last >= today for day in each.days.all())]

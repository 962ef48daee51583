"""Schedules and holidays as calendar files, there and back; and files that are no calendar, or a hostile one."""

import datetime as dt
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from accounts.errors import Refusal
from telephony.calendars.lines import LARGEST, MOST_EVENTS
from telephony.calendars.read import read_holidays, read_week
from telephony.calendars.write import write_holidays, write_week
from telephony.hours import DayRow, PeriodRow
from telephony.timetable import DAY, Week, parse_clock

AT = dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 26)
OFFICE = PeriodRow(frozenset(range(5)), parse_clock("8:30"), parse_clock("17:30"))
NIGHT = PeriodRow(frozenset({4, 6}), parse_clock("22:00"), parse_clock("6:00"), "Storingsdienst")


def calendar(*events: str, head: str = "X-WR-CALNAME:Winkel") -> bytes:
    body = "".join(f"BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\n" for event in events)
    return f"BEGIN:VCALENDAR\r\n{head}\r\n{body}END:VCALENDAR\r\n".encode()


def event(*lines: str) -> str:
    return "\r\n".join(lines)


# --- writing ---


def test_a_period_is_a_weekly_appointment_by_the_clock_of_amsterdam() -> None:
    written = write_week("Werktijden", [OFFICE, NIGHT], key="1", at=AT).decode()
    assert "DTSTART;TZID=Europe/Amsterdam:20240101T083000" in written
    assert "DTEND;TZID=Europe/Amsterdam:20240101T173000" in written
    assert "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR" in written
    assert "DTSTART;TZID=Europe/Amsterdam:20240105T220000" in written
    assert "DTEND;TZID=Europe/Amsterdam:20240106T060000" in written  # over midnight: the next day
    assert all(len(line.encode()) <= 75 for line in written.split("\r\n"))


def test_the_file_holds_what_the_standard_asks_for() -> None:
    found = Calendar.from_ical(write_week("Werktijden", [OFFICE], key="1", at=AT))
    assert isinstance(found, Calendar)
    assert (found["VERSION"], found["X-WR-CALNAME"]) == ("2.0", "Werktijden")
    (zone,) = found.walk("VTIMEZONE")
    assert zone["TZID"] == "Europe/Amsterdam"
    one: Any
    (one,) = found.walk("VEVENT")
    assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "RRULE"} <= set(one)
    assert one["DTSTART"].dt.utcoffset() == dt.timedelta(hours=1)


def test_the_same_schedule_written_again_has_the_same_appointments() -> None:
    one, other = (write_week("Werktijden", [OFFICE], key="1", at=AT + dt.timedelta(days=n)).decode() for n in range(2))
    assert [line for line in one.split("\r\n") if line.startswith("UID")] == [
        line for line in other.split("\r\n") if line.startswith("UID")
    ]


def test_the_last_day_of_a_holiday_is_in_it_though_the_file_names_the_first_that_is_free() -> None:
    row = DayRow(name="Kerstvakantie", first=dt.date(2026, 12, 24), last=dt.date(2026, 12, 31))
    written = write_holidays("Feestdagen", [row], key="1", at=AT).decode()
    assert "DTSTART;VALUE=DATE:20261224" in written
    assert "DTEND;VALUE=DATE:20270101" in written
    assert read_holidays(written.encode(), today=TODAY).rows == [row]


# --- there and back ---

names = st.text(st.characters(categories=["L", "N"], include_characters=" ,;:\\-"), min_size=1, max_size=20).map(
    lambda text: " ".join(text.replace("\\N", "").split()) or "x"
)
minutes = st.integers(0, DAY - 1)
periods = st.builds(
    PeriodRow, st.frozensets(st.integers(0, 6), min_size=1), minutes, minutes | st.just(DAY), st.just("") | names
).filter(lambda row: row.start != row.end and row.name != "Lijst")


def meaning(rows: list[PeriodRow]) -> dict[str, Week]:
    """When it is open, by the name of the period."""
    return {name: Week.of(row.period() for row in rows if row.name == name) for name in {row.name for row in rows}}


@given(st.lists(periods, max_size=8))
@settings(max_examples=150)
def test_a_schedule_comes_back_as_it_went(rows: list[PeriodRow]) -> None:
    found = read_week(write_week("Lijst", rows, key="1", at=AT))
    assert (found.name, list(found.skipped)) == ("Lijst", [])
    assert meaning(list(found.rows)) == meaning(rows)


@st.composite
def holiday_rows(draw: st.DrawFn) -> DayRow:
    first = draw(st.dates(dt.date(2020, 1, 1), dt.date(2035, 12, 31)))
    last = first + dt.timedelta(days=draw(st.integers(0, 12)))
    start, end = draw(st.just((0, DAY)) | st.tuples(minutes, st.integers(1, DAY)).filter(lambda t: t[0] < t[1]))
    return DayRow(name=draw(names), first=first, last=last, start=start, end=end, yearly=draw(st.booleans()))


def closed(rows: list[DayRow]) -> set[tuple[dt.date, str, int, int, bool]]:
    """What is closed, day by day."""
    return {
        (row.first + dt.timedelta(days=n), row.name, row.start, row.end, row.yearly)
        for row in rows
        for n in range((row.last - row.first).days + 1)
    }


@given(st.lists(holiday_rows(), max_size=6))
@settings(max_examples=150)
def test_holidays_come_back_as_they_went(rows: list[DayRow]) -> None:
    found = read_holidays(write_holidays("Lijst", rows, key="1", at=AT), today=dt.date.min)
    assert list(found.skipped) == []
    assert closed(list(found.rows)) == closed(rows)


def test_what_looks_like_a_new_line_in_a_name_does_not_break_it() -> None:
    row = DayRow(name="C:\\Naam", first=TODAY, last=TODAY)
    (found,) = read_holidays(write_holidays("Lijst", [row], key="1", at=AT), today=TODAY).rows
    assert found.name == "C:\\naam"


# --- reading what others write ---


def test_appointments_at_the_same_times_become_one_period() -> None:
    monday, friday = (
        event(
            "SUMMARY:Open",
            f"DTSTART;TZID=Europe/Amsterdam:202401{day}T090000",
            f"DTEND;TZID=Europe/Amsterdam:202401{day}T170000",
            "RRULE:FREQ=WEEKLY",
        )
        for day in ("01", "05")
    )
    assert read_week(calendar(monday, friday)).rows == [PeriodRow(frozenset({0, 4}), 540, 1020, "Open")]


def test_every_day_a_duration_and_a_zone_with_our_clock_are_understood() -> None:
    daily = event("SUMMARY:Lunch", "DTSTART;TZID=Europe/Berlin:20240101T120000", "DURATION:PT45M", "RRULE:FREQ=DAILY")
    assert read_week(calendar(daily)).rows == [PeriodRow(frozenset(range(7)), 720, 765, "Lunch")]


def test_names_as_outlook_gives_zones_are_understood() -> None:
    outlook = event(
        "SUMMARY:Open", "DTSTART;TZID=W. Europe Standard Time:20240101T090000", "DURATION:PT8H", "RRULE:FREQ=WEEKLY"
    )
    found = read_week(calendar(outlook))
    assert [row.start for row in found.rows] == [540]


WEEKLY = ("DTSTART;TZID=Europe/Amsterdam:20240101T090000", "DTEND;TZID=Europe/Amsterdam:20240101T170000")


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (WEEKLY, "once"),
        ((*WEEKLY, "RRULE:FREQ=WEEKLY;INTERVAL=2"), "interval"),
        ((*WEEKLY, "RRULE:FREQ=WEEKLY;COUNT=4"), "ends"),
        ((*WEEKLY, "RRULE:FREQ=WEEKLY;UNTIL=20250101T000000Z"), "ends"),
        ((*WEEKLY, "RRULE:FREQ=MONTHLY;BYDAY=1MO"), "recurrence"),
        ((*WEEKLY, "RRULE:FREQ=WEEKLY;BYDAY=2MO"), "recurrence"),
        ((*WEEKLY, "RRULE:FREQ=WEEKLY;BYHOUR=9,10"), "recurrence"),
        ((*WEEKLY, "RRULE:FREQ=WEEKLY", "RDATE:20240102T090000"), "recurrence"),
        ((*WEEKLY, "RRULE:FREQ=WEEKLY", "RECURRENCE-ID:20240108T080000Z"), "moved"),
        ((*WEEKLY, "RRULE:FREQ=WEEKLY", "STATUS:CANCELLED"), "cancelled"),
        (("DTSTART:20240101T090000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY"), "utc"),
        (("DTSTART;TZID=America/New_York:20240101T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY"), "zone"),
        (("DTSTART;TZID=Nergens:20240101T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY"), "zone"),
        ((WEEKLY[0], "DURATION:PT30H", "RRULE:FREQ=WEEKLY"), "too_long"),
        ((WEEKLY[0], "DURATION:P99999999999W", "RRULE:FREQ=WEEKLY"), "broken"),
        (("DTSTART:gisteren", "RRULE:FREQ=WEEKLY"), "broken"),
        (("RRULE:FREQ=WEEKLY",), "broken"),
    ],
)
def test_what_a_schedule_cannot_be_is_named_with_the_reason(lines: tuple[str, ...], code: str) -> None:
    found = read_week(calendar(event("SUMMARY:Markt", *lines)))
    assert (list(found.rows), [(each.title, each.code) for each in found.skipped]) == ([], [("Markt", code)])
    assert found.skipped[0].words


def test_days_left_out_of_a_series_are_said_while_the_series_is_taken_over() -> None:
    series = event("SUMMARY:Open", *WEEKLY, "RRULE:FREQ=WEEKLY", "EXDATE;TZID=Europe/Amsterdam:20240108T090000")
    found = read_week(calendar(series))
    assert (len(found.rows), [each.code for each in found.skipped]) == (1, ["exceptions"])


def test_holidays_with_times_over_days_become_their_parts() -> None:
    closing = event(
        "SUMMARY:Kerst",
        "DTSTART;TZID=Europe/Amsterdam:20261224T160000",
        "DTEND;TZID=Europe/Amsterdam:20261228T083000",
    )
    found = read_holidays(calendar(closing), today=TODAY).rows
    assert [(row.first.day, row.last.day, row.start, row.end) for row in found] == [
        (24, 24, 960, DAY),
        (25, 27, 0, DAY),
        (28, 28, 0, 510),
    ]


def test_a_calendar_of_holidays_skips_what_is_over_and_what_comes_every_week() -> None:
    old = event("SUMMARY:Pasen", "DTSTART;VALUE=DATE:20250420")
    weekly = event("SUMMARY:Zondag", "DTSTART;VALUE=DATE:20260104", "RRULE:FREQ=WEEKLY")
    birthday = event("SUMMARY:Oudjaar", "DTSTART;VALUE=DATE:20201231", "RRULE:FREQ=YEARLY")
    found = read_holidays(calendar(old, weekly, birthday), today=TODAY)
    assert [(row.name, row.yearly) for row in found.rows] == [("Oudjaar", True)]
    assert [(each.title, each.code) for each in found.skipped] == [("Pasen", "past"), ("Zondag", "weekly")]


def test_names_lose_what_could_do_harm() -> None:
    nasty = event("SUMMARY:<script>\x07\\n a\u202eb" + "x" * 100, *WEEKLY, "RRULE:FREQ=WEEKLY")
    (row,) = read_week(calendar(nasty)).rows
    assert row.name.startswith("<script> a b")  # shown escaped, as every name
    assert len(row.name) == 60


# --- no calendar, or a hostile one ---


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04\x14\x00zip",
        b"\xff\xfe\x00\x01",
        b"<html></html>",
        b"BEGIN:VEVENT\r\nEND:VEVENT\r\n",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n",
        b"BEGIN:VCALENDAR\r\nEND:VEVENT\r\n",
        b"BEGIN:VCALENDAR\r\n\0END:VCALENDAR\r\n",
    ],
)
def test_what_is_no_calendar_is_refused(data: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        read_week(data)
    assert refused.value.code == "no_calendar"


def test_a_calendar_without_appointments_is_one() -> None:
    assert list(read_week(calendar()).rows) == []


def test_too_large_a_file_and_too_many_appointments_are_refused() -> None:
    with pytest.raises(Refusal) as refused:
        read_week(b"x" * (LARGEST + 1))
    assert refused.value.code == "calendar_too_large"
    with pytest.raises(Refusal) as refused:
        read_week(calendar(*["SUMMARY:x"] * (MOST_EVENTS + 1)))
    assert refused.value.code == "too_many_appointments"


def test_a_hostile_calendar_takes_no_time() -> None:
    """A zone that changes every second, deep nesting, endless lines and numbers: none of it reaches the parser."""
    zone = "BEGIN:VTIMEZONE\r\nTZID:Bom\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0000\r\n"
    zone += "TZOFFSETTO:+0100\r\nRRULE:FREQ=SECONDLY\r\nEND:STANDARD\r\nEND:VTIMEZONE"
    deep = "BEGIN:VALARM\r\n" * 2000 + "END:VALARM\r\n" * 2000
    series = event("SUMMARY:Open", *WEEKLY, "RRULE:FREQ=WEEKLY;INTERVAL=" + "9" * 50_000, "DESCRIPTION:" + "x" * 50_000)
    forever = event("SUMMARY:Altijd", *WEEKLY, "RRULE:FREQ=SECONDLY", deep.strip())
    data = calendar(series, forever, head=f"X-WR-CALNAME:Bom\r\n{zone}")
    assert len(data) < LARGEST
    began = time.process_time()
    found = read_week(data)
    assert time.process_time() - began < 2
    assert [each.title for each in found.skipped] == ["Open", "Altijd"]


@given(st.binary(max_size=400) | st.text(max_size=400).map(lambda text: calendar(event(text))))
@settings(max_examples=300)
def test_whatever_is_sent_is_read_or_refused(data: bytes) -> None:
    try:
        read_week(data)
        read_holidays(data, today=TODAY)
    except Refusal as refusal:
        assert refusal.code in {"no_calendar", "calendar_too_large", "too_many_appointments"}  # noqa: PT017


values = st.sampled_from(["DTSTART", "DTEND", "DURATION", "RRULE", "EXDATE", "STATUS", "SUMMARY", "RECURRENCE-ID"])


@given(st.lists(st.tuples(values, st.text(st.characters(codec="ascii"), max_size=30)), max_size=6))
@settings(max_examples=300)
def test_whatever_an_appointment_holds_is_read_or_named(parts: list[tuple[str, str]]) -> None:
    lines = [f"{name}:{value}".replace("\r", "").replace("\n", "").replace("\0", "") for name, value in parts]
    data = calendar(event("SUMMARY:x", *lines))
    read_week(data)
    read_holidays(data, today=TODAY)

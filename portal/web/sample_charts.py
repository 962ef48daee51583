"""The charts of the style guide, with the numbers of the pictures that the design was made from."""

from datetime import date, timedelta
from typing import Any

from portal import charts
from portal.lib import formats

EURO = 1_000_000
DAY_COSTS = (
    9.7,
    8.6,
    0.2,
    0.3,
    12.5,
    11.9,
    9.6,
    13.5,
    9.4,
    0.4,
    0.3,
    13.1,
    10.3,
    10.1,
    39.25,
    10.6,
    0.4,
    2.0,
    10.4,
    14.5,
    15.2,
    8.9,
    9.8,
    0.7,
    0.4,
    9.7,
    10.9,
    12.5,
    10.3,
    9.7,
    1.6,
)
MONTHS = ("nov", "dec", "jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt")
MONTH_COSTS = (
    (318, 298, 0),
    (318, 260, 0),
    (318, 306, 0),
    (326, 296, 0),
    (326, 332, 149),
    (326, 308, 0),
    (334, 284, 0),
    (334, 318, 0),
    (334, 238, 0),
    (342, 228, 0),
    (342, 306, 0),
    (359, 326, 149),
)


def _day_bars() -> str:
    days = []
    for index, cost in enumerate(DAY_COSTS):
        day, micros = date(2026, 10, 1) + timedelta(days=index), round(cost * EURO)
        words = formats.day(day, "nl")
        days.append(
            charts.Day(
                value=micros,
                label=words,
                shown=formats.euro(micros, "nl"),
                weekend=day.weekday() > 4,
                axis=f"do {day.day}" if day.weekday() == 3 else "",
                url="?day=" + day.isoformat(),
                note="3 lange gesprekken naar Marokko" if day.day == 15 else "",
            )
        )
    return charts.day_bars(days, title="Kosten per dag", tick=_tick, heads=("Dag", "Kosten"), unit=f"€{formats.NBSP}")


def _tick(micros: int) -> str:
    return formats.number(micros // EURO, "nl")


def _gigabytes(size: int) -> str:
    return formats.data(size, "nl") if size else "0"


def _month_bars() -> str:
    columns = [
        charts.MonthColumn(
            label=f"{name} {2025 if index < 2 else 2026}",
            axis=name,
            values=tuple(part * EURO for part in parts),
            shown=formats.euro(sum(parts) * EURO, "nl"),
            url=f"?month={index}",
            current=index == 11,
        )
        for index, (name, parts) in enumerate(zip(MONTHS, MONTH_COSTS, strict=True))
    ]
    kinds = (charts.Part("vaste kosten", "fixed"), charts.Part("verbruik", "usage"), charts.Part("eenmalig", "once"))
    return charts.month_bars(
        columns,
        kinds,
        title="Kosten van 12 maanden",
        tick=_tick,
        heads=("Maand", "Kosten"),
        unit=f"€{formats.NBSP}",
        sentence="Gemiddeld € 650,54 per maand. Verbruik in oktober: 11 % boven het gemiddelde.",
    )


def _bundle() -> str:
    giga = 10**9
    steps = (1, 2.4, 4.6, 6.4, 8.2, 10.5, 12.2, 13.6, 15.4, 18.2, 20.3, 22.8, 24.9, 27.3, 28.4, 29.6, 32.9, 36.2, 41.2)
    fill = charts.Fill(
        so_far=tuple(round(step * giga) for step in steps),
        days=30,
        bundle=50 * giga,
        forecast=65 * giga,
        bundle_words=("bundel", "50 GB"),
        now_words="nu 41,2 GB",
        forecast_words="verwacht 65 GB",
        full_words="vol op ma 23 nov.",
        axis=((1, "1 nov."), (8, "8"), (15, "15"), (19, "vandaag"), (30, "30")),
    )
    return charts.bundle_line(
        fill,
        title="Groepsbundel data in november",
        tick=lambda size: str(size // giga),
        shown=_gigabytes,
        unit=f"{formats.NBSP}GB",
        sentence="Op dit tempo is de bundel maandag vol. Mehmet gebruikt 36 % van de groep.",
        heads=("Dag", "Verbruikt"),
        row_labels=[f"{day} november" for day in range(1, 20)],
    )


def _tree() -> charts.Node:
    node = charts.Node
    overflow = node("alert", "Geen overloop", "beller blijft wachten", state="dead")
    menu = node(
        "exchange",
        "Welkomstmenu",
        "‘Welkom bij Van Dijk’",
        via="open",
        problem=2,
        children=(
            node(
                "group",
                "Verkoop",
                "3 leden, simultaan",
                "101",
                "1",
                key=True,
                url="?101",
                children=(node("phone", "Receptie", "Fatima El Idrissi", "209", "na 30 s"),),
            ),
            node("group", "Support", "2 leden, vaste volgorde", "102", "2", key=True, problem=1, children=(overflow,)),
            node(
                "phone",
                "Receptie",
                "ook zonder keuze",
                "209",
                "9",
                key=True,
                children=(node("voicemail", "Voicemail", "mailt naar fatima@", via="na 25 s"),),
            ),
        ),
    )
    closed = node(
        "voicemail",
        "Voicemail",
        "Bedrijf Voicemail",
        "999",
        "gesloten",
        state="other",
        children=(node("mail", "E-mail", "info@vandijk.nl", state="other"),),
    )
    holiday = node(
        "flag",
        "Feestdagmelding",
        "‘Vandaag gesloten’",
        via="feestdag",
        state="other",
        children=(node("x", "Einde gesprek", "verbinding verbreken", state="other"),),
    )
    night = node("sun", "Nachtschakeling", "nu open, tot 17:30", children=(menu, closed, holiday))
    return node("phone", "088 765 40 00", "Hoofdnummer", children=(night,))


def sample_charts() -> dict[str, Any]:
    """Every kind of chart."""
    shares = [
        charts.Share("Nederland mobiel", 12558, "€ 125,58", "45 %", "?type=mob"),
        charts.Share("Nederland vast", 5865, "€ 58,65", "21 %"),
        charts.Share("Buitenland", 5864, "€ 58,64", "21 %"),
        charts.Share("Servicenummers", 3421, "€ 34,21", "13 %"),
    ]
    causes = [
        charts.Cause("Nieuw toestel voor Lisa Jansen", "Yealink T46U, eenmalig", 14900, "+ € 149,00"),
        charts.Cause("Meer mobiel buiten bundel", "vooral Joost: data in Zwitserland, € 28,40", 3620, "+ € 36,20"),
        charts.Cause("Eén mobiel abonnement erbij", "Lisa Jansen, vanaf 1 oktober", 1750, "+ € 17,50"),
        charts.Cause("Minder gesprekskosten", "54 gesprekken meer, maar korter", -1884, "− € 18,84"),
    ]
    quarters = [charts.Quarter("down" if index == 64 else "unknown" if index < 2 else "up") for index in range(96)]
    return {
        "day_bars": _day_bars(),
        "share_bar": charts.share_bar(shares, title="Kosten per gesprekstype"),
        "month_bars": _month_bars(),
        "cause_bars": charts.cause_bars(causes, total_label="Verschil met september", total_shown="+ € 183,86"),
        "bundle_line": _bundle(),
        "day_strip": charts.day_strip(
            quarters,
            label="Bereikbaar 99,7 % van de laatste 24 uur, 4 minuten weg om 06:10",
            axis=((0, "wo 14:10"), (24, "20:10"), (48, "02:10"), (96, "nu")),
            fault=(64, "06:10, 4 min weg"),
        ),
        "mini": charts.mini_bars(
            [9, 10, 2, 1, 12, 11, 9, 13, 9, 1, 0, 13, 10, 10, 30], label="Kosten per dag in november", last_high=1
        ),
        "tree": charts.call_tree(_tree(), label="Nummerplan van 088 765 40 00"),
        "tree_legend": charts.tree_legend(),
        "outline": charts.call_outline(_tree()),
    }

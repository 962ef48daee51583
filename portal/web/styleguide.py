"""Every component in every state, in Dutch, on one page: to look at, and for axe to walk over. Routed in demo and debug only."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET

from portal import charts
from portal.lib import colour, icons, ui
from portal.web.sample_charts import MONTHS, sample_charts


class EmployeeForm(forms.Form):
    """A form with two wrong fields, as in the pictures."""

    first_name = forms.CharField(label="Voornaam")
    last_name = forms.CharField(label="Achternaam")
    extension = forms.CharField(label="Intern nummer", help_text="2 tot 4 cijfers")
    email = forms.CharField(label="E-mailadres")
    number = forms.ChoiceField(
        label="Extern nummer", required=False, choices=[("1", "088 765 41 24"), ("2", "088 765 41 25")]
    )
    password = forms.CharField(label="Wachtwoord", widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    policy = forms.ChoiceField(
        label="Volgorde", widget=forms.RadioSelect, choices=[("all", "Tegelijk"), ("order", "Vaste volgorde")]
    )
    welcome = forms.BooleanField(label="Welkomstmail sturen", required=False, help_text="met gebruikersnaam en link")

    def clean_extension(self) -> str:
        raise forms.ValidationError("Support gebruikt 102 al. Vrij in de buurt:", params={"proposals": ("103", "104")})

    def clean_email(self) -> str:
        raise forms.ValidationError(
            "Het stuk na de @ is niet compleet. Bedoel je", params={"proposals": ("tom@vandijk.nl",)}
        )


class SwitchForm(forms.Form):
    """Switches of a line, with a save bar."""

    call_waiting = forms.BooleanField(label="Wisselgesprek", required=False, help_text="tweede gesprek aannemen")
    hide_number = forms.BooleanField(label="Nummer verbergen", required=False, help_text="gebelden zien ‘anoniem’")
    simultaneous = forms.BooleanField(label="Ook laten overgaan op", required=False, help_text="06 12 34 56 01")


class CallFilter(forms.Form):
    """The filters of the call pages."""

    q = forms.CharField(label="Zoek op nummer of naam", required=False)
    product = forms.ChoiceField(
        label="Product", required=False, choices=[("", "Alles"), ("fixed", "vast"), ("mobile", "mobiel")]
    )
    direction = forms.ChoiceField(
        label="Richting", required=False, choices=[("", "Alle"), ("out", "uitgaand"), ("in", "inkomend")]
    )
    kind = forms.MultipleChoiceField(
        label="Gesprekstype",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("nl", "Nederland vast"), ("mob", "Nederland mobiel"), ("int", "Buitenland")],
    )
    caller = forms.CharField(label="Beller", required=False)
    called = forms.CharField(label="Gebeld nummer", required=False)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the matrix, in micros."""

    name: str
    number: str
    costs: tuple[int, ...]
    calls: int
    seconds: int

    @property
    def total(self) -> int:
        return sum(self.costs)


def _matrix() -> list[Row]:
    rows = [
        ("Sanne Bakker", "+31887654121", (1174, 2470, 3278, 744), 393, 77460),
        ("Hoofdnummer", "+31887654000", (1720, 3713, 505, 1080), 501, 100740),
        ("Mehmet Yılmaz", "+31887654122", (1082, 2631, 956, 701), 357, 68280),
        ("Fatima El Idrissi", "+31887654209", (781, 1672, 556, 581), 258, 47100),
        ("Joost de Wit", "+31887654123", (720, 1351, 569, 190), 215, 39960),
        ("Werkplaats", "+31887654130", (388, 721, 0, 125), 126, 20520),
    ]
    return [
        Row(name, number, tuple(cost * 10_000 for cost in costs), calls, secs)
        for name, number, costs, calls, secs in rows
    ]


def _brands() -> list[tuple[str, list[tuple[str, str]]]]:
    """Two brands and a loud one: their accent, its text and the soft ground, as SVG fills."""
    shown = []
    for name, hex_colour in (("Delfts blauw", "#2346A8"), ("Pruim", "#7A2A68"), ("Schreeuwgeel", "#FFE100")):
        both = colour.palette(hex_colour)
        tones = (
            both.light.accent,
            both.light.soft,
            both.light.chart_2,
            both.dark.accent,
            both.dark.soft,
            both.dark.chart_2,
        )
        shown.append((name, [(tone, tone) for tone in tones]))
    return shown


def _toasts() -> list[Message]:
    return [
        Message(constants.SUCCESS, "Opgeslagen en al op het toestel.", "undo:/styleguide/"),
        Message(constants.WARNING, "Opgeslagen. 2 toestellen volgen nog.", "look:/styleguide/"),
        Message(constants.ERROR, "Niet opgeslagen: geen verbinding.", "retry:/styleguide/"),
    ]


def _words() -> dict[str, Any]:
    choice, figure = ui.Choice, ui.Figure
    return {
        "crumbs": [choice("Medewerkers", "/styleguide/"), choice("Sanne Bakker")],
        "tabs": [choice("Totalen", "?tab=1", active=True), choice("Details", "?tab=2")],
        "segments": [
            choice("Per type", "?s=1"),
            choice("Per nummer", "?s=2"),
            choice("Nummer en type", "?s=3", active=True),
        ],
        "picker": ui.PeriodPicker(
            label="oktober 2026",
            previous_url="?month=2026-09",
            next_url="?month=2026-11",
            choices=[choice(name, f"?m={index}", active=name == "okt") for index, name in enumerate(MONTHS)],
            current=choice("Lopende periode", "?"),
            about="1 t/m 31 oktober · vergeleken met september",
            own=True,
            first="2026-10-01",
            last="2026-10-31",
        ),
        "figures": [
            figure("Kosten excl. btw", "€ 277,08", "€ 18,84 (6,4 %) minder dan september"),
            figure("Gesprekken", "1.850", "1.796 in september"),
            figure("Beltijd", "98 u 21 min", "102 u 29 min in september"),
            figure("Duurste gesprek", "€ 11,18", "Sanne Bakker naar Marokko, do 15 okt.", url="?call=1"),
        ],
        "facts": [
            figure("Configuratie opgehaald", "vandaag 08:02", "is de nieuwste versie"),
            figure("Firmware", "108.86.0.90", "nieuwste voor dit model"),
            figure("Netwerk", "84.241.12.7", "Van Dijk, kantoor Tilburg"),
        ],
        "chain": [
            ui.Link("phone", "Beller", "alle nummers"),
            ui.Link("moon", "Niet storen", "tot 15:30"),
            ui.Link("voicemail", "Voicemail", "begroeting ‘Afwezig’"),
            ui.Link("mail", "E-mail", "sanne@vandijk.nl"),
        ],
        "steps": [
            ui.Step("0:00", "Binnen op 088 765 40 00", "Hoofdnummer"),
            ui.Step("0:02", "Welkomstmenu speelt, beller drukt 2", "toets 2: Support"),
            ui.Step("0:14", "Mehmet wordt gebeld, na 15 sec. Lisa", "belgroep Support (102)"),
            ui.Step("0:44", "Niemand neemt op: de beller blijft wachten", "probleem 1", "bad"),
        ],
        "history": [
            ui.EventDay(
                "Vandaag",
                [
                    ui.Event(
                        "08:02",
                        "Configuratie opgehaald",
                        "Wijziging van Joost: doorschakelen bij bezet",
                        "200 · 14 kB",
                        "download",
                        "good",
                    ),
                    ui.Event(
                        "08:01",
                        "Gevraagd om configuratie op te halen",
                        "na opslaan door Joost de Wit",
                        "check-sync",
                        "pulse",
                    ),
                    ui.Event(
                        "06:10",
                        "Niet meer bereikbaar",
                        "Samen met 5 andere toestellen in Tilburg",
                        "4 min",
                        "alert",
                        "bad",
                    ),
                ],
            ),
            ui.EventDay(
                "Maandag 16 november",
                [ui.Event("03:41", "Verkeerd wachtwoord bij ophalen", "1 poging, geweigerd", "401", "key", "warn")],
            ),
        ],
    }


@require_GET
def styleguide(request: HttpRequest) -> HttpResponse:
    """Everything the design system has, in every state."""
    wrong = EmployeeForm(
        {
            "first_name": "Tom",
            "last_name": "Willems",
            "extension": "102",
            "email": "tom@vandijk",
            "policy": "all",
            "password": "x",
        }
    )
    wrong.is_valid()
    rows = _matrix()
    context = {
        **_words(),
        **sample_charts(),
        "wrong": wrong,
        "plain": EmployeeForm(prefix="plain", initial={"policy": "all"}),
        "switches": SwitchForm(initial={"call_waiting": True}),
        "filter_form": CallFilter(request.GET or QueryDict("product=fixed&direction=out")),
        "rows": [(row, [(cost, charts.tint(cost, 37_130_000)) for cost in row.costs]) for row in rows],
        "sums": [sum(row.costs[index] for row in rows) for index in range(4)],
        "total": sum(row.total for row in rows),
        "calls": sum(row.calls for row in rows),
        "seconds": sum(row.seconds for row in rows),
        "toasts": _toasts(),
        "icons": list(icons.ICONS),
        "brands": _brands(),
        "kinds": (
            ("good", "Aangemeld"),
            ("warn", "Bijna vol"),
            ("bad", "Offline"),
            ("accent", "Nieuw"),
            ("off", "Uit"),
        ),
    }
    return render(request, "styleguide.html", context)

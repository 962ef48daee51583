"""The template components: what a page hands over is what people see, in both languages and without inline anything."""

import re
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.http import QueryDict
from django.template import engines
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory
from django.utils import translation

from portal.lib import icons, shown, ui
from portal.web.forms import Renderer

PORTAL = Path(__file__).parents[1]
TEMPLATES = sorted(path.relative_to(PORTAL / "templates").as_posix() for path in (PORTAL / "templates").rglob("*.html"))


class Filter(forms.Form):
    q = forms.CharField(label="Zoek", required=False)
    product = forms.ChoiceField(label="Product", required=False, choices=[("", "Alles"), ("fixed", "vast")])
    kind = forms.MultipleChoiceField(
        label="Type", required=False, widget=forms.CheckboxSelectMultiple, choices=[("a", "A"), ("b", "B"), ("c", "C")]
    )
    sort = forms.CharField(required=False, widget=forms.HiddenInput)


class Person(forms.Form):
    name = forms.CharField(label="Naam")
    extension = forms.CharField(label="Intern nummer", required=False, help_text="2 tot 4 cijfers")
    mail = forms.BooleanField(label="Mail sturen", required=False)
    order = forms.ChoiceField(label="Volgorde", widget=forms.RadioSelect, choices=[("a", "A")], required=False)

    def clean_extension(self) -> str:
        value = str(self.cleaned_data["extension"])
        if value == "102":
            raise forms.ValidationError("Support gebruikt 102 al. Vrij:", params={"proposals": ("103", "104")})
        return value


def drawn(source: str, path: str = "/calls/", **context: Any) -> str:
    template = engines["django"].from_string("{% load centrale %}" + source)
    with translation.override("nl"):
        return str(template.render(context, RequestFactory().get(path)))


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_holds_inline_style_or_script(name: str) -> None:
    source = (PORTAL / "templates" / name).read_text()
    get_template(name)
    assert " style=" not in source
    assert not re.search(r"\son(click|change|submit|load|input)=", source)
    assert not re.search(r"<script(?![^>]*\bsrc=)", source)
    assert "<style" not in source


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "409", "500", "503"])
def test_error_pages_need_no_brand_and_no_database(name: str) -> None:
    with translation.override("nl"):
        page = render_to_string(f"{name}.html")
    assert page.count("<h1>") == 1
    assert "brand.css" not in page
    assert 'lang="nl"' in page


def test_the_styles_and_scripts_stay_small() -> None:
    assert sum(path.stat().st_size for path in (PORTAL / "static/css").glob("*.css")) < 60_000
    assert sum(path.stat().st_size for path in (PORTAL / "static/js").glob("*.js")) < 20_000


@pytest.mark.parametrize("name", sorted(icons.ICONS))
def test_every_icon_is_drawn_on_the_same_grid(name: str) -> None:
    markup = drawn("{% icon name %}", name=name)
    assert 'viewBox="0 0 20 20"' in markup
    assert 'aria-hidden="true"' in markup


def test_every_icon_that_a_template_names_exists() -> None:
    named = set()
    for path in PORTAL.parent.glob("*/templates/**/*.html"):
        named.update(re.findall(r'{% icon "([a-z-]+)"', path.read_text()))
    assert named <= set(icons.ICONS)


@pytest.mark.parametrize(
    ("source", "value", "words"),
    [
        ("{{ v|euro }}", 277_080_000, "€\xa0277,08"),
        ("{{ v|euro_signed }}", -18_840_000, "−\xa0€\xa018,84"),
        ("{{ v|euro4 }}", 60_300, "€\xa00,0603"),
        ("{{ v|e164 }}", "+31887654000", "088 765 40 00"),
        ("{{ v|duration }}", 4800, "1\xa0u\xa020\xa0min"),
        ("{{ v|call_time }}", 521, "8:41"),
        ("{{ v|percent }}", 36, "36\xa0%"),
        ("{{ v|number }}", 1850, "1.850"),
        ("{{ v|bytes }}", 14_800_000_000, "14,8\xa0GB"),
        ("{{ v|euro }}", None, "–"),
        ("{{ v|e164 }}", "", "–"),
        ("{{ v|clock }}", None, "–"),
        ("{{ v|number }}", 0, "0"),
        ("{{ v|dash }}", "", "–"),
    ],
)
def test_values_read_as_people_write_them(source: str, value: object, words: str) -> None:
    assert drawn(source, v=value) == words


def test_the_bar_shows_set_filters_in_words_and_how_to_take_each_away() -> None:
    query = QueryDict("product=fixed&kind=a&kind=b&kind=c&sort=-cost&after=xyz&month=2026-10")
    bar = shown.filter_bar(Filter(query), query, path="/calls/", search="q", keep=["sort", "month"])
    assert [(item.label, item.words) for item in bar.chosen] == [("Product", "vast"), ("Type", "A, B +1")]
    assert bar.filters[0].remove_url == "/calls/?kind=a&kind=b&kind=c&sort=-cost&month=2026-10"
    assert bar.clear_url == "/calls/?sort=-cost&month=2026-10"
    assert bar.keep == (("sort", "-cost"), ("month", "2026-10"))
    assert bar.count == 2


def test_a_bar_without_filters_offers_nothing_to_clear() -> None:
    query = QueryDict("month=2026-10")
    bar = shown.filter_bar(Filter(query), query, path="/calls/", search="q", keep=["month"])
    assert bar.clear_url == ""
    assert bar.chosen == ()


def test_a_search_alone_can_be_cleared() -> None:
    query = QueryDict("q=sanne")
    assert shown.filter_bar(Filter(query), query, path="/calls/", search="q", keep=[]).clear_url == "/calls/"


def test_a_search_counts_as_a_filter_and_can_be_taken_away_by_itself() -> None:
    query = QueryDict("q=sanne&product=fixed&after=xyz")
    bar = shown.filter_bar(Filter(query), query, path="/calls/", search="q", keep=[])
    assert bar.count == 2
    assert bar.searched is not None
    assert (bar.searched.words, bar.searched.remove_url) == ("sanne", "/calls/?product=fixed")
    assert "Zoeken: sanne" in drawn(
        '{% filter_bar form search="q" %}', "/calls/?q=sanne", form=Filter(QueryDict("q=sanne"))
    )


def test_a_value_that_is_no_choice_is_not_shown_as_a_filter() -> None:
    query = QueryDict("product=nonsense")
    assert shown.filter_bar(Filter(query), query, path="/calls/", search="q", keep=[]).chosen == ()


def test_the_filter_bar_escapes_what_people_searched_for() -> None:
    query = QueryDict(mutable=True)
    query["q"] = '"><script>'
    markup = drawn('{% filter_bar form search="q" %}', form=Filter(query))
    assert "<script>" not in markup
    assert "Filters wissen" in drawn('{% filter_bar form search="q" %}', "/calls/?q=x", form=Filter(QueryDict("q=x")))


@pytest.mark.parametrize(
    ("path", "url", "state"),
    [
        ("/calls/", "?sort=-cost", None),
        ("/calls/?sort=-cost", "?sort=cost", "descending"),
        ("/calls/?sort=cost", "?sort=-cost", "ascending"),
        ("/calls/?sort=name&after=x", "?sort=-cost", None),
    ],
)
def test_a_column_of_numbers_sorts_from_the_highest_and_turns_around(path: str, url: str, state: str | None) -> None:
    markup = drawn('{% sort "Kosten" "cost" number=True %}', path)
    assert f'href="/calls/{url}"' in markup
    assert (f'aria-sort="{state}"' in markup) if state else ("aria-sort" not in markup)


def test_a_column_of_words_sorts_from_a_to_z() -> None:
    assert 'href="/calls/?sort=name"' in drawn('{% sort "Naam" "name" %}')
    assert 'href="/calls/?sort=-name"' in drawn('{% sort "Naam" "name" %}', "/calls/?sort=name")


def test_paging_keeps_the_filters_and_drops_the_old_place() -> None:
    markup = drawn('{% pager before="b1" after="a1" text="1 t/m 50" %}', "/calls/?product=fixed&after=old")
    assert 'href="/calls/?product=fixed&amp;before=b1"' in markup
    assert 'href="/calls/?product=fixed&amp;after=a1"' in markup


def test_one_page_needs_no_pager() -> None:
    assert drawn("{% pager %}").strip() == ""


def test_a_wrong_field_shows_its_error_in_place_of_the_hint_with_proposals() -> None:
    form = Person({"name": "Tom", "extension": "102"})
    markup = drawn("{% field form.extension %}", form=form)
    assert 'aria-invalid="true"' in markup
    assert re.search(r'id="id_extension_helptext" hidden', markup)
    assert re.findall(r'data-fill="id_extension" data-value="(\d+)"', markup) == ["103", "104"]
    for referenced in re.findall(r'aria-describedby="([^"]+)"', markup)[0].split():
        assert f'id="{referenced}"' in markup


def test_the_summary_links_to_each_wrong_field_and_is_silent_otherwise() -> None:
    markup = drawn("{% error_summary form %}", form=Person({"extension": "102"}))
    assert re.findall(r'href="#([a-z_]+)"', markup) == ["id_name", "id_extension"]
    assert "2 velden kloppen niet" in markup
    assert drawn("{% error_summary form %}", form=Person({"name": "Tom"})).strip() == ""


def test_optional_is_said_and_required_is_not() -> None:
    assert "mag leeg" in drawn("{% field form.extension %}", form=Person())
    assert "mag leeg" not in drawn("{% field form.name %}", form=Person())


def test_ticks_and_choices_get_their_own_layout() -> None:
    assert 'class="tick"' in drawn("{% field form.mail %}", form=Person())
    assert "<fieldset" in drawn("{% field form.order %}", form=Person())


def test_a_whole_form_is_drawn_with_the_same_fields() -> None:
    form = Person(renderer=Renderer())
    assert drawn("{{ form }}", form=form).count('class="field ') == len(form.fields)


@pytest.mark.parametrize(
    ("level", "tags", "expected"),
    [
        (constants.SUCCESS, "undo:/undo/1/", {"kind": "good", "undo": "/undo/1/"}),
        (constants.WARNING, "look:/devices/", {"kind": "warn", "look": "/devices/"}),
        (constants.ERROR, "retry:/x/ other", {"kind": "bad", "retry": "/x/"}),
        (constants.SUCCESS, "undo://evil.example/", {"kind": "good"}),
        (constants.SUCCESS, "undo:javascript:x", {"kind": "good"}),
        (constants.INFO, "", {"kind": "good"}),
    ],
)
def test_a_message_becomes_a_toast_with_one_way_on(level: int, tags: str, expected: dict[str, str]) -> None:
    toast = dict(shown.toast(Message(level, "Opgeslagen", tags)))
    assert toast.pop("text") == "Opgeslagen"
    toast.pop("icon")
    assert toast == expected


def test_putting_back_is_a_form_that_posts() -> None:
    message = Message(constants.SUCCESS, "Opgeslagen", "undo:/undo/1/")
    markup = drawn('{% with toast=m|toast %}{% include "components/toast.html" %}{% endwith %}', m=message)
    assert 'method="post" action="/undo/1/"' in markup
    assert "Terugzetten" in markup


def test_the_address_of_a_page_can_be_changed_in_parts() -> None:
    assert (
        drawn("{% url_with month='2026-09' page=None %}", "/calls/?page=3&kind=a&kind=b")
        == "/calls/?kind=a&amp;kind=b&amp;month=2026-09"
    )


def test_the_period_picker_leaves_out_a_next_that_does_not_exist() -> None:
    markup = drawn("{% period_picker p %}", p=ui.PeriodPicker("oktober 2026", previous_url="?m=2026-09"))
    assert 'aria-label="Vorige periode"' in markup
    assert 'aria-label="Volgende periode"' not in markup


def test_initials_are_of_first_and_last_name() -> None:
    class Someone:
        first_name, last_name, username = "Joost", "Wit", "joost"

    assert shown.initials(Someone()) == "JW"


def test_a_brand_without_a_drawn_mark_shows_its_first_letter() -> None:
    class Brand:
        name, mark = "<North>", "letter"

    assert drawn("{% brand_mark b %}", b=Brand()) == "&lt;"

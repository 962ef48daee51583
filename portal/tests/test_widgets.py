"""Widgets are written as Django's templates write them."""

import re
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django_filters.widgets import SuffixedMultiWidget

from portal.web.forms import Renderer
from portal.web.widgets import WRITERS

HOSTILE = "\"><script>alert(1)</script>&'"
CHOICES = [("", "none"), (1, "one & two"), (HOSTILE, HOSTILE), ("group <b>", [("3", "three"), (4, HOSTILE)])]
ATTRIBUTES: list[dict[str, Any]] = [
    {},
    {"id": "id_x", "class": "a b", "data-words": HOSTILE, "required": True, "disabled": False, "maxlength": 1200},
]


class TwoBoxes(SuffixedMultiWidget):  # type: ignore[misc]
    template_name = "django_filters/widgets/multiwidget.html"
    suffixes = ("min", "max")

    def __init__(self) -> None:
        super().__init__([forms.TextInput({"title": HOSTILE}), forms.TextInput()])

    def decompress(self, value: Any) -> list[Any]:
        return list(value or [None, None])


def without_spaces(html: str) -> str:
    """Spaces between tags say nothing, and several say as much as one."""
    return re.sub(r"\s+", " ", html.strip()).replace("> <", "><")


WIDGETS: list[tuple[forms.Widget, list[Any]]] = [
    (forms.Select(choices=CHOICES), [None, "", "1", 4, HOSTILE]),
    (forms.RadioSelect(choices=CHOICES), [None, "3", HOSTILE]),
    (forms.CheckboxSelectMultiple(choices=CHOICES), [None, [], ["1", "4"], [HOSTILE]]),
    (forms.TextInput(), [None, "", 12345, HOSTILE]),
    (TwoBoxes(), [None, ["1", None], [HOSTILE, "2"]]),
]


@pytest.mark.parametrize("attributes", ATTRIBUTES)
@pytest.mark.parametrize(("widget", "values"), WIDGETS)
def test_a_widget_is_written_as_its_template_writes_it(
    widget: forms.Widget, values: list[Any], attributes: dict[str, Any]
) -> None:
    assert widget.template_name in WRITERS
    for value in values:
        ours = widget.render("name<", value, attributes, renderer=Renderer())
        theirs = widget.render("name<", value, attributes, renderer=DjangoTemplates())
        assert without_spaces(ours) == without_spaces(theirs)
        assert "<script>" not in ours


def test_other_widgets_keep_their_templates() -> None:
    assert "<textarea" in forms.Textarea().render("name", "text", renderer=Renderer())

"""What Django's widget templates say, without their templates: forty choices of a filter cost a page a quarter of its time."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

type Widget = Mapping[str, Any]  # the context of a widget, as `Widget.get_context` makes it


def _attributes(given: Mapping[str, object]) -> str:
    """Each with a space before it; True stands without a value and False not at all."""
    kept = ((escape(name), value) for name, value in given.items() if value is not False)
    return "".join(f" {name}" if value is True else f' {name}="{escape(str(value))}"' for name, value in kept)


def _box(widget: Widget) -> str:
    value = widget["value"]
    shown = "" if value is None else f' value="{escape(str(value))}"'
    name, attributes = escape(widget["name"]), _attributes(widget["attrs"])
    return f'<input type="{escape(widget["type"])}" name="{name}"{shown}{attributes}>'


def _choice(option: Widget) -> str:
    if not option["wrap_label"]:
        return f"<div>{_box(option)}</div>"
    place = option["attrs"].get("id")
    named = f' for="{escape(place)}"' if place else ""
    return f"<div><label{named}>{_box(option)} {conditional_escape(option['label'])}</label></div>"


def _group(name: str | None, options: list[Widget]) -> str:
    inside = "".join(map(_choice, options))
    return f"<div><label>{conditional_escape(name)}</label>{inside}</div>" if name else inside


def _option(option: Widget) -> str:
    value, attributes = escape(str(option["value"])), _attributes(option["attrs"])
    return f'<option value="{value}"{attributes}>{conditional_escape(option["label"])}</option>'


def _options(name: str | None, options: list[Widget]) -> str:
    inside = "".join(map(_option, options))
    return f'<optgroup label="{conditional_escape(name)}">{inside}</optgroup>' if name else inside


def box(widget: Widget) -> SafeString:
    """`django/forms/widgets/input.html`."""
    return mark_safe(_box(widget))  # noqa: S308 every part is escaped


def boxes(widget: Widget) -> SafeString:
    """`django_filters/widgets/multiwidget.html`: boxes with a dash between them."""
    return mark_safe(" -".join(map(_box, widget["subwidgets"])))  # noqa: S308 every part is escaped


def choices(widget: Widget) -> SafeString:
    """`django/forms/widgets/multiple_input.html`: boxes or radio buttons with their words."""
    about = {name: value for name in ("id", "class") if (value := widget["attrs"].get(name))}
    groups = "".join(_group(name, options) for name, options, _index in widget["optgroups"])
    return mark_safe(f"<div{_attributes(about)}>{groups}</div>")  # noqa: S308 every part is escaped


def select(widget: Widget) -> SafeString:
    """`django/forms/widgets/select.html`."""
    groups = "".join(_options(name, options) for name, options, _index in widget["optgroups"])
    name, attributes = escape(widget["name"]), _attributes(widget["attrs"])
    return mark_safe(f'<select name="{name}"{attributes}>{groups}</select>')  # noqa: S308 every part is escaped


WRITERS: Mapping[str, Callable[[Widget], SafeString]] = {
    "django/forms/widgets/checkbox_select.html": choices,
    "django/forms/widgets/radio.html": choices,
    "django/forms/widgets/select.html": select,
    "django/forms/widgets/text.html": box,
    "django_filters/widgets/multiwidget.html": boxes,
}

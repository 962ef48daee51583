"""Components every page shares. Documented with examples in docs/design-system.md."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.http import HttpRequest, QueryDict
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from portal.charts import bars as chart_bars
from portal.lib import icons, shown, ui
from portal.templatetags import centrale_values

register = template.Library()
# So that one load serves every template.
register.filters.update(centrale_values.register.filters)


# --- small parts ---


@register.simple_tag
@functools.cache  # a page has a hundred, of the few that there are
def icon(name: str, css: str = "") -> SafeString:
    """`{% icon "mail" %}`: decoration beside words, hidden from screen readers."""
    return format_html(
        '<svg class="icon{}" viewBox="0 0 20 20" aria-hidden="true">{}</svg>',
        f" {css}" if css else "",
        mark_safe(icons.inner(name)),  # noqa: S308 our own constant shapes
    )


@register.simple_tag
def brand_mark(brand: Any) -> SafeString:
    """The drawing of the brand's mark on a 26 grid, or the first letter of its name."""
    shapes = icons.MARKS.get(str(getattr(brand, "mark", "")))
    if shapes is None:
        return format_html("{}", str(getattr(brand, "name", "") or "C")[:1].upper())
    return mark_safe(f'<svg viewBox="0 0 26 26">{shapes}</svg>')  # noqa: S308 our own constant shapes


STATUS_ICONS = {"good": "check-circle", "warn": "warning", "bad": "alert", "accent": "info", "off": "minus", "": "info"}


@register.inclusion_tag("components/status.html")
def status(kind: str, word: str, icon: str = "", plain: bool = False) -> dict[str, Any]:
    """A tag of 22 px with icon and word; `plain` without the soft ground."""
    return {"kind": kind, "word": word, "icon": icon or STATUS_ICONS[kind], "plain": plain}


@register.inclusion_tag("components/figures.html")
def figures(items: Sequence[ui.Figure], label: str = "", facts: bool = False) -> dict[str, Any]:
    """The card of three to five figures; `facts` shows smaller values."""
    return {"items": items, "label": label, "facts": facts}


@register.inclusion_tag("components/tabs.html")
def tabs(items: Sequence[ui.Choice], label: str) -> dict[str, Any]:
    """Links below a page head."""
    return {"items": items, "label": label}


@register.inclusion_tag("components/segments.html")
def segments(items: Sequence[ui.Choice], label: str) -> dict[str, Any]:
    """Two to four views of the same thing, as links."""
    return {"items": items, "label": label}


@register.inclusion_tag("components/steps.html")
def steps(items: Sequence[ui.Step]) -> dict[str, Any]:
    """What happens to a call, with its times."""
    return {"items": items}


@register.inclusion_tag("components/chain.html")
def chain(items: Sequence[ui.Link]) -> dict[str, Any]:
    """What happens now, from left to right (top to bottom on a phone)."""
    return {"items": items}


@register.inclusion_tag("components/history.html")
def history(days: Sequence[ui.EventDay]) -> dict[str, Any]:
    """Entries grouped by day, newest first."""
    return {"days": days}


@register.simple_tag
def usage_bar(used: int, limit: int | None, label: str, kind: str = "", mark: int | None = None) -> SafeString:
    """How full: a mark at 100 %, stripes over it, a break where the bar is cut off; `label` is what a reader hears."""
    return chart_bars.usage_bar(used=used, limit=limit, label=label, kind=kind, mark=mark)


@register.inclusion_tag("components/progress.html")
def progress(done: int, total: int, label: str, bad: int = 0, rest: str = "") -> dict[str, Any]:
    """`214 van 380 gecontroleerd`, the rest time and a bar; of `done`, `bad` went wrong."""
    return {
        "done": done,
        "total": total,
        "label": label,
        "bad": bad,
        "fine": done - bad,
        "rest": rest,
        "bar": chart_bars.progress_bar(done=done, total=total, bad=bad),
    }


# --- page furniture ---


@register.simple_block_tag(end_name="end_page_head")
def page_head(content: str, title: str, crumbs: Sequence[ui.Choice] = (), facts: str = "") -> str:
    """h1 with crumbs above, one line of facts below and, as content, at most three actions."""
    return render_to_string(
        "components/page_head.html",
        {"title": title, "crumbs": crumbs, "facts": facts, "actions": mark_safe(content.strip())},  # noqa: S308 rendered
    )


@register.simple_block_tag(end_name="end_dialog")
def dialog(content: str, id: str, title: str) -> str:  # noqa: A002 the attribute's own name
    """A native dialog; content holds `.body` and `.foot`. Open it with `<button data-dialog="id">`."""
    return render_to_string("components/dialog.html", {"id": id, "title": title, "content": content})


@register.simple_block_tag(takes_context=True, end_name="end_confirm")
def confirm(
    context: Context,
    content: str,
    id: str,  # noqa: A002 the attribute's own name
    title: str,
    action: str,
    verb: str,
    icon: str = "",
    danger: bool = True,
) -> str:
    """A small question at the row: a popover with a form that posts to `action`. Open it with `popovertarget="id"`."""
    values = {"id": id, "title": title, "action": action, "verb": verb, "icon": icon, "danger": danger}
    return render_to_string(
        "components/confirm.html",
        {**values, "content": content},
        request=context.get("request"),
    )


@register.simple_block_tag(end_name="end_empty")
def empty(content: str, title: str, drawing: str = "list") -> str:
    """Nothing here yet: a drawing (list, tree, bars, search), what this is for; the content says what to do next."""
    return render_to_string(
        "components/empty.html",
        {"title": title, "drawing": f"components/drawings/{drawing}.html", "content": content},
    )


@register.inclusion_tag("components/save_bar.html")
def save_bar(cancel_url: str = "", verb: str = "") -> dict[str, Any]:
    """The last thing inside a form: names what changed, saves or cancels. Without script it is always there."""
    return {"cancel_url": cancel_url, "verb": verb}


@register.inclusion_tag("components/period.html")
def period_picker(picker: ui.PeriodPicker) -> dict[str, Any]:
    """Previous, list, next and what it is compared with."""
    return {"p": picker}


# --- tables ---


def _query(request: HttpRequest) -> QueryDict:
    return request.GET.copy()


def _url(path: str, query: QueryDict) -> str:
    text = query.urlencode()
    return f"{path}?{text}" if text else path


@register.inclusion_tag("components/sort.html", takes_context=True)
def sort(
    context: Context, label: str, key: str, number: bool = False, default: str = "", css: str = ""
) -> dict[str, Any]:
    """A `<th>` that sorts by `key`: state in `?sort=key` or `?sort=-key`; `default` is the list's own order."""
    request: HttpRequest = context["request"]
    current = request.GET.get("sort", default)
    query = _query(request)
    for place in ("after", "before", "page"):
        query.pop(place, None)
    first = f"-{key}" if number else key
    query["sort"] = key.lstrip("-") if current == first and number else (f"-{key}" if current == first else first)
    state = {key: "ascending", f"-{key}": "descending"}.get(current, "")
    return {"label": label, "url": _url(request.path, query), "state": state, "number": number, "css": css}


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: Context, before: str = "", after: str = "", text: str = "") -> dict[str, Any]:
    """Keyset paging: `after`/`before` are opaque cursors put into the query; text says which part this is."""
    request: HttpRequest = context["request"]

    def link(name: str, cursor: str) -> str:
        query = _query(request)
        query.pop("after", None)
        query.pop("before", None)
        query[name] = cursor
        return _url(request.path, query)

    return {"newer": before and link("before", before), "older": after and link("after", after), "text": text}


# --- forms ---


@register.filter
def problems(bound: BoundField) -> list[shown.Problem]:
    """The errors of one field with their proposals."""
    return shown.problems(bound)


@register.filter
def field_kind(bound: BoundField) -> str:
    """Which layout a field wants: tick, choices or line."""
    widget = bound.field.widget
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return "choices"
    return "tick" if isinstance(widget, CheckboxInput) else "line"


@register.inclusion_tag("components/field.html")
def field(
    bound: BoundField, label: str = "", hint: str = "", unit: str = "", css: str = "", aside: str = ""
) -> dict[str, Any]:
    """Label, widget, hint or error with proposals; `aside` stands at the right of the label."""
    return {"field": bound, "label": label, "hint": hint, "unit": unit, "css": css, "aside": aside}


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: BaseForm, lead: str = "") -> dict[str, Any]:
    """Nothing for a form that is fine; else what is wrong with links to the fields, and it takes the focus.

    `lead` is what it says first of a form that saves nothing.
    """
    return {"form": form, "lead": lead, "fields": [form[name] for name in form.errors if name in form.fields]}


@register.inclusion_tag("components/switch_row.html")
def switch_row(
    bound: BoundField, label: str = "", hint: str = "", first: bool = False, large: bool = False
) -> dict[str, Any]:
    """One switch of a form with its words; `first` puts the switch before the words."""
    return {"field": bound, "label": label, "hint": hint, "first": first, "large": large}


@register.inclusion_tag("components/filter_bar.html", takes_context=True)
def filter_bar(
    context: Context, form: BaseForm, search: str = "", keep: str = "", result: str = "", placeholder: str = ""
) -> dict[str, Any]:
    """Chips and panels of a bound GET form (a FilterSet's `.form`). `search` names its search field; `keep` names query
    parameters that are not filters and stay (period, sort), divided by spaces; `result` is the phone's button.
    """
    request: HttpRequest = context["request"]
    given = form.data if isinstance(form.data, QueryDict) else request.GET
    bar = shown.filter_bar(form, given, path=request.path, search=search, keep=keep.split())
    return {"bar": bar, "result": result, "placeholder": placeholder, "form": form}


@register.simple_tag(takes_context=True)
def url_with(context: Context, path: str = "", **changes: object) -> str:
    """The address of this page with some query parameters changed; None or an empty value takes one away."""
    request: HttpRequest = context["request"]
    query: dict[str, list[str]] = {name: request.GET.getlist(name) for name in request.GET}
    for name, value in changes.items():
        if value is None or value == "":
            query.pop(name, None)
        else:
            query[name] = [str(value)]
    text = urlencode(query, doseq=True)
    return f"{path or request.path}?{text}" if text else path or request.path


# --- messages ---


@register.filter
def toast(message: Any) -> Mapping[str, str]:
    """A Django message as a toast: kind, icon and the one thing one can do about it."""
    return shown.toast(message)


@register.filter
def initials(user: Any) -> str:
    """`JW` of Joost de Wit."""
    return shown.initials(user)

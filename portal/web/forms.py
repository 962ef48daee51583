"""Django's own form rendering with our field template, so that `{{ form }}` and `{% field %}` look the same."""

from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest

from portal.web.widgets import WRITERS


class Renderer(DjangoTemplates):
    """Name it in FORM_RENDERER."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        """The widgets of filters are written without their templates."""
        write = WRITERS.get(template_name)
        return write(context["widget"]) if write else super().render(template_name, context, request)

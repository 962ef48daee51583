"""Django's own form rendering with our field template, so that `{{ form }}` and `{% field %}` look the same."""

from django.forms.renderers import DjangoTemplates


class Renderer(DjangoTemplates):
    """Name it in FORM_RENDERER."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"

"""Operators' pages about feeds."""

from django.db.models import Count, Max, Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.web import operator_view, saved
from cdr import services
from cdr.dialects import dialects
from cdr.forms import SourceForm
from cdr.models import Source
from cdr.views.operating import OperatorRequest, crumbs_to, tabs
from portal.lib.ui import Choice


@require_safe
@operator_view
def sources(request: OperatorRequest) -> HttpResponse:
    """Every feed with its last delivery and what still waits for somebody."""
    found = Source.objects.annotate(
        last=Max("batches__started_at"),
        waiting=Count("rejects", filter=Q(rejects__resolved_at=None), distinct=True),
    )
    titles = {name: dialect.title for name, dialect in dialects().items()}
    rows = [{"source": source, "kind": titles.get(source.dialect, source.dialect)} for source in found]
    context = {"rows": rows, "crumbs": crumbs_to(Choice(_("Call sources"))), "tabs": tabs("operate_sources")}
    return render(request, "cdr/operate/sources.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_view
def source_edit(request: OperatorRequest, pk: int | None = None) -> HttpResponse:
    """Make or change a feed."""
    source = get_object_or_404(Source, pk=pk) if pk is not None else Source()
    name = source.name
    form = SourceForm(request.POST or None, instance=source)
    if request.method == "POST" and form.is_valid():
        services.save_source(
            source=form.save(commit=False), actor=request.actor, accounts=form.cleaned_data["account_codes"]
        )
        saved(request, _("Source %(name)s saved.") % {"name": source.name})
        return HttpResponseRedirect(reverse("cdr:operate_sources"))
    crumbs = crumbs_to(Choice(_("Call sources"), reverse("cdr:operate_sources")), Choice(name or _("New source")))
    return render(request, "cdr/operate/source.html", {"form": form, "name": name, "crumbs": crumbs})

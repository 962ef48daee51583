"""Files of calls and monthly reports in the API: each user's own."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Capability
from accounts.apibase import CustomerAPI, Pages
from cdr.api_filters import FILTERS, asked_of
from cdr.exporting.answer import PERIOD, filters_of, kept, made, streamed
from cdr.models import Export, ExportForm, MonthlyReport
from cdr.selectors.exports import exports_of, reports_of
from cdr.services import exports, reports

FORM = OpenApiParameter(
    "form",
    OpenApiTypes.STR,
    enum=ExportForm.values,
    description="dutch: CSV for Dutch Excel; iso (usual): CSV for programs; xlsx: a workbook.",
)
FILE = {
    (200, "text/csv"): OpenApiResponse(OpenApiTypes.BINARY),
    (200, ExportForm.XLSX.content_type): OpenApiResponse(OpenApiTypes.BINARY),
}


class NewestFirst(Pages):
    ordering = "-pk"


class NewExportSerializer(serializers.Serializer[Any]):
    """Which kind of file. The filters stand in the address, as for the list of calls."""

    form = serializers.ChoiceField(choices=ExportForm.choices, default=ExportForm.ISO.value)


class ExportSerializer(serializers.ModelSerializer[Export]):
    """A file of calls. `problem` says why there is none; `done` of `rows` calls are written; `url` is there while it can be fetched."""

    filter = serializers.CharField(source="query")
    report = serializers.IntegerField(source="report_id", allow_null=True)
    url = serializers.SerializerMethodField()

    class Meta:
        model = Export
        fields = (
            "id", "state", "problem", "form", "filter", "report", "rows", "done", "name", "size", "created_at",
            "expires_at", "url",
        )  # fmt: skip

    def get_url(self, export: Export) -> str | None:
        if not export.is_ready(timezone.now()):
            return None
        path = reverse("call-exports-file", args=[export.pk])
        request: Request | None = self.context.get("request")
        return request.build_absolute_uri(path) if request else path


class CallFileViewSet(CustomerAPI, viewsets.ViewSet):
    """The selected calls as a file, streamed."""

    capability = Capability.VIEW_CALLS

    @extend_schema(operation_id="calls_export", parameters=[*FILTERS, FORM], responses=FILE)
    def list(self, request: Request) -> HttpResponseBase:
        """All calls of the selection, newest first, with the columns and masking of the download on the pages; the Dutch form ends with a total line.

        More calls than are sent at once are refused with `export_too_long`: have the file made instead.
        """
        form = request.query_params.get("form") or ExportForm.ISO.value
        if form not in ExportForm.values:
            raise exceptions.ValidationError({"form": [", ".join(ExportForm.values)]})
        return streamed(
            actor=self.actor,
            customer=self.customer,
            asked=asked_of(self, request),
            query=request.query_params,
            form=ExportForm(form),
        )


class ExportViewSet(CustomerAPI, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Export]):
    """Files that are made in the background: of any length, for whoever asked alone, until they expire."""

    capability = Capability.VIEW_CALLS
    serializer_class = ExportSerializer
    pagination_class = NewestFirst
    queryset = Export.objects.none()

    def get_queryset(self) -> QuerySet[Export]:
        return exports_of(self.actor)

    @extend_schema(parameters=FILTERS, request=NewExportSerializer, responses={202: ExportSerializer})
    def create(self, request: Request) -> Response:
        """Have a file made of the calls that the filters select."""
        given = NewExportSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        started = made(
            actor=self.actor,
            customer=self.customer,
            asked=asked_of(self, request),
            query=request.query_params,
            form=ExportForm(given.validated_data["form"]),
        )
        return Response(self.get_serializer(started).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:  # noqa: ARG002 - DRF passes both, get_object reads them
        """Throw the file away; one that is being made is not kept."""
        exports.remove_export(actor=self.actor, export=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=OpenApiTypes.NONE, responses={202: ExportSerializer})
    @action(detail=True, methods=["post"])
    def again(self, request: Request, pk: str) -> Response:  # noqa: ARG002 - DRF passes both, get_object reads them
        """Try once more what failed, with the rights of now."""
        export = self.get_object()
        exports.retry_export(actor=self.actor, export=export)
        return Response(self.get_serializer(export).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(responses=FILE)
    @action(detail=True, methods=["get"])
    def file(self, request: Request, pk: str) -> HttpResponseBase:  # noqa: ARG002 - DRF passes both, get_object reads them
        """The file itself."""
        return kept(actor=self.actor, export=self.get_object())


class MonthlyReportSerializer(serializers.ModelSerializer[MonthlyReport]):
    """A file that is made every month, of the calls of the month before, from this day on; `filter` holds no period."""

    filter = serializers.CharField(source="query", read_only=True)
    day = serializers.IntegerField(min_value=1, max_value=28, default=3)

    class Meta:
        model = MonthlyReport
        fields = ("id", "name", "form", "day", "filter")


class ReportViewSet(
    CustomerAPI, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[MonthlyReport]
):
    """Files that come by mail every month."""

    capability = Capability.VIEW_CALLS
    serializer_class = MonthlyReportSerializer
    pagination_class = NewestFirst
    queryset = MonthlyReport.objects.none()

    def get_queryset(self) -> QuerySet[MonthlyReport]:
        return reports_of(self.actor)

    @extend_schema(parameters=FILTERS, responses={201: MonthlyReportSerializer})
    def create(self, request: Request) -> Response:
        """Send the calls that the filters select every month; a period among them is left out."""
        given = MonthlyReportSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        asked_of(self, request)
        query = filters_of(request.query_params, without=PERIOD)
        report = reports.add_report(actor=self.actor, report=MonthlyReport(**given.validated_data, query=query))
        return Response(MonthlyReportSerializer(report).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:  # noqa: ARG002 - DRF passes both, get_object reads them
        """Stop the report."""
        reports.stop_report(actor=self.actor, report=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


routes: list[tuple[str, type[viewsets.ViewSetMixin], str]] = [
    ("calls/export", CallFileViewSet, "calls-export"),  # before calls, which would take the word for the id of a call
    ("call-exports", ExportViewSet, "call-exports"),
    ("call-reports", ReportViewSet, "call-reports"),
]

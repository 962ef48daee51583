"""Deliveries of call records in the API, for the provider's operators and their switches."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import FileUploadParser, JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.apibase import OperatorAPI, Pages
from cdr.batch_filters import BatchFilter
from cdr.batch_words import problem_words
from cdr.feed_forms import trouble_words
from cdr.models import Batch, Source
from cdr.services import deliveries, live
from cdr.uploads import KeepOnDisk, Received, Trouble

LONGEST_KEY = 120
BINARY = {"type": "string", "format": "binary"}


class RawFile(FileUploadParser):
    """A body that is the file itself; its name comes from Content-Disposition, and may be missing."""

    def get_filename(self, stream: Any, media_type: Any, parser_context: Any) -> str:
        return super().get_filename(stream, media_type, parser_context) or "calls.csv"


class NewestFirst(Pages):
    """The last delivery is what one looks for."""

    ordering = "-pk"


class BatchSerializer(serializers.ModelSerializer[Batch]):
    """A delivery of a file. The counts are true at every moment, also while it is loaded; `problem` is in your language."""

    source = serializers.CharField(source="source.name", read_only=True)  # type: ignore[assignment]
    user = serializers.CharField(source="user.username", read_only=True, allow_null=True, default=None)
    reasons = serializers.DictField(child=serializers.IntegerField(), read_only=True)
    problem = serializers.SerializerMethodField()
    cancel_asked = serializers.SerializerMethodField()

    class Meta:
        model = Batch
        fields = (
            "id",
            "source",
            "file_name",
            "sha256",
            "size",
            "done_bytes",
            "state",
            "cancel_asked",
            "read",
            "loaded",
            "corrected",
            "duplicate",
            "rejected",
            "unrated",
            "reasons",
            "problem",
            "door",
            "user",
            "started_at",
            "finished_at",
        )
        read_only_fields = fields

    def get_cancel_asked(self, batch: Batch) -> bool:
        return live.is_asked_to_stop(batch)

    def get_problem(self, batch: Batch) -> str:
        return problem_words(batch.problem)


class Batches(OperatorAPI, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Batch]):
    """Deliveries: list, look at one, send a file, stop and resume."""

    serializer_class = BatchSerializer
    filterset_class = BatchFilter
    pagination_class = NewestFirst
    parser_classes = (MultiPartParser, JSONParser, RawFile)
    lookup_value_converter = "int"
    queryset = Batch.objects.none()

    def get_queryset(self) -> QuerySet[Batch]:
        return Batch.objects.select_related("source", "user")

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "source", OpenApiTypes.STR, description="Name of the source, where the body is the file itself."
            ),
            OpenApiParameter(
                "Idempotency-Key",
                OpenApiTypes.STR,
                "header",
                description="The same key with the same file gives the same delivery; with another file 409.",
            ),
        ],
        request={
            "multipart/form-data": {
                "type": "object",
                "required": ["source", "file"],
                "properties": {"source": {"type": "string"}, "file": BINARY},
            },
            "text/csv": BINARY,
            "application/octet-stream": BINARY,
        },
        responses={
            200: BatchSerializer,
            201: BatchSerializer,
            507: OpenApiResponse(description="The disk is full. Send it again later."),
        },
    )
    def create(self, request: Request) -> Response:
        # Before anybody reads the body: it goes straight to the disk.
        request.upload_handlers = [KeepOnDisk(settings.MEDIA_ROOT, settings.CDR_UPLOAD_MAX_BYTES)]
        key = request.headers.get("Idempotency-Key")
        if key is not None and not 1 <= len(key) <= LONGEST_KEY:
            raise exceptions.ValidationError(
                {"Idempotency-Key": [_("Use 1 to %(most)d plain letters, digits or signs.") % {"most": LONGEST_KEY}]}
            )
        received = request.FILES.get("file")
        try:
            upload = _checked(received)
            batch, new = deliveries.deliver(source=_source(request), upload=upload, actor=self.actor, key=key)
        finally:
            if received is not None:
                received.close()
        return Response(self.get_serializer(batch).data, status=status.HTTP_201_CREATED if new else status.HTTP_200_OK)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, **_: Any) -> Response:  # noqa: ARG002 - the router's signature
        return Response(self.get_serializer(deliveries.cancel_batch(batch=self.get_object(), actor=self.actor)).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, **_: Any) -> Response:  # noqa: ARG002
        return Response(self.get_serializer(deliveries.resume_batch(batch=self.get_object(), actor=self.actor)).data)


class NoRoom(exceptions.APIException):
    """The disk is full: nothing is wrong with what was sent, and sending it again later is right."""

    status_code = status.HTTP_507_INSUFFICIENT_STORAGE
    default_code = "disk_full"


def _checked(received: Any) -> Received:
    if not isinstance(received, Received):
        raise exceptions.ValidationError({"file": [_("Send a file: as the field file, or as the body itself.")]})
    words = trouble_words(received, get_language() or "en")
    if received.trouble == Trouble.DISK_FULL:
        raise NoRoom(words)
    if words:
        raise exceptions.ValidationError({"file": [words]})
    return received


def _source(request: Request) -> Source:
    name = str(request.query_params.get("source") or request.POST.get("source") or "")
    found = Source.objects.filter(name=name).first()
    if found is None:
        raise exceptions.ValidationError({"source": [_("Name a source that exists.")]})
    return found


routes: list[tuple[str, type[viewsets.ViewSetMixin], str]] = [("calls/batches", Batches, "call-batches")]

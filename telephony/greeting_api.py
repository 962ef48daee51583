"""Greetings in the API: the same rules, limits and reasons as on their pages, and the same people."""

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, parsers, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Capability
from accounts.apibase import CustomerAPI
from accounts.models import User
from portal.lib.ranges import part_of
from telephony import greeting_selectors, schedule_selectors, selectors, services
from telephony.audio.convert import convert
from telephony.instead import named_instead
from telephony.models import Greeting, GreetingVersion, Line

STANDARD = "standard"


class VersionSerializer(serializers.ModelSerializer[GreetingVersion]):
    """One version; `given_as` is the name of the file that was sent."""

    class Meta:
        model = GreetingVersion
        fields = ("number", "milliseconds", "given_as", "made_at")
        read_only_fields = fields


class UsedBySerializer(serializers.Serializer[Any]):
    """Where a greeting is heard."""

    kind = serializers.CharField()
    name = serializers.CharField()
    when = serializers.CharField(source="label")


class GreetingSerializer(serializers.Serializer[Greeting]):
    """A greeting: callers hear the version with the highest number. `line` is set for one line's own."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    line = serializers.IntegerField(source="line_id", allow_null=True)
    versions = VersionSerializer(many=True)
    used_by = serializers.SerializerMethodField()

    @extend_schema_field(UsedBySerializer(many=True))
    def get_used_by(self, greeting: Greeting) -> Any:
        """Every place where callers hear it."""
        return UsedBySerializer(schedule_selectors.uses_of(greeting) if greeting.uses else [], many=True).data  # type: ignore[attr-defined]


class NameSerializer(serializers.Serializer[Any]):
    """What a greeting is called."""

    name = serializers.CharField(max_length=60)


class SoundSerializer(serializers.Serializer[Any]):
    """A sound file: WAV, MP3, WMA, M4A or OGG, up to 10 MB and 5 minutes."""

    file = serializers.FileField(allow_empty_file=True)


class NewGreetingSerializer(NameSerializer, SoundSerializer):
    """A greeting to be made."""


INSTEAD = OpenApiParameter(
    "instead", str, description="The id of what is heard instead of this one from now on, or `standard`."
)


@extend_schema_view(list=extend_schema(summary="Greetings"), retrieve=extend_schema(summary="One greeting"))
class GreetingViewSet(CustomerAPI, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Greeting]):
    """What callers hear. Whoever may change settings keeps all greetings, an employee those of the own line."""

    capability: ClassVar[Capability | tuple[Capability, ...]] = ()
    serializer_class = GreetingSerializer
    queryset = Greeting.objects.none()
    lookup_value_regex = r"[0-9]{1,18}"
    parser_classes = (parsers.MultiPartParser, parsers.JSONParser)
    line: Line | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.action != "audio" and not self.actor.can(Capability.EDIT_SETTINGS):
            user = request.user
            self.line = selectors.line_of(user) if isinstance(user, User) else None
            if self.line is None:
                raise PermissionDenied

    def get_queryset(self) -> QuerySet[Greeting]:
        return greeting_selectors.kept_by(self.actor) if hasattr(self, "actor") else Greeting.objects.none()

    def _answer(self, greeting: Greeting, code: int = status.HTTP_200_OK) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=greeting.pk)).data, status=code)

    @extend_schema(summary="Make a greeting", request=NewGreetingSerializer, responses={201: GreetingSerializer})
    def create(self, request: Request) -> Response:
        """Converted at once; a file that is no sound is refused with its reason."""
        given = NewGreetingSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        file = given.validated_data["file"]
        made = services.create_greeting(
            actor=self.actor,
            customer=self.customer,
            name=given.validated_data["name"],
            sound=convert(file),
            given_as=file.name,
            line=self.line,
        )
        return self._answer(made, status.HTTP_201_CREATED)

    @extend_schema(summary="Rename a greeting", request=NameSerializer, responses=GreetingSerializer)
    def partial_update(self, request: Request, **_kwargs: Any) -> Response:
        """Call it otherwise."""
        found = self.get_object()
        given = NameSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        return self._answer(
            services.rename_greeting(actor=self.actor, greeting=found, name=given.validated_data["name"])
        )

    @extend_schema(summary="Give a greeting another version", request=SoundSerializer, responses=GreetingSerializer)
    @action(detail=True, methods=["post"])
    def versions(self, request: Request, **_kwargs: Any) -> Response:
        """Callers hear it at once, wherever the greeting plays."""
        found = self.get_object()
        given = SoundSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        file = given.validated_data["file"]
        services.add_version(actor=self.actor, greeting=found, sound=convert(file), given_as=file.name)
        return self._answer(found)

    @extend_schema(summary="Put an older version back", request=None, responses=GreetingSerializer)
    @action(detail=True, methods=["post"], url_path=r"versions/(?P<number>[0-9]{1,9})/restore")
    def restore(self, _request: Request, number: str, **_kwargs: Any) -> Response:
        """It becomes the latest."""
        found = self.get_object()
        services.restore_version(actor=self.actor, version=get_object_or_404(found.versions, number=number))
        return self._answer(found)

    @extend_schema(summary="The sound of a version", responses={(200, "audio/wav"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"], url_path=r"versions/(?P<number>[0-9]{1,9})/audio")
    def audio(self, request: Request, pk: str, number: str, **_kwargs: Any) -> HttpResponse:
        """As phones play it: WAV, 8 kHz, mono, 16 bit; one range of bytes when it is asked for. An employee also hears
        what plays on the own line.
        """
        found = get_object_or_404(Greeting, pk=pk)
        if not greeting_selectors.may_hear(self.actor, found):
            raise PermissionDenied
        version = get_object_or_404(found.versions, number=number)
        return part_of(services.path_of(version), "audio/wav", request.headers.get("Range", ""))

    @extend_schema(summary="Remove a greeting", parameters=[INSTEAD])
    def destroy(self, request: Request, **_kwargs: Any) -> Response:
        """Gone with its versions; refused while callers hear it and nothing is named to be heard instead."""
        found = self.get_object()
        to_standard = request.query_params.get("instead") == STANDARD
        instead = None if to_standard else named_instead(request, Greeting.objects.all())
        services.remove_greeting(actor=self.actor, greeting=found, instead=instead, to_standard=to_standard)
        return Response(status=status.HTTP_204_NO_CONTENT)

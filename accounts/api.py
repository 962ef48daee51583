"""Users, invitations, the log book and oneself in the API, on the services of the pages."""

from collections.abc import Iterable
from typing import Any, cast

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import audit_words, mail, selectors, services
from accounts.access import Capability, preset_of
from accounts.apibase import CustomerAPI, Pages
from accounts.filters import ColleagueFilter
from accounts.models import AuditEntry, Brand, Customer, Invitation, Membership, User


def _on(membership: Membership, names: Iterable[str]) -> list[str]:
    return [name for name in names if getattr(membership, name)]


class UserSerializer(serializers.ModelSerializer[Membership]):
    """A colleague. `id` is the user's; `roles` and `mails` can be changed, everything else is the person's own."""

    id = serializers.IntegerField(source="user_id", read_only=True)
    username = serializers.CharField(source="user.username", read_only=True)
    email = serializers.EmailField(source="user.email", read_only=True)
    first_name = serializers.CharField(source="user.first_name", read_only=True)
    name_prefix = serializers.CharField(source="user.name_prefix", read_only=True)
    last_name = serializers.CharField(source="user.last_name", read_only=True)
    preset = serializers.SerializerMethodField()
    roles = serializers.MultipleChoiceField(choices=Membership.ROLES, required=False)
    mails = serializers.MultipleChoiceField(choices=Membership.MAILS, required=False)
    blocked = serializers.BooleanField(source="is_blocked", read_only=True)

    class Meta:
        model = Membership
        fields = (
            "id",
            "username",
            "email",
            "first_name",
            "name_prefix",
            "last_name",
            "preset",
            "roles",
            "mails",
            "blocked",
        )

    def get_preset(self, membership: Membership) -> str:
        return preset_of(membership)

    def to_representation(self, instance: Membership) -> dict[str, Any]:
        # Columns of one row, shown as the two lists that come in.
        instance.roles = _on(instance, Membership.ROLES)  # type: ignore[attr-defined]
        instance.mails = _on(instance, Membership.MAILS)  # type: ignore[attr-defined]
        shown: dict[str, Any] = super().to_representation(instance)
        return shown | {"roles": sorted(shown["roles"]), "mails": sorted(shown["mails"])}


class Users(CustomerAPI, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Membership]):
    """Colleagues of the customer: read, change rights, block, unblock, remove."""

    capability = Capability.MANAGE_USERS
    serializer_class = UserSerializer
    filterset_class = ColleagueFilter
    lookup_field = "user_id"
    lookup_url_kwarg = "id"
    lookup_value_converter = "int"
    queryset = Membership.objects.none()

    def get_queryset(self) -> QuerySet[Membership]:
        return selectors.colleagues(self.customer).order_by("pk")

    def partial_update(self, request: Request, **_: Any) -> Response:
        membership = self.get_object()
        given = self.get_serializer(membership, data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        roles = given.validated_data.get("roles", _on(membership, Membership.ROLES))
        mails = given.validated_data.get("mails", _on(membership, Membership.MAILS))
        changed = services.set_roles(actor=self.actor, membership=membership, roles={*roles, *mails})
        return Response(self.get_serializer(changed).data)

    def destroy(self, request: Request, **_: Any) -> Response:  # noqa: ARG002 - the router's signature
        services.remove(actor=self.actor, membership=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def block(self, request: Request, **_: Any) -> Response:  # noqa: ARG002
        membership = services.block(actor=self.actor, membership=self.get_object())
        return Response(self.get_serializer(membership).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def unblock(self, request: Request, **_: Any) -> Response:  # noqa: ARG002
        membership = services.unblock(actor=self.actor, membership=self.get_object())
        return Response(self.get_serializer(membership).data)


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    """An open invitation; `roles` may also name mail registrations."""

    roles = serializers.MultipleChoiceField(choices=(*Membership.ROLES, *Membership.MAILS), default=set)

    class Meta:
        model = Invitation
        fields = ("id", "email", "roles", "created_at", "expires_at")
        read_only_fields = ("id", "created_at", "expires_at")

    def to_representation(self, instance: Invitation) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        return shown | {"roles": sorted(shown["roles"])}


class Invitations(CustomerAPI, mixins.ListModelMixin, viewsets.GenericViewSet[Invitation]):
    """Invitations that nobody accepted yet: read, send, withdraw."""

    capability = Capability.MANAGE_USERS
    serializer_class = InvitationSerializer
    lookup_value_converter = "int"
    queryset = Invitation.objects.none()

    def get_queryset(self) -> QuerySet[Invitation]:
        return selectors.open_invitations(self.customer).order_by("pk")

    def create(self, request: Request) -> Response:
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        brand = selectors.brand_of_customer(self.customer) or cast("Brand", request.brand)  # type: ignore[attr-defined]
        invitation = services.invite(
            actor=self.actor,
            customer=self.customer,
            email=given.validated_data["email"],
            roles=set(given.validated_data["roles"]),
            brand=brand,
            base=mail.base_url_for(request._request, brand),
        )
        return Response(self.get_serializer(invitation).data, status=status.HTTP_201_CREATED)

    def destroy(self, request: Request, **_: Any) -> Response:  # noqa: ARG002
        services.withdraw(actor=self.actor, invitation=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


class TrailSerializer(serializers.ModelSerializer[AuditEntry]):
    """One entry of the log book; `sentence` says it in the user's language, `changes` holds field -> [before, after]."""

    sentence = serializers.SerializerMethodField()
    changes = serializers.DictField(child=serializers.ListField())

    class Meta:
        model = AuditEntry
        fields = (
            "id",
            "at",
            "user_name",
            "door",
            "verb",
            "object_type",
            "object_id",
            "object_name",
            "changes",
            "sentence",
        )

    def get_sentence(self, entry: AuditEntry) -> str:
        return audit_words.sentence(entry)


class NewestFirst(Pages):
    """Pages of the log book."""

    ordering = ("-at", "-id")  # type: ignore[assignment]


class Trail(CustomerAPI, mixins.ListModelMixin, viewsets.GenericViewSet[AuditEntry]):
    """Who changed what, newest first."""

    capability = Capability.VIEW_AUDIT
    serializer_class = TrailSerializer
    pagination_class = NewestFirst
    filterset_fields = ("object_type", "object_id", "user", "verb")
    lookup_value_converter = "int"
    queryset = AuditEntry.objects.none()

    def get_queryset(self) -> QuerySet[AuditEntry]:
        return AuditEntry.objects.all()


class PlaceSerializer(serializers.ModelSerializer[Customer]):
    """A customer whose rooms the user may enter; its reference goes into the header X-Customer."""

    class Meta:
        model = Customer
        fields = ("reference", "name")


class MeSerializer(serializers.ModelSerializer[User]):
    """The token's user and the customers within reach."""

    customers = PlaceSerializer(many=True, read_only=True)

    class Meta:
        model = User
        fields = (
            "id",
            "username",
            "email",
            "title",
            "initials",
            "first_name",
            "name_prefix",
            "last_name",
            "language",
            "customers",
        )


class Me(viewsets.ViewSet):
    """The user behind the token."""

    @extend_schema(responses=MeSerializer(many=False), operation_id="me")
    def list(self, request: Request) -> Response:
        user = get_object_or_404(User, pk=request.user.pk)
        user.customers = selectors.customers_of(selectors.memberships_of(user))  # type: ignore[attr-defined]
        return Response(MeSerializer(user).data)


routes: list[tuple[str, type[viewsets.ViewSetMixin], str]] = [
    ("me", Me, "me"),
    ("users", Users, "users"),
    ("invitations", Invitations, "invitations"),
    ("audit", Trail, "audit"),
]

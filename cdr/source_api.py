"""Sources of calls in the API: how files of each switch are read, and which accounts it may name."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.apibase import OperatorAPI, Pages, form_problem
from cdr import services
from cdr.forms import SourceForm
from cdr.models import Source
from cdr.models.sources import dialect_choices
from cdr.services.sources import FIELDS


def codes_of(source: Source) -> dict[str, str]:
    """The references of the customers by account code."""
    return {one.account: one.customer.reference for one in source.accounts.all()}


class AccountCodes(serializers.DictField):
    """References of customers by the account codes of a source that are not references themselves."""

    child = serializers.CharField(max_length=60)

    def get_attribute(self, instance: Source) -> dict[str, str]:
        return codes_of(instance)


class SourceSerializer(serializers.ModelSerializer[Source]):
    """A source: as on its page. `account_codes` are all it has, by code the reference of the customer."""

    account_codes = AccountCodes(required=False)

    class Meta:
        model = Source
        fields: ClassVar[tuple[str, ...]] = (*FIELDS, "account_codes")

    def get_fields(self) -> dict[str, Any]:
        dialect = serializers.ChoiceField(choices=dialect_choices())
        return {**super().get_fields(), "dialect": dialect}


class CallSourcesViewSet(
    OperatorAPI, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Source]
):
    """Sources of calls: list, look at one, make and change one. How they do is at call-feeds."""

    serializer_class = SourceSerializer
    pagination_class = Pages
    lookup_field = "name"
    lookup_value_regex = "[a-z0-9-]{1,40}"
    queryset = Source.objects.none()

    def get_queryset(self) -> QuerySet[Source]:
        return Source.objects.prefetch_related("accounts__customer")

    @extend_schema(responses={201: SourceSerializer})
    def create(self, request: Request) -> Response:
        return Response(self._saved(Source(), request), status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, name: str) -> Response:  # noqa: ARG002 - the router's signature
        """Change it; what is left out stays as it is. Calls that are loaded stay as they were read."""
        return Response(self._saved(self.get_object(), request))

    def _saved(self, source: Source, request: Request) -> Any:
        new = source.pk is None
        asked = SourceSerializer(None if new else source, data=request.data, partial=not new)
        asked.is_valid(raise_exception=True)
        given = {**{name: getattr(source, name) for name in FIELDS}, **asked.validated_data}
        codes = given.get("account_codes")
        if codes is None:
            codes = {} if new else codes_of(source)
        form = SourceForm(
            {**given, "account_codes": "\n".join(f"{code} = {reference}" for code, reference in codes.items())},
            instance=source,
        )
        if not form.is_valid():
            raise form_problem(form)
        made = services.save_source(
            source=form.save(commit=False), actor=self.actor, accounts=form.cleaned_data["account_codes"]
        )
        return self.get_serializer(self.get_queryset().get(pk=made.pk)).data


routes: list[tuple[str, type[viewsets.ViewSetMixin], str]] = [("call-sources", CallSourcesViewSet, "call-sources")]

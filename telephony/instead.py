"""What an API request names to stand in the place of what it removes: `?instead=12`."""

from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request


def named_instead[T: Model](request: Request, among: QuerySet[T]) -> T | None:
    """The object that is named, if any. ValidationError for what is no id, 404 for one that is not among them."""
    named = request.query_params.get("instead")
    if named is None:
        return None
    if not (named.isascii() and named.isdecimal() and len(named) < 19):
        raise serializers.ValidationError({"instead": [_("This is no id.")]})
    return get_object_or_404(among, pk=named)

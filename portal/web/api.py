"""The API's addresses: every app lists its routes, and one router holds them under /api/v1/."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from accounts import api as accounts_api
from accounts.apibase import CUSTOMER_HEADER, PROBLEM
from cdr import api as cdr_api
from invoices import api as invoices_api
from mobile import api as mobile_api
from pbx import api as pbx_api
from telephony import api as telephony_api

router = SimpleRouter()
for app in (accounts_api, telephony_api, pbx_api, cdr_api, mobile_api, invoices_api):
    for prefix, viewset, basename in app.routes:
        router.register(prefix, viewset, basename=basename)


class Schema(SpectacularAPIView):
    """The OpenAPI document; public, because it says nothing of anybody."""


class Docs(SpectacularSwaggerSplitView):
    """The readable page, with its script in a request of its own: the security policy allows no inline script."""

    template_name = "portal/api_docs.html"
    url_name = "api_schema"


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes our tokens in the OpenAPI document."""

    target_class = "accounts.apiauth.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:  # noqa: ARG002 - the library's signature
        return {"type": "http", "scheme": "bearer", "description": str(_("A token made under My details."))}


def name_the_customer(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Every operation may name its customer, and every error is a problem document (RFC 9457)."""
    header = {
        "name": CUSTOMER_HEADER,
        "in": "header",
        "schema": {"type": "string"},
        "description": "Reference of the customer; needed only by users of several.",
    }
    problem = {
        "description": "Problem document (RFC 9457)",
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for operations in result["paths"].values():
        for operation in operations.values():
            operation.setdefault("parameters", []).append(header)
            operation["responses"]["default"] = problem
    result["components"].setdefault("schemas", {})["Problem"] = {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        },
    }
    return result

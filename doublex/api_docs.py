"""The API's schema as JSON or YAML, and its interactive documents: everything from this server, with the network off."""

from functools import cache
from typing import Any

from django.conf import settings
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from doublex.security_headers import content_security_policy

# Swagger UI styles its elements one by one and has its icons as data.
SWAGGER_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"


@cache
def schema(*, demo: bool) -> dict[str, Any]:
    """The schema, made once per process: it is asked for without a key, and making it takes a while.

    `demo` is the setting, which decides whether a key is needed.
    """
    if demo is not settings.DEMO:
        raise ValueError("the schema is that of the running settings")
    return dict(SchemaGenerator().get_schema(public=True))  # type: ignore[no-untyped-call]


class SchemaView(SpectacularAPIView):
    """JSON, because the whole API speaks it; YAML to who asks for it by `?format=yaml` or an Accept header."""

    renderer_classes = [OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer, OpenApiYamlRenderer2]

    def _get_schema_response(self, request: Request) -> Response:  # noqa: ARG002 - its signature
        return Response(schema(demo=settings.DEMO))


# Swagger UI, its script apart from the page, so that no inline script need be allowed.
docs = content_security_policy(SWAGGER_POLICY)(SpectacularSwaggerSplitView.as_view())

"""What all endpoints of the ledger have in common."""
# ruff: noqa: ARG002 - DRF fixes the signatures

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.db import Error
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ledger.api.authentication import ApiKeyAuthentication, HasScope
from ledger.api.parameters import Parameters
from ledger.api.problems import SERVICE_UNAVAILABLE
from ledger.api.schema import LedgerSchema, operation_of
from ledger.api_keys import confirm
from ledger.domain.refusals import Refusal
from ledger.domain.scopes import Scope


class AlwaysJson(BaseContentNegotiation):
    """There is one representation: an Accept header that asks for another gets it all the same."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return next(iter(renderers)), "application/json"


class LedgerView(APIView):
    """A view on one ledger: its caller's. Bodies are read by `json_bodies`, answers written by `rendering`.

    `scopes` says what each method needs, and `@operation` above it what it takes, answers and refuses.
    """

    scopes: ClassVar[Mapping[str, Scope]] = {}

    authentication_classes = (ApiKeyAuthentication,)
    permission_classes = (HasScope,)
    parser_classes = ()
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = AlwaysJson
    # No OPTIONS: the schema says what there is, and it would need a scope like everything else.
    http_method_names = ["get", "post", "patch", "head"]
    schema = LedgerSchema()

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        """Nothing is said to a caller who was only recognised: not even what is wrong with his request.

        But for a 503, which says nothing of the books: who waited in vain need not wait once more.
        """
        caller = getattr(request, "_user", None)
        if caller is not None and response.status_code != SERVICE_UNAVAILABLE:
            try:
                confirm(caller)
            except (Refusal, Error) as error:
                response = self.handle_exception(error)
        return super().finalize_response(request, response, *args, **kwargs)

    def query(self, request: Request) -> Parameters:
        """The request's query parameters, which are those that the method's `@operation` names."""
        said = operation_of(self, str(request.method))
        return Parameters(request._request.GET, said.query, metadata=said.metadata)

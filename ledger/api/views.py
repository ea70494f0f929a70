"""What all endpoints of the ledger have in common."""
# ruff: noqa: ARG002 - DRF fixes the signatures

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import Error
from django.http import HttpRequest
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ledger.api.authentication import ApiKeyAuthentication, HasScope
from ledger.api.parameters import Parameters
from ledger.api.problems import SERVICE_UNAVAILABLE
from ledger.api.schema import LedgerSchema, operation_of
from ledger.api_keys import confirm
from ledger.domain.refusals import Refusal, forget_the_way
from ledger.domain.scopes import Scope

_NEGOTIATOR = DefaultContentNegotiation()


class LedgerView(APIView):
    """A view on one ledger: its caller's. Bodies are read by `json_bodies`, answers written by `rendering`.

    `scopes` says what each method needs, and `@operation` above it what it takes, answers and refuses.
    """

    scopes: ClassVar[Mapping[str, Scope]] = {}

    authentication_classes = (ApiKeyAuthentication,)
    permission_classes = (HasScope,)
    parser_classes = ()
    renderer_classes = (JSONRenderer,)
    # No OPTIONS: the schema says what there is, and it would need a scope like everything else.
    http_method_names = ["get", "post", "patch", "head"]
    schema = LedgerSchema()
    _allow: ClassVar[str]

    def __init_subclass__(cls) -> None:
        """Answers HEAD as it does GET. Django would give each view such a method of its own, and so refer it to itself."""
        super().__init_subclass__()
        if hasattr(cls, "get"):
            cls.head = cls.get  # type: ignore[attr-defined]
        cls._allow = ", ".join(name.upper() for name in cls.http_method_names if hasattr(cls, name))

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {"Allow": self._allow}

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        made = Request(request, authenticators=self.get_authenticators(), negotiator=_NEGOTIATOR)
        # The request refers to itself there, for parsers. Bodies of megabytes would wait for the collector of cycles.
        made.parser_context.clear()
        return made

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who calls, and may he: there is one representation (whatever the Accept header asks for) and one version."""
        self.perform_authentication(request)
        self.check_permissions(request)
        self.check_throttles(request)

    def handle_exception(self, exc: Exception) -> Any:
        response = super().handle_exception(exc)
        forget_the_way(exc)
        return response

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

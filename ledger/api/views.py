"""What all endpoints of the ledger have in common."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from ledger.api.authentication import ApiKeyAuthentication, HasScope
from ledger.domain.scopes import Scope


class AlwaysJson(BaseContentNegotiation):
    """There is one representation: an Accept header that asks for another gets it all the same."""

    def select_parser(self, request: Request, parsers: Sequence[object]) -> None:
        return None

    def select_renderer(
        self,
        request: Request,  # noqa: ARG002 - DRF's signature
        renderers: Sequence[BaseRenderer],
        format_suffix: str | None = None,  # noqa: ARG002
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], "application/json"


class LedgerView(APIView):
    """A view on one ledger: its caller's. Bodies are read by `json_bodies`, answers written by `rendering`."""

    scopes: ClassVar[Mapping[str, Scope]] = {}

    authentication_classes = (ApiKeyAuthentication,)
    permission_classes = (HasScope,)
    parser_classes = ()
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = AlwaysJson
    metadata_class = None

"""Who calls, and whether they may: keys, scopes, and demo mode's caller without a key."""

from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from ledger.api_keys import Caller, authenticate, recognise
from ledger.demo import DEMO_LEDGER
from ledger.domain.refusals import ScopeMissing
from ledger.domain.scopes import Scope
from ledger.queries.ledgers import ledger_id_of

if TYPE_CHECKING:
    # Importing it makes DRF load its default authentication: this very module.
    from rest_framework.views import APIView

SEND_A_KEY = "Send a key as 'Authorization: Bearer KEY'."
DEMO_SCOPES = frozenset({Scope.READ, Scope.POST, Scope.ACCOUNTS})


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer KEY`. In demo mode, a call without that header reaches the ledger `demo`."""

    caller_by = staticmethod(authenticate)

    def authenticate(self, request: Request) -> tuple[Caller, None] | None:
        header = request.META.get("HTTP_AUTHORIZATION")
        if header is None:
            return _demo_caller()
        scheme, _, key = header.partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            raise AuthenticationFailed(SEND_A_KEY)
        caller = self.caller_by(key.strip())
        if caller is None:
            raise AuthenticationFailed("This key is unknown or revoked.")
        return caller, None

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - DRF's signature
        return "Bearer"


class RecognisingAuthentication(ApiKeyAuthentication):
    """The same for views whose work looks the key up itself; before anything is answered, `LedgerView` sees to it."""

    caller_by = staticmethod(recognise)


class HasScope(BasePermission):
    """The caller's key has the scope that the view declares for the method.

    A view says so in `scopes`, such as {"GET": Scope.READ}. Where it says nothing, nobody gets in.
    """

    def has_permission(self, request: Request, view: "APIView") -> bool:
        method = "GET" if request.method == "HEAD" else str(request.method)
        if method.lower() not in view.http_method_names or not hasattr(view, method.lower()):
            return True  # DRF answers 405, which says more than a refusal would.
        needed = getattr(view, "scopes", {}).get(method)
        if request.user is None:
            raise NotAuthenticated(SEND_A_KEY)
        if needed is None:
            return False
        if needed not in caller_of(request).scopes:
            raise ScopeMissing(f"This key lacks the scope {needed.value!r}.")
        return True


def caller_of(request: Request) -> Caller:
    """The caller whom authentication found."""
    return cast("Caller", request.user)


def _demo_caller() -> tuple[Caller, None] | None:
    if not settings.DEMO:
        return None
    ledger_id: Any = ledger_id_of(DEMO_LEDGER)
    return None if ledger_id is None else (Caller(ledger_id, DEMO_SCOPES), None)

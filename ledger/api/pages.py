"""Lists on the wire: {results, next, previous}, with a limit and a cursor that means nothing to callers."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

from rest_framework.request import Request

from ledger.api.operations import Parameter
from ledger.api.parameters import Parameters
from ledger.domain.refusals import InvalidRequest
from ledger.queries.pages import Cursor, Key, Page
from ledger.wire_fields import shown

LIMIT_DEFAULT = 50
LIMIT_MAX = 500
PARAMETERS = (
    Parameter(
        "limit",
        Annotated[int, shown("", minimum=1, maximum=999_999_999, default=LIMIT_DEFAULT)],
        f"Rows of the page; more than {LIMIT_MAX} is taken as {LIMIT_MAX}.",
    ),
    Parameter("cursor", str, "Where the page begins: taken from `next` or `previous`."),
)

Row = TypeVar("Row")


def asked_page(
    parameters: Parameters, key_type: type[Key], limit_default: int = LIMIT_DEFAULT
) -> tuple[Cursor[Key] | None, int]:
    """Which page is asked for: where it begins and how long it is.

    Raises:
        InvalidRequest: a limit that is no number, a cursor that we did not make.
    """
    text = parameters.one("cursor")
    return (None if text is None else _decoded(text, key_type)), asked_limit(parameters, limit_default)


def asked_limit(parameters: Parameters, default: int = LIMIT_DEFAULT) -> int:
    return parameters.whole_number("limit", default=default, at_most=LIMIT_MAX)


def rendered_page(request: Request, page: Page[Row, Key], render: Callable[[Row], Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "results": [render(row) for row in page.rows],
        "next": page.next and link(request, encoded(page.next)),
        "previous": page.previous and link(request, encoded(page.previous)),
    }


def link(request: Request, cursor: str) -> str:
    """The same request with another cursor: filters and limit stay."""
    parameters = request._request.GET.copy()
    parameters["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{parameters.urlencode()}")


def no_cursor_of_ours() -> InvalidRequest:
    return InvalidRequest("This is no cursor of ours: take it from next or previous.", field="cursor")


def encoded(cursor: Cursor[Key]) -> str:
    text = json.dumps([int(cursor.backwards), cursor.key], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decoded(text: str, key_type: type[Key]) -> Cursor[Key]:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        backwards, key = json.loads(raw)
    except (binascii.Error, ValueError, TypeError, RecursionError):
        backwards, key = None, None
    if backwards not in (0, 1) or type(key) is not key_type or not _is_storable(key):
        raise no_cursor_of_ours()
    return Cursor(key, backwards=bool(backwards))


def _is_storable(key: str | int) -> bool:
    if isinstance(key, int):
        return 0 <= key < 2**63
    return key.isascii() and key.isprintable()

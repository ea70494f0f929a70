"""A request's JSON body, read strictly and whole: no DRF parser or serializer stands between its bytes and the struct."""

import re
from typing import TypeVar

from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request

from ledger.domain.refusals import TooLarge
from ledger.strict_json import parse_json, typed

BODY_BYTES_MAX = 1024 * 1024

Body = TypeVar("Body")

_JSON_TYPE = re.compile(r"\s*application/([\w.-]+\+)?json\s*(;.*)?", re.IGNORECASE)


def read_body(request: Request, shape: type[Body], *, bytes_max: int = BODY_BYTES_MAX) -> Body:
    """The request's body as a `shape`.

    Raises:
        UnsupportedMediaType: not declared as JSON. A browser lets any page send other types to any host without
            asking, and demo mode takes calls without a key.
        TooLarge: more than `bytes_max` bytes.
        ParseError, InvalidRequest: as `parse_json` and `typed` say.
    """
    declared = request.META.get("CONTENT_TYPE", "")
    if not _JSON_TYPE.fullmatch(declared):
        raise UnsupportedMediaType(declared, f"Send the body as application/json, not {declared[:80]!r}.")
    # One byte more than allowed tells too large from just fitting, whatever length was declared.
    raw = _first_bytes(request, bytes_max + 1)
    if len(raw) > bytes_max:
        raise TooLarge(f"The body is larger than {bytes_max} bytes.")
    return typed(parse_json(raw), shape)


def _first_bytes(request: Request, count: int) -> bytes:
    """Up to so many bytes of the body.

    Django takes a body of undeclared length (chunked) for an empty one; where the server ends its input, it is not.
    """
    undeclared = not request.META.get("CONTENT_LENGTH") and request.META.get("wsgi.input_terminated")
    stream = request.META["wsgi.input"] if undeclared else request._request
    pieces = []
    while count > 0 and (piece := stream.read(count)):
        pieces.append(piece)
        count -= len(piece)
    return b"".join(pieces)

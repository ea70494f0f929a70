"""Requests as only a socket can send them, to the real server: each is answered, and the next one is served."""

import json
import socket
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from ledger.api.json_bodies import BODY_BYTES_MAX
from ledger.api.transfers import BATCH_BYTES_MAX
from ledger.api_keys import create_api_key
from ledger.models import Ledger
from tests.ledger.api.calls import transfer_body
from tests.ledger.raw_books import Footprint
from tests.serving import served

MEBIBYTE = 1024 * 1024
ANSWER_SECONDS_MAX = 60


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    with served(tmp_path_factory.mktemp("web")) as url:
        parts = urlsplit(url)
        yield str(parts.hostname), int(parts.port or 0)


class Wire:
    """A caller who writes his HTTP by hand."""

    def __init__(self, address: tuple[str, int], ledger: Ledger) -> None:
        self._address = address
        self._key = create_api_key(ledger.code, ["read", "post", "accounts"])

    def post(self, *pieces: bytes, path: str = "/api/transfers/", **headers: str) -> tuple[int, dict[str, Any]]:
        named = {"Host": "127.0.0.1", "Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        named |= {"Connection": "close"} | {name.replace("_", "-"): value for name, value in headers.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
        with socket.create_connection(self._address, timeout=ANSWER_SECONDS_MAX) as connection:
            connection.sendall(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1"))
            try:
                for piece in pieces:
                    connection.sendall(piece)
            except (BrokenPipeError, ConnectionResetError):
                pass  # It has heard enough, and answered.
            return self._answer(connection)

    def sized(self, body: bytes, **rest: str) -> tuple[int, dict[str, Any]]:
        return self.post(body, **{"Content-Length": str(len(body)), **rest})

    def chunked(self, *pieces: bytes, **rest: str) -> tuple[int, dict[str, Any]]:
        chunks = [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces]
        return self.post(*chunks, b"0\r\n\r\n", **{"Transfer-Encoding": "chunked", **rest})

    def _answer(self, connection: socket.socket) -> tuple[int, dict[str, Any]]:
        received = b""
        while piece := connection.recv(65_536):
            received += piece
        head, _, content = received.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 "), received[:200]
        if b"transfer-encoding: chunked" in head.lower():
            content = content.partition(b"\r\n")[2].rpartition(b"\r\n0\r\n")[0]
        return int(head.split()[1]), json.loads(content)


@pytest.fixture
def wire(address: tuple[str, int], ledger: Ledger, make_account: Any) -> Wire:
    make_account("CASH")
    make_account("REV", type="revenue")
    return Wire(address, ledger)


@pytest.mark.parametrize("sent", ["sized", "chunked"])
@pytest.mark.parametrize(
    ("path", "limit"), [("/api/transfers/", BODY_BYTES_MAX), ("/api/transfers/batch", BATCH_BYTES_MAX)]
)
@pytest.mark.parametrize("filler", [b" ", b"[", b"9", b"\x00"], ids=["blanks", "brackets", "digits", "NULs"])
def test_ten_mebibytes_are_too_large(
    wire: Wire,
    ledger: Ledger,
    sent: str,
    path: str,
    limit: int,
    filler: bytes,
) -> None:
    assert limit < 10 * MEBIBYTE
    before = Footprint.of(ledger)
    pieces = [filler * MEBIBYTE] * 10
    status, told = wire.sized(b"".join(pieces), path=path) if sent == "sized" else wire.chunked(*pieces, path=path)
    assert (status, told["code"]) == (413, "too_large")
    assert Footprint.of(ledger) == before
    assert wire.sized(json.dumps(transfer_body()).encode())[0] == 201


def test_a_body_in_single_bytes_is_the_same_body(wire: Wire) -> None:
    body = json.dumps(transfer_body()).encode()
    status, first = wire.chunked(*[bytes([byte]) for byte in body])
    assert (status, first["status"]) == (201, "applied")
    status, again = wire.sized(body)
    assert (status, again) == (200, first | {"status": "duplicate"})


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "parse_error"),
        (b"\x00", "parse_error"),
        (b"\xff\xfe{\x00}\x00", "parse_error"),
        (b'{"legs": [' + b"[" * 500_000, "parse_error"),
        (b'{"legs": [], "legs": []}', "parse_error"),
        (b'{"metadata": {"a": NaN}}', "parse_error"),
        (b'{"metadata": {"a": ' + b"9" * 900_000 + b"}}", "parse_error"),
        (b'{"metadata": {"' + b'a": 1, "' * 80_000 + b'b": 1}}', "parse_error"),
        (b'{"description": "\\u0000"}', "parse_error"),
        (b'{"description": "\\ud800"}', "parse_error"),
        (b"[" + b"1," * 400_000 + b"1]", "validation_error"),
        (b'{"legs": ' + b"1" * 4_000 + b"}", "validation_error"),
        (b'{"value_date": "+99999999-01-01", "legs": []}', "validation_error"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_malformed_body_is_a_problem_however_it_is_sent(
    wire: Wire,
    ledger: Ledger,
    body: bytes,
    code: str,
) -> None:
    before = Footprint.of(ledger)
    for status, told in (wire.sized(body), wire.chunked(*([body] if body else []))):
        assert (status, told["code"], told["type"]) == (400, code, f"urn:doublex:error:{code}")
    assert Footprint.of(ledger) == before


@pytest.mark.parametrize("key", ["k\xe9y", "x" * 256, "a\tb", "\xa0"])
def test_a_key_that_is_none_is_refused_as_a_header_too(wire: Wire, ledger: Ledger, key: str) -> None:
    body = transfer_body()
    del body["idempotency_key"]
    before = Footprint.of(ledger)
    status, told = wire.sized(json.dumps(body).encode(), Idempotency_Key=key)
    assert (status, told["code"], told["field"]) == (400, "validation_error", "idempotency_key")
    assert Footprint.of(ledger) == before


def test_a_body_that_ends_too_early_posts_nothing(wire: Wire, ledger: Ledger) -> None:
    body = json.dumps(transfer_body() | {"description": uuid.uuid4().hex}).encode()
    before = Footprint.of(ledger)
    with socket.create_connection(wire._address, timeout=ANSWER_SECONDS_MAX) as connection:
        head = f"POST /api/transfers/ HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {wire._key}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body[:-10])
    assert wire.sized(json.dumps(transfer_body()).encode())[0] == 201
    assert Footprint.of(ledger).journals == before.journals + 1

"""Callers over HTTP: keep-alive connections driven by one thread, as cheaply as Python can.

The load shares its machine with the server, so a request costs a few microseconds here: it is bytes from the start,
one selector waits for all connections, and of an answer only the status and the length are read.
"""

import selectors
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Self
from uuid import uuid4

from bench.measured import Round
from bench.workloads import Workload, account_code, account_pairs

ANSWER_SECONDS_MAX = 60
_BYTES_AT_ONCE = 1 << 20
_OK = range(200, 300)


@dataclass(slots=True)
class _Connection:
    socket: socket.socket
    sent_at: float = 0.0
    received: bytearray = field(default_factory=bytearray)


class HttpCallers:
    """So many connections to the product, each with one request in flight at a time."""

    def __init__(self, port: int, key: str | None, connections: int) -> None:
        authorization = f"Authorization: Bearer {key}\r\n" if key else ""
        self._head = (
            f"HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-Proto: https\r\n{authorization}"
            "Content-Type: application/json\r\n"
        )
        self._selector = selectors.DefaultSelector()
        self._connections = [_Connection(socket.create_connection(("127.0.0.1", port))) for _ in range(connections)]
        for connection in self._connections:
            connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._selector.register(connection.socket, selectors.EVENT_READ, connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self._connections:
            connection.socket.close()
        self._selector.close()

    def run(
        self,
        requests: Iterator[bytes],
        seconds: float,
        *,
        transfers_each: int = 1,
        on_answer: Callable[[int, bytes], None] | None = None,
    ) -> Round:
        """Send requests for so long, then wait for the last answers; what was refused is counted by its status only."""
        latencies: list[float] = []
        statuses: dict[int, int] = {}
        started_at = now = time.perf_counter()
        for connection in self._connections:
            self._send(connection, next(requests))
        in_flight = len(self._connections)
        while in_flight:
            for connection, status, body in self._answers():
                now = time.perf_counter()
                statuses[status] = statuses.get(status, 0) + 1
                if status in _OK:
                    latencies.append(now - connection.sent_at)
                if on_answer:
                    on_answer(status, body)
                if now < started_at + seconds:
                    self._send(connection, next(requests))
                else:
                    in_flight -= 1
        return Round(len(latencies) * transfers_each, now - started_at, latencies, statuses=statuses)

    def _answers(self) -> Iterator[tuple[_Connection, int, bytes]]:
        """Whatever is whole by now, at least one look at the sockets later."""
        ready = self._selector.select(ANSWER_SECONDS_MAX)
        if not ready:
            raise TimeoutError(f"no answer within {ANSWER_SECONDS_MAX} s")
        for key, _ in ready:
            answer = _answer(key.data)
            if answer is not None:
                yield key.data, *answer

    def transfers(self, workload: Workload, seed: int) -> Iterator[bytes]:
        """Endless requests to post one transfer each."""
        head = f"POST /api/transfers/ {self._head}"
        for debit, credit in account_pairs(workload, seed):
            body = f'{{"idempotency_key":"{uuid4().hex}",{_legs(debit, credit)}}}'
            yield f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()

    def batches(self, workload: Workload, seed: int, size: int) -> Iterator[bytes]:
        """Endless requests to post so many independent transfers each."""
        head = f"POST /api/transfers/batch {self._head}"
        pairs = account_pairs(workload, seed)
        while True:
            orders = (f'{{"idempotency_key":"{uuid4().hex}",{_legs(*next(pairs))}}}' for _ in range(size))
            body = f'{{"transfers":[{",".join(orders)}]}}'
            yield f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()

    def balances(self, workload: Workload, seed: int) -> Iterator[bytes]:
        """Endless requests for a live balance."""
        for account, _ in account_pairs(workload, seed):
            yield f"GET /api/accounts/{account_code(account)}/balance {self._head}\r\n".encode()

    @staticmethod
    def _send(connection: _Connection, request: bytes) -> None:
        connection.sent_at = time.perf_counter()
        connection.socket.sendall(request)


def _legs(debit: int, credit: int) -> str:
    return (
        f'"legs":[{{"account":"{account_code(debit)}","side":"debit","amount":"1.00","ccy":"EUR"}},'
        f'{{"account":"{account_code(credit)}","side":"credit","amount":"1.00","ccy":"EUR"}}]'
    )


def _answer(connection: _Connection) -> tuple[int, bytes] | None:
    """Status and body, once all of it is here."""
    piece = connection.socket.recv(_BYTES_AT_ONCE)
    if not piece:
        raise ConnectionError("the server closed a connection")
    received = connection.received
    received += piece
    head_end = received.find(b"\r\n\r\n")
    if head_end < 0:
        return None
    head = bytes(received[:head_end]).lower()
    length_at = head.find(b"content-length:")
    if length_at < 0:
        raise ConnectionError(f"an answer without a length: {head[:200]!r}")
    length = int(head[length_at + 15 :].split(b"\r\n", 1)[0])
    if len(received) < head_end + 4 + length:
        return None
    body = bytes(received[head_end + 4 :])
    received.clear()
    return int(head[9:12]), body

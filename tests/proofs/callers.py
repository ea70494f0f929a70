"""Clients of the running product, over HTTP, who note what they were told and what they never heard."""

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any, Self
from urllib.parse import urlencode

import psycopg

from doublex.embedded.state import running
from tests.doublex.running import Running

LOST = 0


class Caller:
    """One client on one connection that it keeps. A status of LOST says that no answer came."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection: http.client.HTTPConnection | None = None

    def get(self, path: str, **parameters: Any) -> tuple[int, Any]:
        return self._ask("GET", f"{path}?{urlencode(parameters, doseq=True)}")

    def post(self, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        return self._ask("POST", path, body)

    def post_and_hang_up(self, path: str, body: dict[str, Any], after_seconds: float) -> None:
        """Send it whole, wait a moment, and be gone before the answer, or just as it comes."""
        try:
            self._send("POST", path, body)
            time.sleep(after_seconds)
        except (OSError, http.client.HTTPException):
            pass
        finally:
            self.close()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        try:
            answer = self._send(method, path, body).getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException):
            self.close()
            return LOST, None

    def _send(self, method: str, path: str, body: dict[str, Any] | None) -> http.client.HTTPConnection:
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        headers = {"Content-Type": "application/json"} if body else {}
        self._connection.request(method, path, json.dumps(body) if body else None, headers)
        return self._connection


def payment(key: str, debit: str, credit: str, amount: str) -> dict[str, Any]:
    legs = [(debit, "debit"), (credit, "credit")]
    return {
        "idempotency_key": key,
        "legs": [{"account": code, "side": side, "amount": amount, "ccy": "EUR"} for code, side in legs],
    }


@dataclass
class Town:
    """A bank and the purses of a few people, in the demo's ledger, each purse with 400.00 at first."""

    port: int
    purses: tuple[str, ...] = ("ANNA", "BEN", "CARLA", "DAVID", "EMMA")

    def __post_init__(self) -> None:
        caller = Caller(self.port)
        accounts = [("BANK", "asset", False), *((purse, "liability", True) for purse in self.purses)]
        for code, type_, non_negative in accounts:
            opened = {"code": code, "name": code, "ccy": "EUR", "type": type_, "non_negative": non_negative}
            assert caller.post("/api/accounts/", opened)[0] == 201
        for purse in self.purses:
            assert caller.post("/api/transfers/", payment(f"pay in {purse}", "BANK", purse, "400.00"))[0] == 201

    def balances(self, caller: Caller) -> dict[str, Decimal] | None:
        """All purses and the bank in one request; None where no answer came."""
        status, answer = caller.get("/api/accounts/", code=["BANK", *self.purses])
        return {row["code"]: Decimal(row["balance"]) for row in answer["results"]} if status == 200 else None

    @property
    def total(self) -> Decimal:
        return Decimal(400 * len(self.purses))


@dataclass
class Load:
    """Callers who pay each other without a pause, and some of whom hang up; `with load:` is while they do."""

    town: Town
    chance: Random
    callers: int = 6
    hang_up_share: float = 0.0
    acknowledged: dict[str, dict[str, Any]] = field(default_factory=dict)
    lost: dict[str, dict[str, Any]] = field(default_factory=dict)
    statuses: Counter[tuple[int, str]] = field(default_factory=Counter)

    def __enter__(self) -> Self:
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._pay, args=(number, Random(self.chance.random())))
            for number in range(self.callers)
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()

    def wait_for_more(self, count: int = 20, timeout_seconds: float = 90) -> None:
        """Return once so many more have been acknowledged: the product serves."""
        before, deadline = len(self.acknowledged), time.monotonic() + timeout_seconds
        while len(self.acknowledged) < before + count:
            assert time.monotonic() < deadline, f"nothing was acknowledged any more: {self.statuses}"
            time.sleep(0.01)

    def settle(self) -> None:
        """Send whatever has no answer again, under its key, until it has one, as callers are told to."""
        caller = Caller(self.town.port)
        for key, body in list(self.lost.items()):
            status, answer = caller.post("/api/transfers/", body)
            assert status in (200, 201, 409), (status, answer)
            self._note(key, status, answer)

    def expected(self) -> dict[str, Decimal]:
        """What the purses and the bank must hold, by what callers were told."""
        held = dict.fromkeys(self.town.purses, Decimal(400)) | {"BANK": self.town.total}
        for answer in self.acknowledged.values():
            for leg in answer["legs"]:
                held[leg["account"]] += Decimal(leg["amount"]) if leg["side"] == "credit" else -Decimal(leg["amount"])
        return held

    def _pay(self, number: int, chance: Random) -> None:
        caller, count = Caller(self.town.port), 0
        while not self._over.is_set():
            count += 1
            key = f"{number}-{count}-{chance.getrandbits(32):x}"
            payer, payee = chance.sample(self.town.purses, 2)
            cents = chance.randint(1, 10_000)
            body = payment(key, payer, payee, f"{cents // 100}.{cents % 100:02}")
            self.lost[key] = body
            if chance.random() < self.hang_up_share:
                caller.post_and_hang_up("/api/transfers/", body, chance.choice([0, 0, 0.001, 0.003, 0.01]))
            else:
                self._insist(caller, key, body)

    def _insist(self, caller: Caller, key: str, body: dict[str, Any]) -> None:
        """Send it until it has an answer, or all is over: the way callers are told to."""
        while not self._note(key, *caller.post("/api/transfers/", body)) and not self._over.wait(0.05):
            continue

    def _note(self, key: str, status: int, answer: Any) -> bool:
        """Whether that was an answer."""
        self.statuses[status, "" if status in (LOST, 200, 201) else answer["code"]] += 1
        if status == LOST or status >= 500:
            return False
        if status in (200, 201):
            self.acknowledged[key] = answer
        del self.lost[key]
        return True


def books_of(run: Running) -> psycopg.Connection:
    """The database of a run, as its owner."""
    instance = running(run.folder)
    assert instance
    return psycopg.connect(instance.environment["DATABASE_OWNER_URL"], autocommit=True)


def assert_posted_once_each(connection: psycopg.Connection, load: Load) -> None:
    """Every acknowledged payment is in the books once, as it was told; and nothing else but what was paid in."""
    rows: Iterable[tuple[str, Any, int]] = connection.execute(
        "SELECT k.key, j.id::text, j.number FROM ledger_journal j JOIN ledger_idempotencykey k"
        " ON k.id = j.idempotency_key_id"
    )
    posted = [row for row in rows if not row[0].startswith("pay in ")]
    assert len(posted) == len({key for key, *_ in posted}), "a key posted twice"
    told = {key: (answer["journal_id"], answer["number"]) for key, answer in load.acknowledged.items()}
    assert {key: (id_, number) for key, id_, number in posted} == told

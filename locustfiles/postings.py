"""Callers to play with: post, replay and read balances against a running DoubleX.

    make run                                                             # in one terminal
    .venv/bin/locust -f locustfiles/postings.py -H http://127.0.0.1:8000      # in another; then open its page

Without DOUBLEX_API_KEY the calls go to the demo's books. Figures come from `make bench`: a locust user costs more than
the answer that it waits for.
"""

import os
import random
import uuid

import httpx
from locust import FastHttpUser, between, events, task
from locust.env import Environment

ACCOUNTS = [f"LOCUST-{number}" for number in range(20)]
_OK, _CREATED, _CONFLICT = 200, 201, 409


def _headers() -> dict[str, str]:
    key = os.environ.get("DOUBLEX_API_KEY")
    return {"Authorization": f"Bearer {key}"} if key else {}


@events.test_start.add_listener  # type: ignore[untyped-decorator]
def open_accounts(environment: Environment, **_: object) -> None:
    """Open the accounts that the users move money between; those that exist already are fine."""
    host = environment.host
    if not host:
        raise SystemExit("Say where DoubleX is: -H http://127.0.0.1:8000")
    with httpx.Client(base_url=host, headers=_headers(), timeout=30) as client:
        for code in ACCOUNTS:
            answer = client.post("/api/accounts/", json={"code": code, "name": code, "ccy": "EUR", "type": "asset"})
            if answer.status_code not in (_CREATED, _CONFLICT):
                raise SystemExit(f"{code} cannot be opened: {answer.text}")


class LedgerCaller(FastHttpUser):
    """Somebody who pays, sometimes twice by mistake, and looks at what is left."""

    wait_time = between(0.01, 0.1)

    @task(6)
    def post(self) -> None:
        """A transfer of a few cents."""
        self._post(self._order(), "post", _CREATED)

    @task(2)
    def replay(self) -> None:
        """The same order twice: the second answer is 200, a duplicate, and no balance moves."""
        order = self._order()
        self._post(order, "post", _CREATED)
        self._post(order, "replay", _OK)

    @task(4)
    def balance(self) -> None:
        """What one account holds now."""
        code = random.choice(ACCOUNTS)  # noqa: S311 - a load, not a secret
        self.client.get(f"/api/accounts/{code}/balance", headers=_headers(), name="balance")

    def _post(self, order: dict[str, object], name: str, expected: int) -> None:
        with self.client.post(
            "/api/transfers/", json=order, headers=_headers(), name=name, catch_response=True
        ) as answer:
            if answer.status_code != expected:
                answer.failure(f"{answer.status_code} instead of {expected}: {answer.text}")

    @staticmethod
    def _order() -> dict[str, object]:
        debit, credit = random.sample(ACCOUNTS, 2)
        legs = [
            {"account": account, "side": side, "amount": f"0.{random.randint(1, 99):02d}", "ccy": "EUR"}  # noqa: S311
            for account, side in ((debit, "debit"), (credit, "credit"))
        ]
        legs[1]["amount"] = legs[0]["amount"]
        return {"idempotency_key": uuid.uuid4().hex, "legs": legs}

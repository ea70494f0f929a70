"""`python -m bench.fx`: conversions over HTTP at 32 connections, in turns with transfers in one currency.

Both move money between accounts drawn uniformly from ten thousand; a conversion is two journals, four legs and a
settlement. What counts is their ratio in one run: at least a half. Beside it stands the processor time that each
cost, which moves little when the machine has other things to do.
"""

import json
import random
import statistics
import sys
from collections.abc import Iterator
from uuid import uuid4

from bench.http_load import HttpCallers
from bench.product import Product
from bench.workloads import ACCOUNTS, account_code

CONNECTIONS = 32
ROUNDS = 5
SECONDS = 4.0
RATIO_MIN = 0.5


def main() -> int:
    """Run it; 0 if the floor is reached."""
    speeds: dict[bool, list[float]] = {False: [], True: []}
    costs: dict[bool, list[float]] = {False: [], True: []}
    with Product() as product:
        _open_dollars(product)
        with HttpCallers(product.port, product.key, CONNECTIONS) as callers:
            for round_ in range(ROUNDS + 1):
                for crossing in (False, True):
                    before = sum(product.cpu_seconds().values())
                    found = callers.run(_requests(product.key, round_, crossing=crossing), SECONDS)
                    spent = sum(product.cpu_seconds().values()) - before
                    # The first round opens clearing accounts, fills caches and prepares statements.
                    if round_:
                        speeds[crossing].append(found.per_second)
                        costs[crossing].append(1e6 * spent / found.transfers)
                    sys.stderr.write(f"{'two' if crossing else 'one'}: {found.per_second:.0f}/s {found.statuses}\n")
    one, two = (statistics.median(speeds[crossing]) for crossing in (False, True))
    one_us, two_us = (statistics.median(costs[crossing]) for crossing in (False, True))
    sys.stdout.write(
        f"one currency {one:.0f}/s and {one_us:.0f} us of processor time each, two {two:.0f}/s and {two_us:.0f} us: "
        f"ratio {two / one:.2f}, of processor time {one_us / two_us:.2f}\n"
    )
    return 0 if two / one >= RATIO_MIN else 1


def _requests(key: str, seed: int, *, crossing: bool) -> Iterator[bytes]:
    """Endless transfers of 100 EUR, to another account in EUR or to one in USD with the amount left out."""
    pick = random.Random(seed)  # noqa: S311 - a load, not a secret
    head = (
        "POST /api/transfers/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-Proto: https\r\n"
        f"Authorization: Bearer {key}\r\nContent-Type: application/json\r\n"
    )
    while True:
        given, other = pick.sample(range(ACCOUNTS), 2)
        legs = [{"account": account_code(given), "side": "credit", "amount": "100.00", "ccy": "EUR"}]
        if crossing:
            legs.append({"account": f"USD-{account_code(other)}", "side": "debit", "ccy": "USD"})
        else:
            legs.append({"account": account_code(other), "side": "debit", "amount": "100.00", "ccy": "EUR"})
        body = json.dumps({"idempotency_key": uuid4().hex, "legs": legs})
        yield f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()


def _open_dollars(product: Product) -> None:
    """As many accounts in dollars, and today's rate."""
    from datetime import UTC, datetime
    from decimal import Decimal

    from fx.models import Rate
    from ledger.models import Account

    Account.objects.bulk_create(
        Account(ledger_id=product.ledger_id, code=f"USD-{account_code(number)}", name="", ccy_id="USD", type="asset")
        for number in range(ACCOUNTS)
    )
    value = Decimal("1.0853")
    Rate.objects.create(
        base_id="EUR",
        quote_id="USD",
        type="mid",
        source="manual",
        date=datetime.now(UTC).date(),
        value=value,
        quoted_value=value,
    )


if __name__ == "__main__":
    sys.exit(main())

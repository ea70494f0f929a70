"""The ledger once more, in plain Python and without any of our code: what the books must agree with.

It keeps every rule that callers are promised and nothing that makes it fast: one caller at a time, no database, no locks.
"""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

DECIMALS = {"EUR": 2, "JPY": 0, "USD": 2}
Answer = tuple[Any, ...]
OPPOSITE = {"debit": "credit", "credit": "debit"}


class RefLeg(NamedTuple):
    account: str
    side: str
    amount: str
    ccy: str


class RefTransfer(NamedTuple):
    key: str
    legs: tuple[RefLeg, ...]
    value_date: date | None = None
    on_closed: str | None = None


class RefReversal(NamedTuple):
    key: str
    number: int
    value_date: date | None = None


class RefJournal(NamedTuple):
    kind: str
    value_date: date
    legs: tuple[tuple[str, str, Decimal], ...]
    reverses: int | None


@dataclass
class RefAccount:
    ccy: str
    normal_side: str
    non_negative: bool
    balance: Decimal = Decimal(0)
    status: str = "active"


class RefusedError(Exception):
    """Says the code."""


@dataclass
class ReferenceLedger:
    """Answers are tuples: ("applied", number, value date, balances after), ("duplicate", number), ("refused", code)."""

    today: date
    accounts: dict[str, RefAccount]
    limit: Decimal | None = None
    closed_through: date | None = None
    journals: list[RefJournal] = field(default_factory=list)
    keys: dict[str, tuple[Any, int]] = field(default_factory=dict)

    def copy(self) -> "ReferenceLedger":
        accounts = {code: RefAccount(**vars(account)) for code, account in self.accounts.items()}
        return ReferenceLedger(
            self.today, accounts, self.limit, self.closed_through, list(self.journals), dict(self.keys)
        )

    def transfer(self, order: RefTransfer) -> Answer:
        legs = tuple((leg.account, leg.side, number_in(leg.amount), leg.ccy) for leg in order.legs)
        request = "transfer", legs, order.value_date, order.on_closed
        return self._answer(order.key, request, lambda: self._post_transfer(order))

    def reverse(self, order: RefReversal) -> Answer:
        request = "reversal", order.number, order.value_date
        return self._answer(order.key, request, lambda: self._post_reversal(order))

    def batch(self, orders: tuple[RefTransfer, ...], *, atomic: bool) -> list[Answer]:
        before, answers = self.copy(), []
        for index, order in enumerate(orders):
            answers.append(self.transfer(order))
            if atomic and answers[-1][0] == "refused":
                vars(self).update(vars(before))
                return [(*answers[-1], index)]
        return answers

    def set_status(self, code: str, status: str) -> Answer:
        account = self.accounts[code]
        if status == "closed" and account.balance:
            return "refused", "account_not_empty"
        account.status = status
        return "changed", status

    def close_through(self, day: date) -> Answer:
        self.closed_through = max(day, self.closed_through or day)
        return "closed", self.closed_through

    def _answer(self, key: str, request: Any, post: Any) -> Answer:
        if key in self.keys:
            known, number = self.keys[key]
            return ("duplicate", number) if known == request else ("refused", "idempotency_conflict")
        try:
            answer: Answer = post()
        except RefusedError as refusal:
            return "refused", str(refusal)
        self.keys[key] = request, len(self.journals)
        return answer

    def _post_transfer(self, order: RefTransfer) -> Answer:
        _require(len(order.legs) >= 2, "too_few_legs")
        _require(all(leg.ccy in DECIMALS for leg in order.legs), "currency_unknown")
        currencies = {leg.ccy for leg in order.legs}
        _require(len(currencies) <= 2, "too_many_currencies")
        assert len(currencies) == 1, "a conversion is beyond this reference"
        legs = [self._checked(leg) for leg in order.legs]
        _require(_total(legs, "debit") == _total(legs, "credit"), "journal_not_balanced")
        _require(self.limit is None or _total(legs, "debit") <= self.limit, "transfer_limit_exceeded")
        day = self._open_day(order.value_date, or_next=order.on_closed == "next_open_day")
        return self._write("transfer", day, legs, None)

    def _post_reversal(self, order: RefReversal) -> Answer:
        _require(1 <= order.number <= len(self.journals), "not_found")
        original = self.journals[order.number - 1]
        _require(original.kind != "reversal", "posting_not_allowed")
        _require(all(journal.reverses != order.number for journal in self.journals), "already_reversed")
        legs = [(account, OPPOSITE[side], amount) for account, side, amount in reversed(original.legs)]
        return self._write("reversal", self._open_day(order.value_date, or_next=False), legs, order.number)

    def _checked(self, leg: RefLeg) -> tuple[str, str, Decimal]:
        amount = number_in(leg.amount)
        _require(isinstance(amount, Decimal) and amount > 0, "invalid_amount")
        assert isinstance(amount, Decimal)
        _require(amount == round(amount, DECIMALS[leg.ccy]), "invalid_amount")
        _require(leg.account in self.accounts, "account_not_found")
        _require(self.accounts[leg.account].ccy == leg.ccy, "currency_mismatch")
        return leg.account, leg.side, amount

    def _open_day(self, asked: date | None, *, or_next: bool) -> date:
        _require(asked is None or asked <= self.today, "value_date_in_future")
        day = asked or self.today
        if self.closed_through is None or day > self.closed_through:
            return day
        _require(asked is None or or_next, "day_closed")
        return self.closed_through + timedelta(days=1)

    def _write(self, kind: str, day: date, legs: list[tuple[str, str, Decimal]], reverses: int | None) -> Answer:
        balances, after = {code: account.balance for code, account in self.accounts.items()}, []
        for code, side, amount in legs:
            account = self.accounts[code]
            _require(account.status == "active", "account_not_active")
            balances[code] += amount if side == account.normal_side else -amount
            _require(balances[code] >= 0 or not account.non_negative, "insufficient_funds")
            after.append(balances[code])
        for code, balance in balances.items():
            self.accounts[code].balance = balance
        self.journals.append(RefJournal(kind, day, tuple(legs), reverses))
        return "applied", len(self.journals), day, tuple(after)


def number_in(text: str) -> Decimal | str:
    """The number that the text writes, so that 1.0 and 1.00 are one; else the text."""
    return Decimal(text) if re.fullmatch(r"[0-9]{1,20}(\.[0-9]{1,18})?", text) else text


def _total(legs: list[tuple[str, str, Decimal]], side: str) -> Decimal:
    return sum((amount for _, leg_side, amount in legs if leg_side == side), Decimal(0))


def _require(fine: bool, code: str) -> None:
    if not fine:
        raise RefusedError(code)

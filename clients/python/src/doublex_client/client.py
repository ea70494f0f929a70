"""The client: the ledger's API as methods."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote, urlsplit
from uuid import UUID

import httpx
import msgspec

from doublex_client.batches import post_batch
from doublex_client.orders import NewLeg, NewTransfer, OnClosed, new_key
from doublex_client.problems import AccountExists, DoubleXError
from doublex_client.records import (
    Account,
    Balance,
    Journal,
    Page,
    PostedTransfer,
    Record,
    Refused,
    Statement,
    StatementPage,
)
from doublex_client.sending import Retrying, Sender

AnyRecord = TypeVar("AnyRecord", bound=Record)
UNCHANGED: Any = msgspec.UNSET
"""Says that a change leaves a field alone, where None would be a value."""


class Client:
    """One ledger, as its API key reaches it; without a key, the demo.

    Every method waits for its answer: busy moments, lost connections and time-outs are tried again as `retrying` says,
    a posting always with the same key, so that it posts once. Safe to share between threads.

        with Client("http://127.0.0.1:8000", api_key="...") as ledger:
            ledger.transfer([debit("CASH", "10.00", "EUR"), credit("REV", "10.00", "EUR")])

    Every method raises ApiError where the ledger refuses, NoAnswer where nothing was heard.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str | None = None,
        *,
        timeout_seconds: float = 10.0,
        retrying: Retrying | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._http = httpx.Client(base_url=base_url, headers=headers, timeout=timeout_seconds, transport=transport)
        self._sender = Sender(self._http, retrying or Retrying())

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open_account(
        self,
        code: str,
        name: str,
        ccy: str,
        *,
        type: str = "asset",  # noqa: A002 - the field's name
        non_negative: bool = False,
        parent: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Account:
        """Open an account with a balance of zero.

        Raises:
            AccountExists: the ledger has this code. Only where an answer to this very call was lost, an account that is
            as asked for is taken for the one just opened.
        """
        wanted = {"code": code, "name": name, "ccy": ccy, "type": type, "non_negative": non_negative}
        wanted |= {"parent": parent, "metadata": dict(metadata or {})}
        try:
            content = self._sender.send("POST", "/api/accounts/", body=wanted)
        except AccountExists as exists:
            content = self._sender.send("GET", _account_path(code)) if exists.after_lost_answer else {}
            if any(content.get(field, UNCHANGED) != value for field, value in wanted.items()):
                raise
        return msgspec.convert(content, Account)

    def account(self, code: str) -> Account:
        """The account with its live balance. Raises NotFound."""
        return self._get(Account, _account_path(code))

    def accounts(
        self,
        *,
        codes: Sequence[str] = (),
        type: str | None = None,  # noqa: A002 - the field's name
        status: str | None = None,
        metadata: Mapping[str, str] | None = None,
        page_size: int = 100,
    ) -> Iterator[Account]:
        """The accounts by code, fetched page by page as they are asked for."""
        params = [("code", code) for code in codes] + _given(type=type, status=status) + _metadata(metadata)
        return self._listed(Account, "/api/accounts/", params, page_size)

    def change_account(
        self,
        code: str,
        *,
        name: str = UNCHANGED,
        status: str = UNCHANGED,
        parent: str | None = UNCHANGED,
        metadata: Mapping[str, Any] = UNCHANGED,
    ) -> Account:
        """Change what is given; metadata is replaced as a whole, a parent of None clears it."""
        given = {"name": name, "status": status, "parent": parent, "metadata": metadata}
        body = {field: value for field, value in given.items() if value is not UNCHANGED}
        return msgspec.convert(self._sender.send("PATCH", _account_path(code), body=body), Account)

    def balance(self, code: str, as_of: date | datetime | None = None) -> Balance:
        """What the account holds: now, at the end of a day by value date, or at an instant by posting (with its zone).

        Raises:
            ValueError: an instant without a time zone. NotFound: no such account.
        """
        if isinstance(as_of, datetime) and as_of.tzinfo is None:
            raise ValueError("an instant needs its time zone: use datetime(..., tzinfo=UTC)")
        return self._get(Balance, f"{_account_path(code)}/balance", _given(as_of=as_of))

    def transfer(
        self,
        legs: Sequence[NewLeg],
        *,
        idempotency_key: str | None = None,
        value_date: date | None = None,
        on_closed: OnClosed | None = None,
        description: str = "",
        reference: str = "",
        metadata: Mapping[str, Any] | None = None,
    ) -> PostedTransfer:
        """Post one balanced journal, exactly once per key.

        Give a key of your own (an order's number) where your program may be restarted and send the transfer again.
        Otherwise one is made, and is on every exception of this call as `idempotency_key`.

        Raises:
            JournalNotBalanced, AccountNotFound, InsufficientFunds, DayClosed, IdempotencyConflict, ...: nothing was
            written. OutcomeUnknown, NoAnswer: repeat with the same key, at any time.
        """
        order = NewTransfer(
            legs, idempotency_key or new_key(), value_date, on_closed, description, reference, metadata or {}
        )
        return self._post("/api/transfers/", order.body())

    def transfer_batch(
        self, transfers: Sequence[NewTransfer], *, atomic: bool = False
    ) -> list[PostedTransfer | Refused]:
        """Post up to 1,000 transfers: each for itself, or all or none; one result each, in their order.

        Those that the ledger was too busy for are sent again, with their own keys.

        Raises:
            ApiError: atomic, and one was refused: its `problem["index"]` says which. Or the batch itself is malformed.
        """
        return post_batch(self._sender, transfers, atomic=atomic)

    def reverse(
        self,
        journal_id: UUID | str,
        *,
        idempotency_key: str | None = None,
        value_date: date | None = None,
        description: str = "",
    ) -> PostedTransfer:
        """Post the opposite of a journal, once only.

        Raises:
            NotFound: no such journal. AlreadyReversed: by another call. Everything else as `transfer`.
        """
        body = {"idempotency_key": idempotency_key or new_key()}
        body |= dict(_given(value_date=value_date, description=description or None))
        return self._post(f"/api/journals/{quote(str(journal_id), safe='')}/reverse", body)

    def journal(self, journal_id: UUID | str) -> Journal:
        """One journal with its legs. Raises NotFound."""
        return self._get(Journal, f"/api/journals/{quote(str(journal_id), safe='')}")

    def journals(
        self,
        *,
        from_date: date | None = None,
        to_date: date | None = None,
        account: str | None = None,
        reference: str | None = None,
        kind: str | None = None,
        idempotency_key: str | None = None,
        metadata: Mapping[str, str] | None = None,
        page_size: int = 100,
    ) -> Iterator[Journal]:
        """The journals, newest first, fetched page by page as they are asked for; the dates are value dates."""
        params = _given(account=account, reference=reference, kind=kind, idempotency_key=idempotency_key)
        return self._listed(
            Journal, "/api/journals/", params + _dates(from_date, to_date) + _metadata(metadata), page_size
        )

    def statement(
        self, code: str, from_date: date | None = None, to_date: date | None = None, *, by: str = "value"
    ) -> Statement:
        """The whole statement, by value date or (`by="posted"`) in posting order."""
        pages = list(self.statement_pages(code, from_date, to_date, by=by, page_size=500))
        lines = [line for page in pages for line in page.lines]
        first, last = pages[0], pages[-1]
        return Statement(account=first.account, ccy=first.ccy, opening=first.opening, lines=lines, closing=last.closing)

    def statement_pages(
        self,
        code: str,
        from_date: date | None = None,
        to_date: date | None = None,
        *,
        by: str = "value",
        page_size: int = 100,
    ) -> Iterator[StatementPage]:
        """The statement in parts, fetched as they are asked for."""
        params = [("by", by), *_dates(from_date, to_date)]
        return self._pages(StatementPage, f"{_account_path(code)}/statement", params, page_size, lambda page: page.next)

    def trial_balance(self, on: date | None = None) -> dict[str, Any]:
        """The trial balance of a day as the ledger's report gives it; amounts in it are texts."""
        return self._sender.send("GET", "/api/reports/trial-balance", params=_given(date=on))

    def _get(self, record: type[AnyRecord], path: str, params: Sequence[tuple[str, str]] = ()) -> AnyRecord:
        return msgspec.convert(self._sender.send("GET", path, params=list(params)), record)

    def _post(self, path: str, body: Mapping[str, Any]) -> PostedTransfer:
        try:
            return msgspec.convert(self._sender.send("POST", path, body=body), PostedTransfer)
        except DoubleXError as error:
            error.idempotency_key = body["idempotency_key"]
            raise

    def _listed(
        self, record: type[AnyRecord], path: str, params: list[tuple[str, str]], page_size: int
    ) -> Iterator[AnyRecord]:
        for page in self._pages(Page, path, params, page_size, lambda page: page.next):
            yield from msgspec.convert(page.results, list[record])  # type: ignore[valid-type]

    def _pages(
        self,
        shape: type[AnyRecord],
        path: str,
        params: list[tuple[str, str]],
        page_size: int,
        next_of: Callable[[AnyRecord], str | None],
    ) -> Iterator[AnyRecord]:
        query: Any = [*params, ("limit", str(page_size))]
        while query:
            page = msgspec.convert(self._sender.send("GET", path, params=query), shape)
            yield page
            # Of the link only its query: the key goes nowhere but to the ledger that it is for.
            query = httpx.QueryParams(urlsplit(next_of(page) or "").query)


def _account_path(code: str) -> str:
    return f"/api/accounts/{quote(code, safe='')}"


def _given(**params: str | date | None) -> list[tuple[str, str]]:
    texts = {name: value.isoformat() if isinstance(value, date) else value for name, value in params.items()}
    return [(name, text) for name, text in texts.items() if text is not None]


def _dates(from_date: date | None, to_date: date | None) -> list[tuple[str, str]]:
    return _given(**{"from": from_date, "to": to_date})


def _metadata(metadata: Mapping[str, str] | None) -> list[tuple[str, str]]:
    return [(f"metadata.{key}", value) for key, value in (metadata or {}).items()]

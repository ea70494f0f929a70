"""What the books answer, as the JSON of the contract: plain dicts, with no object between them and the encoder."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import cast

import msgspec
from django.http import HttpResponse

from ledger.api import answers
from ledger.api.problems import problem_of
from ledger.domain.accounts import AccountType
from ledger.domain.money import format_amount
from ledger.domain.posted import PostedJournal, PostedLeg, PostedTransfer
from ledger.domain.refusals import Refusal
from ledger.queries.account_rows import AccountRow
from ledger.queries.balances import AccountBalance
from ledger.queries.statement_lines import StatementLine

# It writes UUIDs, dates and instants by itself, and is several times quicker than the standard library.
encode = msgspec.json.Encoder().encode


def json_response(content: object, status: int = 200) -> HttpResponse:
    return HttpResponse(encode(content), status=status, content_type="application/json")


def transfer(posted: PostedTransfer) -> answers.Transfer:
    """What became of one order: all the legs of its journals, in order, and the journals' own ids and numbers."""
    first = posted.journals[0]
    answer: answers.Transfer = {
        "journal_id": first.id,
        "journals": [{"id": journal.id, "number": journal.number} for journal in posted.journals],
        "number": first.number,
        "status": "duplicate" if posted.duplicate else "applied",
        "value_date": first.value_date,
        "created_at": first.posted_at,
        "legs": [leg for journal in posted.journals for leg in legs(journal.legs)],
    }
    return cast("answers.Transfer", {**answer, **posted.extra})


def outcome(of_order: PostedTransfer | Refusal) -> answers.Transfer | answers.RefusedTransfer:
    """One line of a batch's answer."""
    if isinstance(of_order, Refusal):
        return {"status": "refused", "error": cast("answers.Problem", problem_of(of_order))}
    return transfer(of_order)


def journal(posted: PostedJournal) -> answers.Journal:
    return {
        "id": posted.id,
        "number": posted.number,
        "kind": posted.kind.value,
        "value_date": posted.value_date,
        "posted_at": posted.posted_at,
        "description": posted.description,
        "reference": posted.reference,
        "metadata": posted.metadata,
        "idempotency_key": posted.idempotency_key,
        "reverses": posted.reverses,
        "reversed_by": posted.reversed_by,
        "legs": legs(posted.legs),
    }


def legs(posted: Sequence[PostedLeg]) -> list[answers.Leg]:
    return [
        {
            "account": leg.account,
            "side": leg.side.value,
            "amount": format_amount(leg.amount, leg.minor_units),
            "ccy": leg.ccy,
            "balance_after": format_amount(leg.balance_after, leg.minor_units),
        }
        for leg in posted
    ]


def account(row: AccountRow) -> answers.Account:
    return {
        "id": row.id,
        "code": row.code,
        "name": row.name,
        "ccy": row.ccy,
        "type": row.type,
        "normal_side": AccountType(row.type).normal_side.value,
        "non_negative": row.non_negative,
        "status": row.status,
        "parent": row.parent,
        "metadata": row.metadata,
        "balance": format_amount(row.balance, row.minor_units),
        "created_at": row.created_at,
    }


def balance(found: AccountBalance, as_of: date | datetime) -> answers.Balance:
    return {
        "account": found.account,
        "ccy": found.ccy,
        "balance": format_amount(found.balance, found.minor_units),
        "as_of": as_of,
        "snapshot_source": found.source,
        "debits": format_amount(found.debits, found.minor_units),
        "credits": format_amount(found.credits, found.minor_units),
    }


def statement_line(line: StatementLine, on: date, minor_units: int) -> answers.StatementLine:
    """A line dated by the order that it stands in."""
    return {
        "date": on,
        "value_date": line.value_date,
        "posted_at": line.posted_at,
        "journal_id": line.journal_id,
        "number": line.number,
        "position": line.position,
        "side": line.side,
        "amount": format_amount(line.amount, minor_units),
        "balance": format_amount(line.balance, minor_units),
        "description": line.description,
        "reference": line.reference,
    }

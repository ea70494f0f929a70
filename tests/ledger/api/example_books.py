"""Books in which everything is that the examples of the schema name, and calls of its operations on them."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.apps import apps

from ledger.domain.scopes import Scope
from ledger.models import Account, Ledger
from tests.ledger.api.calls import Api, content_of, transfer_body
from tests.ledger.raw_books import Footprint

# Written into all that their books hold; nobody else may ever see it.
MARK = "their-secret"


@dataclass(frozen=True)
class Books:
    """A ledger whose accounts are those of the schema's examples, and which has all that a URL can name."""

    ledger: Ledger
    named: dict[str, str]

    @classmethod
    def opened(cls) -> "Books":
        ledger = Ledger.objects.create(code=f"t-{uuid.uuid4().hex}", base_ccy_id="EUR")
        for code, kind in (("DEMO-CASH", "asset"), ("DEMO-REV", "revenue")):
            Account.objects.create(
                ledger=ledger, code=code, name=MARK, ccy_id="EUR", type=kind, metadata={"mark": MARK}
            )
        texts = {"description": MARK, "reference": MARK, "metadata": {"mark": MARK}, "idempotency_key": MARK}
        body = transfer_body("5.00") | texts
        for leg, code in zip(body["legs"], ("DEMO-CASH", "DEMO-REV"), strict=True):
            leg["account"] = code
        posted = content_of(Api.on(ledger).post("/api/transfers/", body), 201)
        cls._convert(ledger)
        return cls(ledger, {"code": "DEMO-CASH", "account": "DEMO-CASH", "journal_id": posted["journal_id"]})

    @staticmethod
    def _convert(ledger: Ledger) -> None:
        """Change a euro for dollars, so that there is a settlement and a position."""
        Account.objects.create(ledger=ledger, code="DEMO-USD", name=MARK, ccy_id="USD", type="asset")
        legs = [("DEMO-CASH", "credit", "1.00", "EUR"), ("DEMO-USD", "debit", "1.10", "USD")]
        body = {
            "idempotency_key": f"{MARK}-converted",
            "legs": [{"account": code, "side": side, "amount": amount, "ccy": ccy} for code, side, amount, ccy in legs],
            "fx": {"rate": "1.10", "pair": "EUR/USD"},
        }
        content_of(Api.on(ledger, *Scope).post("/api/transfers/", body), 201)

    def everything(self) -> list[str]:
        """Every row of the ledger in every table that names one, as text. When a key was used is no such row."""
        rows = [repr(Footprint.of(self.ledger))]
        for model in apps.get_models():
            if any(field.name == "ledger" for field in model._meta.fields):
                kept = model._default_manager.filter(ledger=self.ledger).values()
                rows += [f"{model.__name__} {row | {'last_used_at': None}}" for row in kept]
        return sorted(rows)

    def call(self, key: str | None, method: str, path: str, said: dict[str, Any], query: str = "") -> Any:
        """The call with the schema's own example as its body, of the things in these books."""
        url = path.format(**self.named) + (f"?{query}" if query else "")
        return Api(key).send(method, url, example_of(said))


def example_of(said: dict[str, Any]) -> Any:
    """The operation's request body, as its example has it."""
    if "requestBody" not in said:
        return ""
    return said["requestBody"]["content"]["application/json"]["examples"]["example"]["value"]


def scope_of(said: dict[str, Any]) -> str:
    ((scope,),) = (needed["bearer"] for needed in said["security"])
    return str(scope)

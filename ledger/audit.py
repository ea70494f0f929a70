"""Who makes a change, as the audit log shall say it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who was logged in, or the API key of a caller; with neither, only the database's role is known."""

    user_id: int | None = None
    user_name: str = ""
    api_key_id: UUID | None = None

    @classmethod
    def of_user(cls, user: AbstractBaseUser | AnonymousUser) -> "Actor":
        return cls(user_id=user.pk, user_name=user.get_username())

    def as_json(self) -> str:
        key = self.api_key_id and str(self.api_key_id)
        return json.dumps({"user_id": self.user_id, "user_name": self.user_name, "api_key_id": key})


@contextmanager
def recorded_as(actor: Actor) -> Iterator[None]:
    """Run the block as one transaction whose changes the audit log ascribes to the actor.

    PostgreSQL is told for this transaction only: a pooler may give the session to somebody else right after it.
    Postings refuse to run inside: their first statement must be the gate, and they are their own history.

    Raises:
        RuntimeError: called inside an open transaction.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('ledger.actor', %s, true)", [actor.as_json()])
        yield

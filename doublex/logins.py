"""Who may log in to the back office: nobody by the demo's password, which everybody knows, but in demo mode."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import check_password, is_password_usable
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import ValidationError

from ledger.demo import PASSWORD


class OwnPasswords(ModelBackend):
    """Django's backend, which knows nobody whose password is public.

    It is asked at the login and with each request of a session, so that it holds whatever commands were run or not since
    the books were a demo's (`prepare` takes the password away as well).
    """

    def user_can_authenticate(self, user: User | AnonymousUser | None) -> bool:
        if not isinstance(user, User) or not super().user_can_authenticate(user):
            return False
        return settings.DEMO or not _is_public(user.password)


class NotTheDemos:
    """A password validator: who chose the demo's password could not log in by it."""

    def validate(self, password: str, user: Any = None) -> None:  # noqa: ARG002 - Django's signature
        if password == PASSWORD:
            raise ValidationError("This password is the demo's, which everybody knows.", code="password_is_public")

    def get_help_text(self) -> str:
        return "Your password can't be the demo's."


@lru_cache(maxsize=1_000)
def _is_public(encoded: str) -> bool:
    """Remembered by the hash: trying a password takes a good part of a second, on purpose."""
    return is_password_usable(encoded) and check_password(PASSWORD, encoded)

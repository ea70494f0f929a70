"""The demo's known password, on books that were a demo's and on which no command has run since."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from ledger.demo import PASSWORD

LOGIN = "/admin/login/"


@pytest.fixture
def accountant(settings: Any) -> Iterator[User]:
    """Somebody with the known password, under any name."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    user = User.objects.create_user(f"u-{uuid.uuid4().hex}", password=PASSWORD, is_staff=True)
    yield user
    user.delete()


def logged_in(browser: Client) -> bool:
    return browser.get("/admin/", secure=True).status_code == 200


def log_in(user: User, password: str) -> Client:
    browser = Client()
    browser.post(LOGIN, {"username": user.username, "password": password}, secure=True)
    return browser


def test_the_known_password_opens_the_demo_and_nothing_else(accountant: User, settings: Any) -> None:
    settings.DEMO = False
    assert not logged_in(log_in(accountant, PASSWORD))
    settings.DEMO = True
    assert logged_in(log_in(accountant, PASSWORD))


def test_a_session_of_the_demo_ends_with_the_demo(accountant: User, settings: Any) -> None:
    settings.DEMO = True
    browser = log_in(accountant, PASSWORD)
    assert logged_in(browser)
    settings.DEMO = False
    assert not logged_in(browser)


def test_who_chose_a_password_of_his_own_logs_in_by_it(accountant: User, settings: Any) -> None:
    settings.DEMO = False
    accountant.set_password("one of my own")
    accountant.save()
    assert logged_in(log_in(accountant, "one of my own"))
    accountant.is_active = False
    accountant.save()
    assert not logged_in(log_in(accountant, "one of my own"))


def test_nobody_chooses_the_known_password() -> None:
    with pytest.raises(ValidationError, match="which everybody knows"):
        validate_password(PASSWORD)
    validate_password("one of my own")

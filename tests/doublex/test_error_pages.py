"""What a browser shows instead of a page: what happened, and where to go on. The API's problems are tested elsewhere."""

from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.test import Client

from ledger import front_page
from tests.ledger.admin.pages import Office, text_of


def visited(path: str, **headers: str) -> tuple[int, str]:
    response = Client(raise_request_exception=False).get(path, secure=True, headers=headers)
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert "no-store" in response["Cache-Control"]
    return response.status_code, text_of(response)


def test_a_page_that_is_not_there_says_so_and_where_to_go() -> None:
    status, said = visited("/no/such/<b>page")
    assert status == 404
    assert "There is no page at /no/such/<b>page." in said
    assert "Front page" in said


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        (SuspiciousOperation(), 400, "This request is malformed"),
        (PermissionDenied(), 403, "You may not do this"),
        (ValueError("a secret"), 500, "Something went wrong"),
        (OperationalError("a secret"), 500, "Something went wrong"),
    ],
)
def test_whatever_a_page_raises_is_told_in_the_products_look(
    monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, title: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(front_page, "render", fail)
    answered, said = visited("/")
    assert (answered, title in said) == (status, True)
    assert "a secret" not in said


def test_the_admins_own_pages_name_who_is_logged_in_and_lead_back() -> None:
    office = Office.with_permissions("ledger.view_account")
    for path, status, title in (
        ("/admin/ledger/journal/", 403, "You may not do this"),
        ("/admin/no/such/", 404, "There is nothing here"),
    ):
        response = office.get(path)
        said = text_of(response)
        assert (response.status_code, title in said) == (status, True)
        assert f"You are logged in as {office.user.username}." in said
        # In the admin's look, with its navigation, but only what this user may see.
        assert 'href="/admin/ledger/account/"' in response.content.decode()
        assert 'href="/admin/ledger/journal/"' not in response.content.decode()
    assert 'action="/admin/logout/"' in office.get("/admin/ledger/journal/").content.decode()


def test_a_form_without_its_token_says_what_to_do() -> None:
    office = Office.of_superuser(enforce_csrf_checks=True)
    response = office.post("/admin/ledger/account/open/", code="NEW")
    assert (response.status_code, "This form is no longer valid" in text_of(response)) == (403, True)
    visitor = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "me"}, secure=True)
    assert (visitor.status_code, "Nothing was done." in text_of(visitor)) == (403, True)


def test_a_browser_that_asks_for_an_icon_gets_one() -> None:
    response = Client().get("/favicon.ico", secure=True)
    assert response.status_code == 200
    assert b"".join(response) == (Path(__file__).parents[2] / "doublex" / "top_files" / "favicon.ico").read_bytes()
    assert 'href="/static/ledger/mark.svg"' in Client().get("/admin/login/", secure=True).content.decode()

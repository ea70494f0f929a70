import pytest
from django.test import Client

ONLY_READ = ("/", "/healthz", "/readyz", "/metrics")


@pytest.mark.parametrize("path", ONLY_READ)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_what_is_only_read_takes_no_other_method_and_says_which_it_takes(method: str, path: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    response = browser.generic(method, path, "{}", content_type="application/json", secure=True)
    assert (response.status_code, response["Allow"], response.content) == (405, "GET, HEAD", b"")


@pytest.mark.parametrize("path", ONLY_READ)
def test_what_is_only_read_answers_head_as_get(path: str) -> None:
    got, headed = (Client().generic(method, path, secure=True) for method in ("GET", "HEAD"))
    assert (got.status_code, headed.status_code, headed.content) == (200, 200, b"")
    assert got["Content-Type"] == headed["Content-Type"]

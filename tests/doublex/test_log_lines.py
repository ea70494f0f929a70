"""What an operator finds in the log: the cause of every answer 500, in lines or as objects."""

import json
import os
import subprocess
import sys

import pytest

from doublex.settings import BASE_DIR

BUG = """
import django
django.setup()
from django.test import Client
from django.urls import path
from doublex import urls
def bug(request):
    raise ZeroDivisionError("the cause")
urls.urlpatterns.append(path("bug", bug))
client = Client(raise_request_exception=False)
assert client.get("/bug", secure=True).status_code == 500
assert client.get("/nothing", secure=True).status_code == 404
assert client.get("/healthz", secure=True, headers={"host": "nobodys.example"}).status_code == 400
"""


def logged(log_format: str) -> str:
    ours = {"DJANGO_SETTINGS_MODULE": "doublex.settings", "ALLOWED_HOSTS": "testserver", "LOG_FORMAT": log_format}
    environment = os.environ | ours
    ended = subprocess.run(
        [sys.executable, "-c", BUG], cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (0, ""), ended.stderr
    return ended.stderr


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_the_cause_of_an_answer_500_is_logged_and_what_callers_did_wrong_is_not(log_format: str) -> None:
    said = logged(log_format)
    assert "ZeroDivisionError: the cause" in said
    assert "/nothing" not in said
    assert "nobodys" not in said


def test_a_json_line_is_one_object_with_the_traceback() -> None:
    (line,) = logged("json").splitlines()
    told = json.loads(line)
    assert (told["level"], told["logger"], told["message"]) == (
        "ERROR",
        "django.request",
        "Internal Server Error: /bug",
    )
    assert told["traceback"].endswith("ZeroDivisionError: the cause")
    assert told["time"].endswith("+00:00")

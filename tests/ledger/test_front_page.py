"""What is at `/`, without a browser."""

import re
from typing import Any

import pytest
from django.test import Client

LINKS = {"/api/docs/", "/api/schema/", "/admin/"}


@pytest.fixture(params=[True, False], ids=["demo", "not a demo"])
def page(request: pytest.FixtureRequest, settings: Any) -> Any:
    settings.DEMO = request.param
    return Client().get("/", secure=True)


def test_it_leads_to_the_documents_and_the_admin(page: Any) -> None:
    assert page.status_code == 200
    assert set(re.findall(r'href="([^"]+)"', page.content.decode())) >= {
        link if link == "/admin/" else link.rstrip("/") for link in LINKS
    }


def test_all_that_it_needs_is_served_here_and_nothing_is_inline(page: Any) -> None:
    text = page.content.decode()
    needed = re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="([^"]+)"', text)
    assert needed
    for source in needed:
        assert source.startswith("/static/")
        assert Client().get(source, secure=True).status_code == 200, source
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", text)
    assert page["X-Frame-Options"] == "DENY"
    policy = page["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_only_the_demo_has_a_form(settings: Any) -> None:
    for demo in (True, False):
        settings.DEMO = demo
        text = Client().get("/", secure=True).content.decode()
        assert ("<form" in text) is demo
        assert ("<script" in text) is demo
        assert ("API key" in text) is not demo


def test_every_label_belongs_to_a_field(settings: Any) -> None:
    settings.DEMO = True
    text = Client().get("/", secure=True).content.decode()
    inputs = re.findall(r'<input id="(\w+)"', text)
    assert inputs == ["amount", "key"] == re.findall(r'<label for="(\w+)"', text)
    assert 'aria-live="polite"' in text


def test_every_answer_has_a_policy() -> None:
    client = Client(raise_request_exception=False)
    for path in ("/", "/healthz", "/api/accounts/", "/api/docs/", "/nothing", "/static/ledger/front.css"):
        policy = client.get(path, secure=True)["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy, path
    admin = client.get("/admin/login/", secure=True)["Content-Security-Policy"]
    assert "script-src" not in admin
    assert "frame-ancestors 'none'" in admin

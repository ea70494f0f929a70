"""How tests use the back office: a browser without a browser, logged in as a member of a group."""

import html
import re
import uuid
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse

from ledger.groups import make_groups


class Office:
    """A user with exactly these permissions, and his session."""

    def __init__(self, user: User, **client: Any) -> None:
        self.user = user
        self.client = Client(raise_request_exception=False, **client)
        self.client.force_login(user)

    @classmethod
    def of_group(cls, name: str, **client: Any) -> "Office":
        make_groups()
        user = make_user()
        user.groups.add(Group.objects.get(name=name))
        return cls(user, **client)

    @classmethod
    def with_permissions(cls, *names: str, **client: Any) -> "Office":
        user = make_user()
        for name in names:
            app, codename = name.split(".")
            user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
        return cls(user, **client)

    @classmethod
    def of_superuser(cls, **client: Any) -> "Office":
        return cls(make_user(is_superuser=True), **client)

    def get(self, url: str, **parameters: str) -> Any:
        return self.client.get(url, parameters, secure=True)

    def post(self, url: str, **values: Any) -> Any:
        return self.client.post(url, values, secure=True)

    def page(self, url: str, **parameters: str) -> str:
        """The page's text; it must be there."""
        response = self.get(url, **parameters)
        assert response.status_code == 200, (response.status_code, response.content[:500])
        return text_of(response)

    def done(self, url: str, **values: Any) -> str:
        """The page that an action leads to; it must have done what it was asked."""
        response = self.client.post(url, values, secure=True)
        assert response.status_code == 302, text_of(response)
        return self.page(response["Location"])

    def refused(self, url: str, **values: Any) -> str:
        """The form as it comes back with what was wrong."""
        response = self.client.post(url, values, secure=True)
        assert response.status_code == 200, response.status_code
        return text_of(response)


def make_user(**columns: Any) -> User:
    return User.objects.create(username=f"u-{uuid.uuid4().hex}", is_staff=True, password="!", **columns)


def text_of(response: Any) -> str:
    """What a reader sees, more or less: no markup, one space between words."""
    response.render() if hasattr(response, "render") and not response.is_rendered else None
    body = re.sub(r"<(script|style|svg).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def list_url(model: str) -> str:
    return reverse(f"admin:{model}_changelist")


def page_url(model: str, id_: Any) -> str:
    return reverse(f"admin:{model}_change", args=[id_])


def action_url(model: str, name: str, id_: Any = None) -> str:
    return reverse(f"admin:{model}_{name}", args=[] if id_ is None else [id_])

"""The groups of the back office, and what each may do.

A superuser may change them in the admin; what he changed stays. An app above the ledger adds what its own pages need
in its `AppConfig.ready`, by `allow`.
"""

from collections import defaultdict
from collections.abc import Collection
from enum import StrEnum

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q, QuerySet


class GroupName(StrEnum):
    ACCOUNTANTS = "accountants"
    OPERATORS = "operators"
    AUDITORS = "auditors"


_permissions: dict[GroupName, set[str]] = defaultdict(set)


def allow(group: GroupName, *permissions: str) -> None:
    """Let the group do something, as "app.codename", wherever the group is made from now on."""
    _permissions[group].update(permissions)


def make_groups(*, reset: bool = False) -> list[str]:
    """Make the groups that are missing, and give the names of those that were made.

    With `reset`, the groups that exist get exactly their first permissions back.

    Raises:
        LookupError: a permission that no migration made.
    """
    made = []
    for name in GroupName:
        with transaction.atomic():
            group, is_new = Group.objects.get_or_create(name=name)
            if is_new or reset:
                group.permissions.set(_find(_permissions[name]))
        if is_new:
            made.append(group.name)
    return made


def groups_within(held: Collection[str]) -> QuerySet[Group]:
    """The groups that hold no permission beyond these: who has them may give such a group without giving more."""
    beyond = Permission.objects.exclude(_any_of(held))
    return Group.objects.exclude(permissions__in=beyond)


def _find(names: set[str]) -> list[Permission]:
    found = list(Permission.objects.filter(_any_of(names)).select_related("content_type"))
    missing = names - {f"{permission.content_type.app_label}.{permission.codename}" for permission in found}
    if missing:
        raise LookupError(f"no such permission: {', '.join(sorted(missing))}; run manage.py migrate")
    return found


def _any_of(names: Collection[str]) -> Q:
    wanted = Q(pk=None)
    for name in names:
        app, _, codename = name.partition(".")
        wanted |= Q(content_type__app_label=app, codename=codename)
    return wanted


_BOOKS = ("ledger.view_ledger", "ledger.view_currency", "ledger.view_account", "ledger.view_journal")
_CONTROL = ("ledger.view_apikey", "ledger.view_auditentry", "auth.view_user", "auth.view_group")

allow(
    GroupName.ACCOUNTANTS,
    *_BOOKS,
    "ledger.open_account",
    "ledger.rename_account",
    "ledger.freeze_account",
    "ledger.close_account",
    "ledger.reverse_journal",
)
allow(
    GroupName.OPERATORS,
    *_BOOKS,
    *_CONTROL,
    "ledger.open_ledger",
    "ledger.add_currency",
    "ledger.manage_api_keys",
    "auth.add_user",
    "auth.change_user",
)
allow(GroupName.AUDITORS, *_BOOKS, *_CONTROL)

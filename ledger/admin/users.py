"""Users: whoever may manage them cannot make himself or anybody else more than the groups allow."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangosUserAdmin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from ledger.admin import cells
from ledger.admin.actors import RecordedAdmin, recorded
from ledger.admin.read_only import ReadOnlyAdmin

admin.site.unregister(User)


@admin.register(User)
class UserAdmin(RecordedAdmin, DjangosUserAdmin):  # type: ignore[type-arg]
    """Only a superuser makes superusers, gives single permissions, changes superusers and removes users."""

    # Named again: Unfold's own class stands before Django's and has none.
    add_fieldsets = DjangosUserAdmin.add_fieldsets
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "first_name", "last_name", "shown_groups", "is_active", "is_staff", "is_superuser")
    list_filter = ("is_active", "is_staff", "is_superuser", "groups")
    filter_horizontal = ()
    list_per_page = ReadOnlyAdmin.list_per_page
    show_full_result_count = False
    actions = None
    readonly_fields = ("last_login", "date_joined")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        rows: QuerySet[User] = super().get_queryset(request)
        return rows.prefetch_related("groups")

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None:
            return super().get_fieldsets(request, obj)
        rights = ["is_active", "is_staff", "groups"]
        if _is_superuser(request):
            rights = ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]
        return (
            (None, {"fields": ("username", "password")}),
            ("Person", {"fields": (("first_name", "last_name"), "email")}),
            ("Rights", {"fields": rights}),
            ("Dates", {"fields": (("last_login", "date_joined"),)}),
        )

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        allowed = bool(super().has_change_permission(request, obj))
        if obj is None or _is_superuser(request):
            return allowed
        # Nobody gives himself a group, and nobody takes over a superuser's account.
        return allowed and not obj.is_superuser and obj != request.user

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return _is_superuser(request) and bool(super().has_delete_permission(request, obj))

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        with recorded(request):
            return super().user_change_password(request, id, form_url)

    @display(description="groups")
    def shown_groups(self, user: User) -> str:
        return ", ".join(group.name for group in user.groups.all()) or cells.NOTHING


def _is_superuser(request: HttpRequest) -> bool:
    return bool(request.user.is_active and request.user.is_superuser)

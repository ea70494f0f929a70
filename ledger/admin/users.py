"""Users: whoever may manage them cannot make himself or anybody else more than the groups allow."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangosUserAdmin
from django.contrib.auth.forms import UserCreationForm as DjangosUserCreationForm
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import ManyToManyField, QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminTextInputWidget

from ledger.admin import cells
from ledger.admin.actors import RecordedAdmin, recorded
from ledger.admin.read_only import ReadOnlyAdmin
from ledger.groups import groups_within

admin.site.unregister(User)

PASSWORDLESS = "Nobody can log in as this user until a superuser gives him a password."


class NewUserWithoutPassword(DjangosUserCreationForm):  # type: ignore[type-arg]
    """What somebody who is no superuser sends to make a user: a name. Who chose a password could log in with it."""

    password1 = password2 = None  # type: ignore[assignment]

    class Meta(DjangosUserCreationForm.Meta):
        widgets = {"username": UnfoldAdminTextInputWidget()}

    def set_password_and_save(self, user: User, *_: Any, commit: bool = True, **__: Any) -> User:
        user.set_unusable_password()
        if commit:
            user.save()
        return user


@admin.register(User)
class UserAdmin(RecordedAdmin, DjangosUserAdmin):  # type: ignore[type-arg]
    """Only a superuser sets passwords, makes superusers, gives single permissions, changes superusers, removes users.

    Everybody else gives and takes only groups that hold no permission which he has not himself.
    """

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
        if _is_superuser(request):
            return super().get_fieldsets(request, obj) if obj is None else _fieldsets_of_superusers()
        if obj is None:
            return ((None, {"fields": ("username",), "description": PASSWORDLESS}),)
        return (
            (None, {"fields": ("username", "shown_password")}),
            _PERSON,
            ("Rights", {"fields": ["is_active", "is_staff", "groups", "shown_all_groups"]}),
            _DATES,
        )

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        if _is_superuser(request) or obj is None:
            return self.readonly_fields
        # A name that changed hands would make its new owner look like the old one.
        return (*self.readonly_fields, "username", "shown_password", "shown_all_groups")

    def get_form(self, request: HttpRequest, obj: User | None = None, change: bool = False, **options: Any) -> Any:
        if obj is None and not _is_superuser(request):
            options["form"] = NewUserWithoutPassword
        return super().get_form(request, obj, change=change, **options)

    def formfield_for_manytomany(
        self, db_field: "ManyToManyField[Any, Any]", request: HttpRequest, **options: Any
    ) -> Any:
        if db_field.name == "groups" and not _is_superuser(request):
            options["queryset"] = _groups_in_reach(request)
        return super().formfield_for_manytomany(db_field, request, **options)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        if not _is_superuser(request) and "groups" in form.cleaned_data:
            # What is out of his reach stays as it is.
            others = form.instance.groups.exclude(pk__in=_groups_in_reach(request))
            form.cleaned_data["groups"] = [*form.cleaned_data["groups"], *others]
        super().save_related(request, form, formsets, change)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        allowed = bool(super().has_change_permission(request, obj))
        if obj is None or _is_superuser(request):
            return allowed
        # Nobody gives himself a group, and nobody takes over a superuser's account.
        return allowed and not obj.is_superuser and obj != request.user

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return _is_superuser(request) and bool(super().has_delete_permission(request, obj))

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        if not _is_superuser(request):
            raise PermissionDenied
        with recorded(request):
            return super().user_change_password(request, id, form_url)

    @display(description="password")
    def shown_password(self, user: User) -> str:
        return "Only a superuser changes it." if user.has_usable_password() else PASSWORDLESS

    @display(description="all groups")
    def shown_all_groups(self, user: User) -> str:
        """Also those that only a superuser gives and takes."""
        return self.shown_groups(user)

    @display(description="groups")
    def shown_groups(self, user: User) -> str:
        return ", ".join(group.name for group in user.groups.all()) or cells.NOTHING


_PERSON = ("Person", {"fields": (("first_name", "last_name"), "email")})
_DATES = ("Dates", {"fields": (("last_login", "date_joined"),)})


def _fieldsets_of_superusers() -> Any:
    rights = ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]
    return ((None, {"fields": ("username", "password")}), _PERSON, ("Rights", {"fields": rights}), _DATES)


def _groups_in_reach(request: HttpRequest) -> QuerySet[Group]:
    return groups_within(request.user.get_all_permissions())


def _is_superuser(request: HttpRequest) -> bool:
    return bool(request.user.is_active and request.user.is_superuser)

"""The page of a named action: a form, one verb, one transaction. A refusal comes back on the form, by field."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.core.validators import MinValueValidator
from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from unfold import widgets
from unfold.admin import ModelAdmin

from ledger.domain.refusals import OutcomeUnknown, Refusal
from ledger.posting_failures import as_refusal, is_lost_connection
from ledger.transfer_bodies import VALUE_DATE_MIN


@dataclass(frozen=True, slots=True)
class Done:
    """What to say, and where to go on."""

    message: str
    url: str


@dataclass(frozen=True, slots=True)
class ActionPage:
    """An action as its user sees it; `perform` calls the verb with the form's clean values."""

    title: str
    lead: str
    submit: str
    form: type[forms.Form]
    perform: Callable[[dict[str, Any]], Done | HttpResponse]
    back: str
    initial: dict[str, Any] = field(default_factory=dict)
    is_dangerous: bool = False
    # What it is about, under the form: titles, and tables by `cells.table`.
    tables: Sequence[tuple[str, dict[str, Any]]] = ()


def answer(admin: ModelAdmin, request: HttpRequest, page: ActionPage) -> HttpResponse:
    """Show the form, or do what it asks."""
    form = page.form(request.POST if request.method == "POST" else None, initial=page.initial)
    if request.method == "POST" and form.is_valid():
        done = _performed(page, form)
        if isinstance(done, Done):
            messages.success(request, done.message)
            return HttpResponseRedirect(done.url)
        if done is not None:
            return done
    context = admin.admin_site.each_context(request) | {
        "title": page.title,
        "page": page,
        "form": form,
        "tables": page.tables,
        "opts": admin.opts,
    }
    return TemplateResponse(request, "ledger/admin/action.html", context)


def sentence(text: str) -> str:
    """A refusal's detail as a sentence of its own: commands put the field's name before it, pages do not."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _performed(page: ActionPage, form: forms.Form) -> Done | HttpResponse | None:
    """What the verb did; None where it refused, which the form then says."""
    try:
        return page.perform(form.cleaned_data)
    except Refusal as refusal:
        _tell(form, refusal)
    except Error as error:
        refusal_of_database = _meaning_of(error)
        if refusal_of_database is None:
            raise
        _tell(form, refusal_of_database)
    return None


def _tell(form: forms.Form, refusal: Refusal) -> None:
    is_shown = refusal.field in form.fields and not form.fields[str(refusal.field)].widget.is_hidden
    name = "" if is_shown or not refusal.field else f"{refusal.field}: "
    form.add_error(refusal.field if is_shown else None, f"{name}{sentence(refusal.detail)}")


def _meaning_of(error: Error) -> Refusal | None:
    if is_lost_connection(error):
        return OutcomeUnknown("The database went away. Look whether it was done before you repeat it.")
    return as_refusal(error)


class Text(forms.CharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(widget=widgets.UnfoldAdminTextInputWidget(), **options)


class Choice(forms.ChoiceField):
    def __init__(self, choices: Any, **options: Any) -> None:
        super().__init__(choices=choices, widget=widgets.UnfoldAdminSelectWidget(), **options)


class Flag(forms.BooleanField):
    def __init__(self, **options: Any) -> None:
        super().__init__(widget=widgets.UnfoldBooleanSwitchWidget(), required=False, **options)


class Day(forms.DateField):
    """A value date by the browser's own picker."""

    def __init__(self, **options: Any) -> None:
        widget = widgets.UnfoldAdminTextInputWidget(attrs={"type": "date", "min": VALUE_DATE_MIN.isoformat()})
        not_before = MinValueValidator(VALUE_DATE_MIN, f"A value date is not before {VALUE_DATE_MIN}.")
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], validators=[not_before], **options)

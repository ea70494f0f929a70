"""Column types that several tables share, so that one rule has one spelling."""

from typing import Any

import uuid_utils
import uuid_utils.compat
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Lookup

from ledger.domain.money import DECIMALS_MAX, INTEGER_DIGITS_MAX

# A total may outgrow any single amount by far; twenty digits more than one amount has.
TOTAL_DIGITS_MAX = 2 * INTEGER_DIGITS_MAX + DECIMALS_MAX

# Django's "may add, change, delete" would promise what no page does: the books change by named actions.
VIEW_ONLY = ("view",)


def new_id() -> Any:
    """A UUID version 7: made here and not by PostgreSQL, which can only from version 18 on."""
    return uuid_utils.compat.uuid7()


def new_hexadecimal_id() -> str:
    """Such a UUID as it is spelled: without the object, that costs twice as much."""
    return str(uuid_utils.uuid7().hex)


class AmountField(models.DecimalField):
    """One leg's amount, in major units of its currency."""

    def __init__(self, **options: Any) -> None:
        options |= {"max_digits": INTEGER_DIGITS_MAX + DECIMALS_MAX, "decimal_places": DECIMALS_MAX}
        super().__init__(**options)


class TotalField(models.DecimalField):
    """A sum of amounts, in major units of its currency."""

    def __init__(self, **options: Any) -> None:
        options |= {"max_digits": TOTAL_DIGITS_MAX, "decimal_places": DECIMALS_MAX}
        super().__init__(**options)


class CodeField(models.TextField):
    """A code that compares by byte, whatever collation the database has."""

    def __init__(self, **options: Any) -> None:
        options["db_collation"] = "C"
        super().__init__(**options)


# CHECKs count characters by this: a bound inside a regular expression ({1,255}) costs 30 microseconds a row.
CodeField.register_lookup(Length)


# Foreign keys look their lookups up for themselves.
@models.ForeignObject.register_lookup
@models.Field.register_lookup
class AnyOf(Lookup):
    """`column__any=[...]`: one statement text whatever the list's length, where IN makes a new one for each."""

    lookup_name = "any"

    def get_prep_lookup(self) -> Any:
        return [self.lhs.output_field.get_prep_value(value) for value in self.rhs]

    def get_db_prep_lookup(self, value: Any, connection: Any) -> Any:  # noqa: ARG002 - Django's signature
        return "%s", [value]

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} = ANY({right}::{self.list_type(connection)})", [*left_params, *right_params]

    def list_type(self, connection: Any) -> str:
        return f"{self.lhs.output_field.db_type(connection)}[]"


# From this version on an index is searched for the members of all lists, or not at all; before, the planner may search it
# for the first list and read whatever that finds, as it will where it supposes that there is little.
ALL_LISTS_ARE_SEARCHED_FOR = 170000


@models.ForeignObject.register_lookup
@models.Field.register_lookup
class Among(AnyOf):
    """`column__among=[...]`: as `any`, in a statement that is prepared and run with lists of any length.

    The planner does not see this list, and so plans once: for lists that it sees it plans anew each time while they are
    shorter than the ten members that it supposes, which costs more than reading a few rows.
    """

    lookup_name = "among"

    def process_rhs(self, compiler: Any, connection: Any) -> Any:
        right, params = super().process_rhs(compiler, connection)
        if connection.pg_version < ALL_LISTS_ARE_SEARCHED_FOR:
            return right, params
        return f"(SELECT {right}::{self.list_type(connection)})", params

"""Pages of lists that may hold millions of rows."""

from functools import cached_property
from typing import cast

from django.core.paginator import Paginator
from django.db.models import Model, QuerySet


class CountedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than somebody will ever leaf, so that a list of five million costs what one of five thousand does.

    What lies beyond is found by filters and search.
    """

    counted_max = 5_000
    template_name = "ledger/admin/pagination.html"

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[Model]", self.object_list)
        return rows.order_by()[: self.counted_max].count()

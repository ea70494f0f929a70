"""What callers do: posting alone and in batches, reversing, freezing, closing."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from tests.proofs.orders import TODAY, reversals, transfers

# What a caller does: the name of a verb that both sides have, and what goes into it.
Action = tuple[str, tuple[Any, ...], dict[str, Any]]


def _action(verb: str, *strategies: st.SearchStrategy[Any], **named: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.tuples(st.just(verb), st.tuples(*strategies), st.fixed_dictionaries(named))


posts = _action("transfer", transfers)
reverses = _action("reverse", reversals)
batches = _action("batch", st.lists(transfers, min_size=1, max_size=6).map(tuple), atomic=st.booleans())
freezes = _action(
    "set_status", st.sampled_from(["BANK", "TILL", "WALLET", "REV"]), st.sampled_from(["active", "frozen", "closed"])
)
reopens = _action("set_status", st.sampled_from(["BANK", "TILL", "WALLET", "REV"]), st.just("active"))
closes = _action("close_through", st.sampled_from([0, 1, 2, 2, 3, 3]).map(lambda days: TODAY - timedelta(days)))


def mostly(*weighed: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """One of these, one that is named twice twice as often; one_of would take it as named once."""
    return st.integers(0, len(weighed) - 1).flatmap(lambda place: weighed[place])


actions = mostly(*[posts] * 6, *[batches] * 2, *[reverses] * 2, freezes)

"""Records are compared, kept in sets and sent between processes by what they hold."""

from copy import copy
from typing import Any

import pytest

from ledger.domain.records import record


@pytest.mark.parametrize("values", [{"code": "A"}, {"code": "A", "number": 7}], ids=["one field", "two fields"])
def test_a_record_is_what_it_holds(values: dict[str, object]) -> None:
    made: Any = record(type("Made", (), {"__annotations__": dict.fromkeys(values, object)}))
    one = made(**values)
    assert one == made(**values)
    assert one != made(**values | {"code": "B"})
    assert hash(one) == hash(made(**values))
    assert not hasattr(one, "__dict__"), "a leg makes five of them"
    assert one.__reduce__() == (made, tuple(values.values())), "it travels as a call of its class"
    assert copy(one) == one

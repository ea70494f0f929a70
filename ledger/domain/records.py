"""Records that nobody changes, at the price of records that anybody could."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

Record = TypeVar("Record")


@dataclass_transform(frozen_default=True)
def record(cls: type[Record]) -> type[Record]:
    """A dataclass that the type checker holds to be frozen.

    A frozen one costs five times as much to make, since it may not even set its own fields plainly; every leg that is
    posted makes five. It is pickled as a call of its class, which takes two thirds of the time and of the bytes.
    """
    made = dataclass(slots=True, unsafe_hash=True)(cls)
    made.__reduce__ = _as_call(made)  # type: ignore[assignment]
    return made


def _as_call(cls: type) -> Callable[[Any], tuple[type, tuple[Any, ...]]]:
    names = [field.name for field in fields(cls)]
    values_of = attrgetter(*names)
    if len(names) == 1:
        return lambda self: (cls, (values_of(self),))
    return lambda self: (cls, values_of(self))

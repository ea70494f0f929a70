"""Records that nobody changes, at the price of records that anybody could."""

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

Record = TypeVar("Record")


@dataclass_transform(frozen_default=True)
def record(cls: type[Record]) -> type[Record]:
    """A dataclass that the type checker holds to be frozen.

    A frozen one costs five times as much to make, since it may not even set its own fields plainly; every leg that is
    posted makes five.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)

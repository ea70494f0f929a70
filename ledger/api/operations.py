"""What an endpoint takes, answers and refuses, said once, above the method that does it.

The schema and its documents are made of it, query parameters are read by it, and tests check every answer against it.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from ledger.api.problems import KINDS

View = TypeVar("View", bound=Callable[..., Any])

ATTRIBUTE = "operation"


class Answer(NamedTuple):
    """One way to succeed: what it means, the shape of its content, and an example.

    `parts` are shapes that the content's own schema refers to by name, where the type alone cannot say so.
    """

    meaning: str
    shape: Any
    example: Any
    parts: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the query, or a header. `shape` is a type, such as `date` or a StrEnum; `many` may be repeated."""

    name: str
    shape: Any
    description: str
    many: bool = False
    header: bool = False
    required: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one endpoint; `refuses` has the codes beyond those that every such operation can answer."""

    summary: str
    answers: Mapping[int, Answer]
    body: Any = None
    example: Any = None
    parameters: tuple[Parameter, ...] = ()
    metadata: bool = False
    refuses: frozenset[str] = frozenset()
    description: str = field(default="")

    @property
    def query(self) -> list[str]:
        """The names of the query's parameters."""
        return [parameter.name for parameter in self.parameters if not parameter.header]


def operation(
    summary: str,
    answers: Mapping[int, Answer],
    *,
    body: Any = None,
    example: Any = None,
    parameters: tuple[Parameter, ...] = (),
    metadata: bool = False,
    refuses: Collection[str] = (),
) -> Callable[[View], View]:
    """Describe a view's method; its docstring is the description.

    `answers` are the ways to succeed, by status; `body` is the struct that `read_body` reads, with an `example` of it;
    `metadata` says that the list is narrowed by `metadata.KEY`; `refuses` are codes of `problems.KINDS`. What follows
    from the rest need not be said: 401 and 403 from `scopes`, 404 from a resource in the URL, 400, 413 and 415 from
    a body, 503 `outcome_unknown` from a method that writes.

    Raises:
        ValueError: a code that is none.
    """
    if unknown := set(refuses) - set(KINDS):
        raise ValueError(f"{summary}: no codes of problems.KINDS: {', '.join(sorted(unknown))}")

    def describe(view: View) -> View:
        text = " ".join((view.__doc__ or "").split())
        said = Operation(summary, answers, body, example, parameters, metadata, frozenset(refuses), text)
        setattr(view, ATTRIBUTE, said)
        return view

    return describe

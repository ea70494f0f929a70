"""The schema as tests use it: every answer of the API that a test provokes must be in it, exactly."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import jsonschema_rs
from django.test.utils import override_settings

from doublex.api_docs import schema as served_schema

# What can be said to any request, before an endpoint is found for it.
UNDOCUMENTED = {"method_not_allowed", "not_found"}


@cache
def schema() -> dict[str, Any]:
    with override_settings(DEMO=False):
        return served_schema(demo=False)


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation: its method, its path with parameters in braces, and what the schema says of it."""
    for path, methods in schema()["paths"].items():
        for method, said in methods.items():
            yield method.upper(), path, said


def assert_documented(method: str, path: str, response: Any) -> None:
    """The response has a status, a content type, headers and a content that the schema gives to this operation."""
    content_type = response.headers["Content-Type"]
    found = _operation_at(method, path)
    if found is None:
        assert json.loads(response.content)["code"] in UNDOCUMENTED, f"{method} {path} is not in the schema"
        return
    documented = found[2]["responses"].get(str(response.status_code))
    assert documented, f"{method} {path}: the schema has no {response.status_code}: {response.content[:500]!r}"
    assert content_type in documented["content"], f"{method} {path}: the schema has no {content_type}"
    for header in documented.get("headers", ()):
        assert header in response.headers, f"{method} {path}: {header} is missing"
    errors = [
        f"{'.'.join(map(str, error.instance_path))}: {error.message}"
        for error in _validator(found[0], found[1], response.status_code).iter_errors(json.loads(response.content))
    ]
    assert not errors, f"{method} {path}, {response.status_code}: {errors[:5]}"


def as_pattern(path: str) -> str:
    """The regular expression of the URLs that the schema's path stands for."""
    return re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path.rstrip("/"))) + "/?"


def _operation_at(method: str, path: str) -> tuple[str, str, dict[str, Any]] | None:
    here = path.partition("?")[0]
    return next(
        (found for found in operations() if found[0] == method and re.fullmatch(as_pattern(found[1]), here)), None
    )


@cache
def _validator(method: str, path: str, status: int) -> Any:
    (content,) = schema()["paths"][path][method.lower()]["responses"][str(status)]["content"].values()
    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", "components": _closed_components()}
    return jsonschema_rs.validator_for(document | content["schema"], validate_formats=True)


@cache
def _closed_components() -> dict[str, Any]:
    """The components, where a member that nobody documented is an error. Only problems may have members of their own."""
    components: dict[str, Any] = deepcopy(schema()["components"])
    for name, component in components["schemas"].items():
        if "properties" in component and name != "Problem":
            component["additionalProperties"] = False
    return components

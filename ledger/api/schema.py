"""The OpenAPI schema, made by drf-spectacular from what stands above each view's methods (`operations`).

Its own reading of serializers finds nothing here: bodies are msgspec structs and answers typed dicts, of which msgspec
makes JSON Schema by itself.
"""

import re
from typing import Any

import msgspec
from django.conf import settings
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent

from ledger.api.answers import Problem
from ledger.api.operations import ATTRIBUTE, Answer, Operation, Parameter
from ledger.api.problems import CONTENT_TYPE, KINDS, RETRY_AFTER_SECONDS, problem
from ledger.wire_fields import AccountCode

SECURITY_SCHEME = "bearer"
REFERENCE = "#/components/schemas/{name}"

PATH_PARAMETERS = {
    "code": Parameter("code", AccountCode, "The account's code, percent-encoded."),
    "journal_id": Parameter("journal_id", str, "The journal's id, a UUID."),
}
_METADATA = {
    "name": "metadata",
    "in": "query",
    "description": "Narrows to rows whose metadata has these values, each given as `metadata.KEY=value`.",
    "style": "form",
    "explode": True,
    "schema": {
        "type": "object",
        "patternProperties": {r"^metadata\..+$": {"type": "string", "maxLength": 1024}},
        "additionalProperties": False,
    },
    "example": {"metadata.table": "3"},
}


class LedgerSchema(AutoSchema):
    """One operation of the schema, from the view's `scopes` and its method's `operation`."""

    def get_operation(
        self,
        path: str,
        path_regex: str,  # noqa: ARG002 - drf-spectacular's signature
        path_prefix: str,  # noqa: ARG002
        method: str,
        registry: ComponentRegistry,
    ) -> dict[str, Any]:
        """The operation object.

        Raises:
            LookupError: the method is not described, or the URL has a parameter that nobody has.
        """
        self.registry, self.path, self.method = registry, path, method
        said = operation_of(self.view, method)
        content: dict[str, Any] = {
            "operationId": f"{method.lower()}_{self.view.__class__.__name__.removesuffix('View').lower()}",
            "summary": said.summary,
            "tags": [path.removeprefix("/api/").partition("/")[0]],
            "security": self._security(),
            "parameters": self._parameters(said),
            "responses": self._successes(said) | self._refusals(said),
        }
        if said.description:
            content["description"] = said.description
        if said.body is not None:
            example = {} if said.example is None else {"examples": {"example": {"value": said.example}}}
            json_body = {"schema": self._schema_of(said.body), **example}
            content["requestBody"] = {"required": True, "content": {"application/json": json_body}}
        return content

    def _security(self) -> list[dict[str, list[str]]]:
        scope = getattr(self.view, "scopes", {}).get(self.method)
        needed: list[dict[str, list[str]]] = [{SECURITY_SCHEME: [] if scope is None else [scope.value]}]
        return [*needed, {}] if settings.DEMO else needed

    def _parameters(self, said: Operation) -> list[dict[str, Any]]:
        names = re.findall(r"{(\w+)}", self.path)
        if unknown := set(names) - set(PATH_PARAMETERS):
            raise LookupError(f"{self.path}: say in schema.PATH_PARAMETERS what {', '.join(unknown)} is")
        in_path = [self._parameter(PATH_PARAMETERS[name], "path") for name in names]
        others = [self._parameter(given, "header" if given.header else "query") for given in said.parameters]
        return [*in_path, *others, *([_METADATA] if said.metadata else [])]

    def _parameter(self, given: Parameter, place: str) -> dict[str, Any]:
        schema = self._schema_of(list[given.shape] if given.many else given.shape)  # type: ignore[name-defined]
        required = given.required or place == "path"
        return {
            "name": given.name,
            "in": place,
            "description": given.description,
            "schema": schema,
            **({"required": True} if required else {}),
        }

    def _successes(self, said: Operation) -> dict[str, Any]:
        return {str(status): self._success(answer) for status, answer in said.answers.items()}

    def _success(self, answer: Answer) -> dict[str, Any]:
        for part in answer.parts:
            self._schema_of(part)
        content = {"schema": self._schema_of(answer.shape), "examples": {"example": {"value": answer.example}}}
        return {"description": answer.meaning, "content": {"application/json": content}}

    def _refusals(self, said: Operation) -> dict[str, Any]:
        by_status: dict[int, list[str]] = {}
        for code in sorted(self._codes(said), key=list(KINDS).index):
            by_status.setdefault(KINDS[code].status, []).append(code)
        return {str(status): self._refusal(status, codes) for status, codes in sorted(by_status.items())}

    def _codes(self, said: Operation) -> set[str]:
        codes = {"not_authenticated", "tls_required", "scope_missing", "internal_error", "busy", *said.refuses}
        if "{" in self.path:
            codes.add("not_found")
        if said.body is not None:
            codes |= {"parse_error", "too_large", "unsupported_media_type"}
        if self.method != "GET":
            codes.add("outcome_unknown")
        # Bodies are read strictly, and so are the parameters of a GET: what is not known is refused.
        return codes | {"validation_error"}

    def _refusal(self, status: int, codes: list[str]) -> dict[str, Any]:
        shape = {
            "allOf": [self._schema_of(Problem)],
            "properties": {"status": {"const": status}, "code": {"enum": codes}},
        }
        examples = {code: {"value": problem(code, _sentence(KINDS[code].meaning))} for code in codes}
        answer: dict[str, Any] = {
            "description": "\n".join(f"- `{code}`: {KINDS[code].meaning}" for code in codes),
            "content": {CONTENT_TYPE: {"schema": shape, "examples": examples}},
        }
        if headers := _HEADERS.get(status):
            answer["headers"] = headers
        return answer

    def _schema_of(self, shape: Any) -> dict[str, Any]:
        """The shape's JSON Schema; what it consists of becomes components.

        Raises:
            ValueError: two different shapes have one name.
        """
        (schema,), components = msgspec.json.schema_components([shape], ref_template=REFERENCE)
        for name, component in components.items():
            ours = ResolvedComponent(name, ResolvedComponent.SCHEMA, component, object=name)  # type: ignore[no-untyped-call]
            if ours in self.registry and self.registry[ours].schema != component:
                raise ValueError(f"two shapes are called {name}: rename one")
            self.registry.register_on_missing(ours)
        return schema


_HEADERS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {"description": "The scheme of the key.", "schema": {"const": "Bearer"}}},
    503: {
        "Retry-After": {
            "description": "Seconds to wait.",
            "schema": {"type": "integer", "minimum": 0},
            "example": RETRY_AFTER_SECONDS,
        }
    },
}


def operation_of(view: object, method: str) -> Operation:
    """What stands above the view's method.

    Raises:
        LookupError: nothing does.
    """
    said = getattr(getattr(view, method.lower()), ATTRIBUTE, None)
    if said is None:
        raise LookupError(f"{type(view).__name__}.{method.lower()} is not described: put @operation(...) above it")
    return said  # type: ignore[no-any-return]


def one_spelling(endpoints: list[tuple[str, str, str, Any]]) -> list[tuple[str, str, str, Any]]:
    """A drf-spectacular hook: of the two spellings of a path, a collection has its slash and all else has none."""
    return [(_spelt(path), regex, method, callback) for path, regex, method, callback in endpoints]


def _spelt(path: str) -> str:
    return path.rstrip("/") if len(path.strip("/").split("/")) > 2 else path  # noqa: PLR2004 - /api/accounts/


def _sentence(meaning: str) -> str:
    return f"{meaning[0].upper()}{meaning[1:]}."

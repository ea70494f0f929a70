"""The schema is valid, whole and true."""

import json
import re
from collections.abc import Iterator
from typing import Any, TypedDict

import jsonschema_rs
import pytest
import yaml
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from openapi_spec_validator import validate
from rest_framework.views import APIView

from ledger.api import answers
from ledger.api.accounts import AccountView
from ledger.api.operations import Answer, Operation, Parameter, operation
from ledger.api.problems import CONTENT_TYPE, STATUS_OF
from ledger.api.schema import operation_of
from ledger.models import Ledger
from tests.ledger.api.calls import Api, problem
from tests.ledger.api.documented import as_pattern, operations, schema

OPERATIONS = list(operations())
every_operation = pytest.mark.parametrize(
    ("method", "path", "said"), OPERATIONS, ids=[f"{method} {path}" for method, path, _ in OPERATIONS]
)
# The schema and its documents themselves.
ABOUT_THE_API = {"schema", "docs"}


def endpoints(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every pattern that is mounted, with its whole expression."""
    for pattern in patterns:
        whole = prefix + str(pattern.pattern).removeprefix("^")
        if isinstance(pattern, URLResolver):
            yield from endpoints(pattern.url_patterns, whole)
        else:
            yield whole, pattern


def test_it_is_openapi_3_1() -> None:
    assert schema()["openapi"].startswith("3.1.")
    validate(schema())


def test_every_url_of_the_api_is_in_it_with_every_method() -> None:
    mounted = set()
    for expression, pattern in endpoints(get_resolver().url_patterns):
        if not expression.startswith("api/") or pattern.name in ABOUT_THE_API:
            continue
        view: type[APIView] = pattern.callback.view_class  # type: ignore[attr-defined]
        path = "/" + re.sub(r"\(\?P<\w+>.*?\)", "x", expression).removesuffix("/?$")
        said = set(view.http_method_names) - {"head"}  # which is what GET says without its body
        mounted |= {(method.upper(), path) for method in said if hasattr(view, method)}
    documented = {
        (method, path)
        for method, path in mounted
        if any(method == known and re.fullmatch(as_pattern(its_path), path) for known, its_path, _ in OPERATIONS)
    }
    assert len(mounted) >= 10
    assert mounted - documented == set()
    assert len(documented) == len(OPERATIONS)


@every_operation
def test_every_error_that_it_names_exists_under_its_status(method: str, path: str, said: dict[str, Any]) -> None:
    codes = 0
    for status, answer in said["responses"].items():
        for code in answer["content"].get(CONTENT_TYPE, {}).get("examples", {}):
            codes += 1
            assert STATUS_OF[code] == int(status)
            assert code in answer["description"]
    assert codes >= 4


@every_operation
def test_every_example_is_what_its_schema_says(method: str, path: str, said: dict[str, Any]) -> None:
    contents = [said.get("requestBody", {"content": {}}), *said["responses"].values()]
    examples = 0
    for media in [media for content in contents for media in content["content"].values()]:
        validator = jsonschema_rs.validator_for(media["schema"] | {"components": schema()["components"]})
        for example in media["examples"].values():
            examples += 1
            # As it is sent: examples may hold dates and the like.
            validator.validate(json.loads(json.dumps(example["value"])))
    assert examples > 1


def test_every_component_is_used_and_described() -> None:
    text = json.dumps(schema())
    for name, component in schema()["components"]["schemas"].items():
        assert f'"#/components/schemas/{name}"' in text
        assert "enum" in component or component.get("description"), name


@pytest.mark.parametrize(
    ("query", "accept", "content_type"),
    [
        ("", "*/*", "application/json"),
        ("?format=json", "*/*", "application/json"),
        ("", "application/vnd.oai.openapi", "application/vnd.oai.openapi"),
        ("?format=yaml", "text/html,*/*;q=0.8", "application/vnd.oai.openapi"),
    ],
)
def test_it_is_served_without_a_key_as_json_and_yaml(query: str, accept: str, content_type: str) -> None:
    for path in ("/api/schema", "/api/schema/"):
        response = Client().get(f"{path}{query}", secure=True, headers={"accept": accept})
        assert response.status_code == 200
        assert response["Content-Type"].startswith(content_type)
        read = json.loads if "json" in content_type else yaml.safe_load
        assert read(response.content)["paths"].keys() == schema()["paths"].keys()


def test_a_representation_that_there_is_not_is_a_problem() -> None:
    problem(Client().get("/api/schema/", secure=True, headers={"accept": "image/png"}), 406, "not_acceptable")


def test_in_demo_mode_no_key_is_needed(settings: Any) -> None:
    from doublex.api_docs import schema as served

    settings.DEMO = True
    for methods in served(demo=True)["paths"].values():
        assert all(said["security"][1:] == [{}] for said in methods.values())


def test_the_documents_come_from_this_server_alone_and_hold_no_inline_script() -> None:
    client = Client()
    page = client.get("/api/docs/", secure=True)
    text = page.content.decode()
    assert "script-src" not in page["Content-Security-Policy"]
    assert page["Content-Security-Policy"].startswith("default-src 'self';")
    sources = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert len(sources) >= 4
    for source in sources:
        assert source.startswith("/"), source
        assert client.get(source.replace("&amp;", "&"), secure=True).status_code == 200, source
    assert not re.search(r"<script>|<script(?![^>]*src=)", text)


# How the next endpoint is described, and what happens if it is not.


def test_a_method_that_nobody_described_is_named() -> None:
    class Forgotten(AccountView):
        def get(self, *_: object) -> Any: ...

    with pytest.raises(LookupError, match=r"Forgotten\.get is not described"):
        operation_of(Forgotten(), "GET")


def test_an_error_that_does_not_exist_is_refused_where_it_is_written() -> None:
    with pytest.raises(ValueError, match="no_such_code"):
        operation("Do it", {}, refuses=["no_such_code", "busy"])


def described(shape: Any) -> Operation:
    return Operation("Do it", {200: Answer("Done.", shape, None)}, parameters=(Parameter("a", int, "A number."),))


def test_a_parameter_of_a_url_that_nobody_declared_and_two_shapes_of_one_name_are_refused() -> None:
    from drf_spectacular.plumbing import ComponentRegistry

    from ledger.api.schema import LedgerSchema

    making = LedgerSchema()
    making.registry, making.path = ComponentRegistry(), "/api/things/{thing}"
    with pytest.raises(LookupError, match="thing"):
        making._parameters(described(int))

    class Account(TypedDict):
        another: str

    for _ in range(2):
        assert making._schema_of(answers.Account) == {"$ref": "#/components/schemas/Account"}
    with pytest.raises(ValueError, match="two shapes are called Account"):
        making._schema_of(Account)


def test_the_parameters_that_are_read_are_those_that_are_documented(ledger: Ledger) -> None:
    api = Api.on(ledger)
    for _, path, said in [found for found in OPERATIONS if found[0] == "GET" and "{" not in found[1]]:
        for given in said["parameters"]:
            told = json.loads(api.get(f"{path}?{given['name']}=%00").content)
            assert "There is no parameter" not in told["detail"] or given["name"] == "metadata"

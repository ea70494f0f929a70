"""The environment, typed: every setting's variable, its default, and what to do when it is wrong."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dj_database_url


@dataclass(frozen=True)
class Environment:
    secret_key: str
    demo: bool
    allowed_hosts: list[str]
    csrf_trusted_origins: list[str]
    databases: dict[str, Any]


def read_environment(base_dir: Path) -> Environment:  # noqa: ARG001
    databases = {
        alias: {
            **dj_database_url.parse(os.environ[variable]),
            "OPTIONS": {"server_side_binding": True, "prepare_threshold": 5},
        }
        for alias, variable in (("default", "DATABASE_URL"), ("owner", "DATABASE_OWNER_URL"))
        if os.environ.get(variable)
    }
    return Environment(
        secret_key=os.environ.get("SECRET_KEY", "first-commit"),
        demo=os.environ.get("DEMO", "") == "true",
        allowed_hosts=["*"],
        csrf_trusted_origins=[],
        databases=databases,
    )

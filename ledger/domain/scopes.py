"""What an API key may do."""

from enum import StrEnum


class Scope(StrEnum):
    READ = "read"
    POST = "post"
    ACCOUNTS = "accounts"
    FX = "fx"

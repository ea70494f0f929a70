from django.apps import AppConfig


class DoubleXConfig(AppConfig):
    name = "doublex"

    def ready(self) -> None:
        # Makes our Celery application the current one in every process, so that `.delay()` finds its broker.
        from doublex import celery  # noqa: F401

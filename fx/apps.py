from django.apps import AppConfig


class FxConfig(AppConfig):
    name = "fx"
    verbose_name = "Foreign exchange"
    default_auto_field = "django.db.models.BigAutoField"

from django.apps import AppConfig


class FxConfig(AppConfig):
    name = "fx"
    verbose_name = "Foreign exchange"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ledger.groups import GroupName, allow

        allow(GroupName.ACCOUNTANTS, "fx.view_rate", "fx.import_rate")
        allow(GroupName.OPERATORS, "fx.view_rate", "fx.import_rate")
        allow(GroupName.AUDITORS, "fx.view_rate")

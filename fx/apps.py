from django.apps import AppConfig


class FxConfig(AppConfig):
    name = "fx"
    verbose_name = "Foreign exchange"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Fill the ledger's places: it plans nothing between two currencies by itself."""
        from fx.queries.clearing_accounts import clearing_among
        from fx.reversal_planning import FxReversalPlanner
        from fx.transfer_planning import FxTransferPlanner
        from ledger.domain.refusals import PostingNotAllowed
        from ledger.extensions import extensions

        extensions.transfer_planner = FxTransferPlanner()
        extensions.reversal_planner = FxReversalPlanner()
        extensions.closed_to_orders = clearing_among
        extensions.refusals["clearing_leg_needs_its_settlement"] = PostingNotAllowed
        from ledger.groups import GroupName, allow

        allow(GroupName.ACCOUNTANTS, "fx.view_rate", "fx.import_rate")
        allow(GroupName.OPERATORS, "fx.view_rate", "fx.import_rate")
        allow(GroupName.AUDITORS, "fx.view_rate")

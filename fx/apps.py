from django.apps import AppConfig


class FxConfig(AppConfig):
    name = "fx"
    verbose_name = "Foreign exchange"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Fill the ledger's places: it plans nothing between two currencies by itself."""
        from fx import sql
        from fx.queries.clearing_accounts import clearing_among
        from fx.reversal_planning import FxReversalPlanner
        from fx.transfer_planning import FxTransferPlanner
        from fx.verification import CHECKS
        from ledger.domain.refusals import PostingNotAllowed
        from ledger.extensions import extensions, verify_checks
        from ledger.groups import GroupName, allow
        from ledger.verification.checks_of_guards import guarded

        extensions.transfer_planner = FxTransferPlanner()
        extensions.reversal_planner = FxReversalPlanner()
        extensions.closed_to_orders = clearing_among
        extensions.refusals["clearing_leg_needs_its_settlement"] = PostingNotAllowed
        verify_checks.extend(CHECKS)
        guarded.append(sql.FILES)
        allow(GroupName.ACCOUNTANTS, "fx.view_rate", "fx.import_rate", "fx.view_settlement")
        allow(GroupName.OPERATORS, "fx.view_rate", "fx.import_rate", "fx.view_settlement")
        allow(GroupName.AUDITORS, "fx.view_rate", "fx.view_settlement")

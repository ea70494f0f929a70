"""How the admin looks: its names and its navigation. Every file of it is served from here; nothing comes from a CDN."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy


def _page(title: str, icon: str, model: str) -> dict[str, Any]:
    """A list in the sidebar, for those who may see it; the model as "app.name"."""
    app, name = model.split(".")
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{name}_changelist"),
        "permission": _may(f"{app}.view_{name}"),
    }


def _may(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "DoubleX",
    "SITE_HEADER": "DoubleX",
    "SITE_SUBHEADER": "Back office",
    "SITE_SYMBOL": "account_balance",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda _: static("ledger/mark.svg")}],
    "STYLES": [lambda _: static("ledger/back_office.css")],
    # The audit log is the history; Django's own could be rewritten by the application.
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "ledger.admin.dashboard.add_overview",
    "BORDER_RADIUS": "6px",
    "COLORS": {
        "primary": {
            "50": "oklch(97.0% .014 254.604)",
            "100": "oklch(93.2% .032 255.585)",
            "200": "oklch(88.2% .059 254.128)",
            "300": "oklch(80.9% .105 251.813)",
            "400": "oklch(70.7% .165 254.624)",
            "500": "oklch(62.3% .214 259.815)",
            "600": "oklch(54.6% .245 262.881)",
            "700": "oklch(48.8% .243 264.376)",
            "800": "oklch(42.4% .199 265.638)",
            "900": "oklch(37.9% .146 265.522)",
            "950": "oklch(28.2% .091 267.935)",
        },
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {
                "items": [{"title": "Overview", "icon": "dashboard", "link": reverse_lazy("admin:index")}],
            },
            {
                "title": "Books",
                "separator": True,
                "items": [
                    _page("Journals", "receipt_long", "ledger.journal"),
                    _page("Accounts", "account_tree", "ledger.account"),
                    _page("Ledgers", "menu_book", "ledger.ledger"),
                    _page("Currencies", "payments", "ledger.currency"),
                    _page("Exchange rates", "currency_exchange", "fx.rate"),
                    _page("Settlements", "swap_horiz", "fx.settlement"),
                ],
            },
            {
                "title": "Access",
                "separator": True,
                "items": [
                    _page("API keys", "key", "ledger.apikey"),
                    _page("Users", "person", "auth.user"),
                    _page("Groups", "group", "auth.group"),
                    _page("Audit log", "history", "ledger.auditentry"),
                ],
            },
        ],
    },
}

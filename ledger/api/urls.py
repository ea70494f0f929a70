"""The ledger's endpoints, with and without a slash at the end: a redirect would lose a POST's body."""

from django.urls import re_path

from ledger.api.accounts import AccountsView, AccountView, BalanceView
from ledger.api.journals import JournalsView, JournalView, ReverseView
from ledger.api.statements import StatementView
from ledger.api.transfers import BatchView, TransfersView

# What is asked most comes first: they are tried in order.
urlpatterns = [
    re_path(r"^transfers/?$", TransfersView.as_view(), name="transfers"),
    re_path(r"^accounts/(?P<code>[^/]+)/balance/?$", BalanceView.as_view(), name="balance"),
    re_path(r"^accounts/?$", AccountsView.as_view(), name="accounts"),
    re_path(r"^accounts/(?P<code>[^/]+)/?$", AccountView.as_view(), name="account"),
    re_path(r"^accounts/(?P<code>[^/]+)/statement/?$", StatementView.as_view(), name="statement"),
    re_path(r"^transfers/batch/?$", BatchView.as_view(), name="batch"),
    re_path(r"^journals/?$", JournalsView.as_view(), name="journals"),
    re_path(r"^journals/(?P<journal_id>[^/]+)/?$", JournalView.as_view(), name="journal"),
    re_path(r"^journals/(?P<journal_id>[^/]+)/reverse/?$", ReverseView.as_view(), name="reverse"),
]

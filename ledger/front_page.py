"""What is at `/`: in demo mode a page that posts, elsewhere a word about what this is."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ledger.demo import DEMO_CCY, DEMO_CREDIT, DEMO_DEBIT, DEMO_TRANSFER_LIMIT


def front_page(request: HttpRequest) -> HttpResponse:
    if not settings.DEMO:
        return render(request, "front/service.html")
    accounts = (DEMO_DEBIT, DEMO_CREDIT)
    context = {"debit": DEMO_DEBIT, "credit": DEMO_CREDIT, "accounts": accounts, "ccy": DEMO_CCY}
    return render(request, "front/demo.html", context | {"limit": DEMO_TRANSFER_LIMIT})

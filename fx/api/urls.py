"""The reports that need rates, with and without a slash at the end."""

from django.urls import re_path

from fx.api.positions import FxPositionsView

urlpatterns = [re_path(r"^fx-positions/?$", FxPositionsView.as_view(), name="fx-positions")]

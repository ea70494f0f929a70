from django.contrib.admin.apps import AdminConfig


class BackOfficeConfig(AdminConfig):
    """Django's admin, with our own site in the place of its own."""

    default_site = "doublex.back_office_site.BackOffice"

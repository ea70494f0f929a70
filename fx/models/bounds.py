"""What PostgreSQL would take and nobody means: NaN is above every number to it, and 'infinity' is a date."""

from datetime import date

DAYS = (date(1900, 1, 1), date(9999, 12, 30))
TOTAL_MAX = 10**40

"""Lines of a healthy start that would look like trouble."""

import logging


class ThreadsAreDeliberate(logging.Filter):
    """Keeps Granian from warning of more threads than processors: ours wait for the database, and post in groups."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "Python threads" not in record.getMessage()

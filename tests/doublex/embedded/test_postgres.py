"""A cluster that was just made, asked for what it runs with."""

from pathlib import Path

import psycopg

from doublex.embedded.postgres import SUPERUSER, Cluster, new_password

# By hand, so that a setting that is lost does not take its test with it. What stands in the cluster's file can be changed
# while it runs, what stands on the command line cannot.
EXPECTED = {
    ("fsync", "on", "command line"),
    ("full_page_writes", "on", "command line"),
    ("synchronous_commit", "on", "command line"),
    ("max_pred_locks_per_page", "0", "configuration file"),
    ("max_pred_locks_per_relation", "1", "configuration file"),
}


def test_a_new_cluster_is_durable_and_remembers_which_tables_a_posting_read_and_not_which_rows(tmp_path: Path) -> None:
    password = new_password()
    cluster = Cluster(tmp_path / "postgres", tmp_path / "postgres.log", password)
    child = cluster.start()
    try:
        cluster.wait()
        with psycopg.connect(cluster.url(SUPERUSER, password, "postgres")) as connection:
            asked = "SELECT name, setting, source FROM pg_settings WHERE name = ANY(%s)"
            found = connection.execute(asked, [[name for name, _, _ in EXPECTED]]).fetchall()
    finally:
        child.stop()
    assert set(found) == EXPECTED

"""PgBouncer in transaction mode in front of a database: the app's connections then share a few of the server's."""

import os
import shutil
import socket
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from doublex.embedded import privileges
from doublex.embedded.process import Child, free_port

READY_SECONDS_MAX = 10
# Fewer than the threads that post at once, so that they do share.
SERVER_CONNECTIONS_MAX = 12


def pgbouncer() -> str | None:
    """Where PgBouncer is; Debian puts it where only root looks."""
    return shutil.which("pgbouncer", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"]))


class Pooler:
    """A PgBouncer in `folder` that takes connections for the role and the server of `url`, to any database there."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder = folder
        self._server = urlsplit(url)
        self.port = free_port()
        binary = pgbouncer()
        assert binary, "there is no pgbouncer on this machine"
        self._child = Child("PgBouncer", [binary, folder / "pgbouncer.ini"], folder / "pgbouncer.log", drops_root=True)

    @property
    def url(self) -> str:
        address = f"{self._server.username}:{self._server.password}@127.0.0.1:{self.port}"
        return urlunsplit(self._server._replace(netloc=address))

    def start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        privileges.give(self._folder)
        self._write("users.txt", f'"{self._server.username}" "{self._server.password}"\n')
        self._write(
            "pgbouncer.ini",
            f"[databases]\n* = host={self._server.hostname} port={self._server.port}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
            f"auth_type = scram-sha-256\nauth_file = {self._folder / 'users.txt'}\n"
            f"pool_mode = transaction\ndefault_pool_size = {SERVER_CONNECTIONS_MAX}\nmax_client_conn = 500\n",
        )
        self._child.start()
        self._child.wait_until(self._answers, READY_SECONDS_MAX)

    def stop(self) -> None:
        self._child.stop()

    def _write(self, name: str, text: str) -> None:
        path = self._folder / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
        privileges.give(path)

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

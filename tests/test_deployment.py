"""What is installed in deployment is pinned by hash, without any address."""

import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent
PINNED = ROOT / "deploy" / "requirements.txt"
EXPORT = "uv export --quiet --no-dev --no-header --no-annotate --no-emit-project".split()


def test_the_pinned_requirements_equal_a_fresh_export(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, tmp_path)

    fresh = subprocess.run(EXPORT, cwd=tmp_path, capture_output=True, text=True, check=True)

    assert fresh.stdout == PINNED.read_text()


def test_every_pin_has_hashes_and_no_address() -> None:
    pins = re.split(r"\n(?=\S)", PINNED.read_text().strip())

    assert all("==" in pin and "--hash=sha256:" in pin for pin in pins)
    assert "://" not in PINNED.read_text()


def test_no_lock_file_with_addresses_is_kept() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert "uv.lock" not in tracked.stdout.split()
    assert "uv.lock" in (ROOT / ".gitignore").read_text().split()

"""Make a large history from the releases of real packages, fetched with npm.

    python benchmarks/histories.py REPOSITORY [PACKAGE[:MOST] ...]

Every release of a package becomes a commit, in the order of their versions, the packages one
after the other, each in a folder of its own; then everything is packed. MOST is how many
releases are taken at most, spread over all.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PACKAGES = "express:300 eslint:400 react-dom:300 axios:120 webpack:400 typescript:110".split()
AT_ONCE = 4


def main() -> int:
    """Make the repository; 1 where a package could not be had."""
    repository = Path(sys.argv[1])
    subprocess.run(("git", "init", "--quiet", "--bare", str(repository)), check=True)
    failed = 0
    with subprocess.Popen(
        ("git", "-C", str(repository), "fast-import", "--quiet"), stdin=subprocess.PIPE
    ) as importer:
        assert importer.stdin is not None
        number = 0
        for word in sys.argv[2:] or PACKAGES:
            name, _, most = word.partition(":")
            chosen = releases(name, int(most or 0))
            failed += not chosen
            with ThreadPoolExecutor(AT_ONCE) as pool, tempfile.TemporaryDirectory() as folder:
                fetched = pool.map(lambda one, n=name, f=folder: fetch(n, one, Path(f)), chosen)
                for version, path in zip(chosen, fetched, strict=True):
                    if path is not None:
                        number += 1
                        importer.stdin.write(commit(number, name, version, path))
                        path.unlink()
            print(f"{name}: {len(chosen)} releases", flush=True)
    subprocess.run(
        ("git", "-C", str(repository), "symbolic-ref", "HEAD", "refs/heads/main"), check=True
    )
    subprocess.run(("git", "-C", str(repository), "repack", "-adfq", "--window=10"), check=True)
    return int(failed > 0)


def releases(name: str, most: int) -> list[str]:
    """The versions of a package, without previews, at most so many."""
    told = subprocess.run(
        ("npm", "view", name, "versions", "--json"), capture_output=True, text=True, check=False
    )
    if told.returncode:
        return []
    every = [one for one in json.loads(told.stdout) if "-" not in one]
    step = max(1, -(-len(every) // most)) if most else 1
    return every[::step]


def fetch(name: str, version: str, folder: Path) -> Path | None:
    """The archive of one release, None where it cannot be had."""
    place = folder / version
    place.mkdir()
    done = subprocess.run(
        ("npm", "pack", "--silent", "--ignore-scripts", f"{name}@{version}"),
        cwd=place, capture_output=True, check=False,
    )  # fmt: skip
    return next(place.glob("*.tgz"), None) if done.returncode == 0 else None


def commit(number: int, name: str, version: str, archive: Path) -> bytes:
    """One release for git fast-import."""
    folder = name.replace("@", "")
    message = f"{name} {version}".encode()
    parts = [
        b"commit refs/heads/main\n",
        b"committer A Release <release@example.com> %d +0000\n" % (1_000_000_000 + number * 3600),
        b"data %d\n%b\n" % (len(message), message),
        b"D %b\n" % folder.encode(),
    ]
    with tarfile.open(archive) as opened:
        for member in opened:
            file = opened.extractfile(member) if member.isfile() else None
            path = member.name.partition("/")[2]
            if file is not None and path and '"' not in path and "\n" not in path:
                content = file.read()
                parts.append(b"M 644 inline %b/%b\n" % (folder.encode(), path.encode()))
                parts.append(b"data %d\n%b\n" % (len(content), content))
    return b"".join(parts)


if __name__ == "__main__":
    raise SystemExit(main())

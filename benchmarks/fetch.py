"""Fetch the packages that benchmarks/realcode.py was run on, with the ordinary clients.

    python benchmarks/fetch.py FOLDER [pypi] [npm] [go] [crates]

Each package is unpacked into a folder of its own, without compiled files: the newest release of
the day. Needs pip, npm, go and cargo; what could not be had is told, and the rest is fetched.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath

WHEELS = """
    sympy pandas matplotlib scikit-learn mypy networkx sphinx pip setuptools tornado jinja2 werkzeug
    fastapi pydantic scrapy kubernetes stripe slack-sdk openai anthropic pygithub python-gitlab
    google-auth msal azure-identity fabric
""".split()
# Of these the source has what the wheel lacks: tests, examples, documentation.
SOURCES = "requests flask sqlalchemy celery paramiko twisted ansible-core pyjwt".split()
NPM = """
    typescript webpack eslint react-dom three rxjs moment date-fns stripe aws-sdk next-auth
    firebase-admin mongoose sequelize socket.io jest-cli vue @angular/core @octokit/rest ethers web3
    node-fetch got nodemailer passport-oauth2 octokit
""".split()
GO = """
    k8s.io/client-go k8s.io/api golang.org/x/tools golang.org/x/crypto golang.org/x/net
    github.com/prometheus/prometheus github.com/hashicorp/consul/api google.golang.org/grpc
    google.golang.org/protobuf gorm.io/gorm github.com/gohugoio/hugo github.com/docker/cli
    github.com/aws/aws-sdk-go-v2/service/s3 github.com/stripe/stripe-go/v82
    github.com/google/go-github/v72 helm.sh/helm/v3 github.com/go-git/go-git/v5
    github.com/golang-jwt/jwt/v5
""".split()
CRATES = """
    tokio serde syn clap regex hyper reqwest rustls rand actix-web diesel axum image nom openssl
    sqlx-core cranelift-codegen serde_json itertools rayon chrono jsonwebtoken gix-pack ring
    octocrab rusoto_core aws-sigv4 nix bevy_ecs naga
""".split()
_COMPILED = re.compile(r"\.(so(\.\d+)*|pyd|dll|dylib|a|exe|o|node|lib|wasm)$", re.IGNORECASE)

Member = tuple[str, Callable[[], bytes]]


def main() -> int:
    """Fetch what was asked for, or all; 1 where something could not be had."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("kinds", nargs="*", choices=["", *KINDS], default="")
    arguments = parser.parse_args()
    failed = 0
    for kind in arguments.kinds or KINDS:
        for name, members in KINDS[kind]():
            size = write(arguments.folder / name, members)
            print(f"{name}: {size:,} bytes" if size else f"{name}: could not be fetched")
            failed += not size
    return int(failed > 0)


def write(folder: Path, members: Iterable[Member]) -> int:
    """Write what can be read as text, and sum up its size."""
    size = 0
    for name, content in members:
        path = PurePosixPath(name)
        if _COMPILED.search(name) or path.is_absolute() or ".." in path.parts:
            continue
        data = content()
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
        size += len(data)
    return size


def run(*command: str, cwd: Path) -> str:
    """What a client prints; empty where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)
    if done.returncode:
        print(done.stderr.strip()[-300:], file=sys.stderr)
    return "" if done.returncode else done.stdout


def pypi() -> Iterator[tuple[str, Iterable[Member]]]:
    """Wheels, and sources of those where these say more."""
    for names, form in ((WHEELS, "--only-binary=:all:"), (SOURCES, "--no-binary=:all:")):
        for name in names:
            with tempfile.TemporaryDirectory() as folder:
                run(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", form, name,
                    cwd=Path(folder))  # fmt: skip
                for path in Path(folder).iterdir():
                    yield f"py-{name}", zipped(path) if path.suffix == ".whl" else tarred(path)


def npm() -> Iterator[tuple[str, Iterable[Member]]]:
    """What npm pack gives, scripts not run."""
    for name in NPM:
        with tempfile.TemporaryDirectory() as folder:
            run("npm", "pack", "--silent", "--ignore-scripts", name, cwd=Path(folder))
            for path in Path(folder).glob("*.tgz"):
                yield f"npm-{name.replace('@', '').replace('/', '-')}", tarred(path)


def go() -> Iterator[tuple[str, Iterable[Member]]]:
    """Modules as Go keeps them."""
    for name in GO:
        with tempfile.TemporaryDirectory() as folder:
            told = run("go", "mod", "download", "-json", f"{name}@latest", cwd=Path(folder))
        if told:
            short = name.replace("github.com/", "").replace("/", "-")
            yield f"go-{short}", kept(Path(json.loads(told)["Dir"]))


def crates() -> Iterator[tuple[str, Iterable[Member]]]:
    """Crates as cargo vendor lays them out, as dependencies of an empty one."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "src").mkdir()
        (root / "src" / "lib.rs").touch()
        wanted = "".join(f'{name} = "*"\n' for name in CRATES)
        (root / "Cargo.toml").write_text(
            '[package]\nname = "wanted"\nversion = "0.1.0"\nedition = "2021"\n'
            f"[dependencies]\n{wanted}"
        )
        run("cargo", "vendor", "--quiet", "vendored", cwd=root)
        for name in CRATES:
            yield f"rs-{name}", kept(root / "vendored" / name)


def zipped(path: Path) -> Iterator[Member]:
    """The files of a wheel."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if not name.endswith("/"):
                yield name, lambda name=name: archive.read(name)  # type: ignore[misc]


def tarred(path: Path) -> Iterator[Member]:
    """The files of an archive, without the folder that holds them all."""
    with tarfile.open(path) as archive:
        for member in archive:
            _, _, name = member.name.partition("/")
            file = archive.extractfile(member) if member.isfile() else None
            if file is not None and name:
                yield name, file.read


def kept(folder: Path) -> Iterator[Member]:
    """The files of a folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(folder).as_posix(), path.read_bytes


KINDS = {"pypi": pypi, "npm": npm, "go": go, "crates": crates}

if __name__ == "__main__":
    raise SystemExit(main())

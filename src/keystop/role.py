"""What part a file plays, going by its path."""

from __future__ import annotations

# What a bare word means in a file: an identifier, a value, a word.
CODE, CONFIG, PROSE = 0, 1, 2
_CONFIG = frozenset(
    b"env ini cfg cnf conf config properties yml yaml sh bash zsh fish ps1 bat cmd netrc mk make "
    b"pgpass npmrc pypirc tfvars service desktop plist htpasswd credentials envrc".split()
)
_PROSE = frozenset(b"md rst txt adoc tex log markdown org csv tsv html htm xml xhtml".split())
_SAMPLES = frozenset(
    b"test tests testing spec specs __tests__ __mocks__ mocks fixture fixtures testdata example "
    b"examples sample samples demo demos doc docs documentation bench benches benchmarks fuzz "
    b"corpus".split()
)
_MADE = frozenset(
    b"package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml poetry.lock pipfile.lock "
    b"cargo.lock composer.lock gemfile.lock go.sum uv.lock flake.lock packages.lock.json "
    b"mix.lock pubspec.lock podfile.lock record metadata pkg-info".split()
)
_MADE_ENDINGS = (
    b".min.js", b".min.css", b".bundle.js", b".map", b".svg", b".snap", b".pb.go", b"_pb2.py",
    b".lock", b".sum", b".ipynb_checkpoints", b".po", b".pot", b".xliff", b".xlf", b".resx",
    b".strings", b".arb",
)  # fmt: skip
_LANGUAGES = frozenset(b"locale locales i18n l10n lang langs languages translations".split())
_FOREIGN = frozenset(b"vendor vendored third_party third-party node_modules site-packages".split())


def kind_of(path: bytes) -> int:
    """CODE, CONFIG or PROSE. A file whose name does not say is CONFIG."""
    name = path.rpartition(b"/")[2].lower()
    ending = name.rpartition(b".")[2]
    if ending in _PROSE:
        return PROSE
    if ending in _CONFIG or b"." not in name or name.startswith((b".env", b"dockerfile")):
        return CONFIG
    return CODE


def is_sample(path: bytes) -> bool:
    """Whether a file is a test, an example or documentation."""
    *folders, name = path.lower().split(b"/")
    stem, _, ending = name.rpartition(b".")
    return (
        any(not _SAMPLES.isdisjoint(_parts(folder)) for folder in folders)
        or ending in (b"md", b"rst", b"adoc", b"markdown")
        or stem.startswith(b"test_")
        or stem.endswith((b"_test", b".test", b".spec", b"_spec", b"test", b"tests"))
        or stem.endswith((b".example", b".examples"))
        or ending in (b"example", b"sample", b"template", b"dist")
    )


def _parts(folder: bytes) -> list[bytes]:
    """test-suite, integration_tests: what a folder's name is made of, and the name itself."""
    return [folder, *folder.replace(b"-", b"_").split(b"_")]


def has_tests(path: bytes, before: bytes) -> bool:
    """Whether a place is among the tests that a Rust file ends with, given what is before it."""
    return path.endswith(b".rs") and b"#[cfg(test)]" in before


def is_generated(path: bytes) -> bool:
    """Whether a program wrote the file: a lock file, minified code, a source map, messages."""
    name = path.rpartition(b"/")[2].lower()
    return name in _MADE or name.endswith(_MADE_ENDINGS)


def part(path: bytes) -> str:
    """What a file is, where that makes a secret in it unlikely; else empty."""
    *folders, _ = path.lower().split(b"/")
    if is_generated(path):
        return "generated or translated"
    if not _LANGUAGES.isdisjoint(folders):
        return "translated"
    if not _FOREIGN.isdisjoint(folders):
        return "somebody else's"
    return "a test, an example or documentation" if is_sample(path) else ""

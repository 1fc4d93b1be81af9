"""The pages of docs/prevention/: `python -m keystop.prevent.pages docs/prevention`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from keystop.prevent import STORES, Language, guide, languages

_FENCES = {".mjs": "js", ".rb": "ruby", ".cs": "csharp", ".py": "python"}


def page(store: str) -> str:
    """The page of a store in Markdown, with the programs of all languages."""
    written = guide(store)
    parts = [
        f"# {written.title}",
        "<!-- Made of src/keystop/prevent by: python -m keystop.prevent.pages docs/prevention -->",
        written.about,
    ]
    for title, body in written.sections:
        parts += [f"## {title}", body]
    parts += ["## Programs", f"In a terminal: `keystop prevent {store} LANGUAGE`."]
    for language in languages():
        parts += _program(language, store)
    return "\n\n".join(parts) + "\n"


def _program(language: Language, store: str) -> Iterator[str]:
    file = language.file[store]
    fence = _FENCES.get(file.suffix, file.suffix[1:])
    yield f"### {language.name}"
    yield f"```text\n{language.install[store]}\n```"
    yield f"`{file.name}` ({language.proof()}):"
    yield f"```{fence}\n{file.read_text(encoding='utf-8').rstrip()}\n```"


def main(folder: str) -> int:
    """Write all pages."""
    for store in STORES:
        (Path(folder) / f"{store}.md").write_text(page(store), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))

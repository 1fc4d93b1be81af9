"""What to do by hand in files that keystop does not change."""

from __future__ import annotations

import re

from keystop.fix.files import Target
from keystop.fix.names import of_kind

_PROGRAM = (
    "let the program that reads it take the value from its environment (NAME), and delete it here"
)
_BY_ENDING = {
    **dict.fromkeys((".sh", ".bash", ".zsh"), 'write "${NAME:?is not set}" in its place'),
    **dict.fromkeys((".ps1", ".psm1"), "write $env:NAME in its place"),
    **dict.fromkeys((".rs",), 'write std::env::var("NAME") in its place'),
    **dict.fromkeys((".kt", ".kts", ".scala", ".groovy", ".gradle"),
                    'write System.getenv("NAME") in its place'),
    ".ipynb": 'write os.environ["NAME"] in its place, and clear the outputs',
    ".tfvars": "delete the line, and set TF_VAR_NAME in the environment; or keep the file out of "
    "git (git rm --cached, .gitignore). Declare the variable with sensitive = true",
    ".properties": "in a file of Spring write ${NAME} in its place; elsewhere " + _PROGRAM,
    **dict.fromkeys((".html", ".htm", ".vue", ".svelte", ".css"),
                    "everybody who opens the page can read it; ask a server of yours instead"),
}  # fmt: skip
_DOCKER = "give it when the container starts, or to the build by RUN --mount=type=secret,id=NAME"


def _assigned(found: Target) -> str:
    """What a line of .tfvars calls the value, "" elsewhere."""
    if found.path.suffix != ".tfvars":
        return ""
    line = found.text.splitlines()[found.located.finding.line - 1]
    name = re.match(rb"\s*([A-Za-z_][\w-]*)\s*=", line)
    return name[1].decode() if name else ""


def by_hand(found: Target) -> str:
    """Why a file is left as it is, and what to do."""
    name = _assigned(found) or of_kind(found.located.finding.detector)
    advice = _BY_ENDING.get(found.path.suffix.lower(), _PROGRAM)
    if found.path.name.lower().startswith(("dockerfile", "containerfile")):
        advice = _DOCKER
    return f"keystop does not change files of this kind: {advice.replace('NAME', name)}"

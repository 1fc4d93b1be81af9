"""What is found and what alarms in files of twenty languages made from the records.

    python benchmarks/evaluation.py [WORD] [--rounds N] [--misses]

Every kind stands in every language four times: as a value that was made from its record, as
something that goes by a similar name (the key's id, hash, address or name), as a placeholder, and
as a reference to where the value is kept. It is named after its id, as people name such things,
and a pair stands there with its other half. A miss is a value that its own kind does not find; an
alarm is anything else that blocks in the others.
"""

from __future__ import annotations

import argparse
import collections
from pathlib import Path
from random import Random
from uuid import UUID

from keystop.check import Judge
from keystop.engine import shipped_folder
from keystop.records import Record, load

# (file, how a value is assigned, how a reference is, what stands around it)
LANGUAGES: dict[str, tuple[str, str, str, str]] = {
    "Python": (
        "app/settings.py", '{NAME} = "{VALUE}"', '{NAME} = os.environ["{NAME}"]',
        "import os\n\nDEBUG = False\n{LINES}\n\n\ndef url(path):\n    return '/' + path\n",
    ),
    "JavaScript": (
        "src/config.js", "const {NAME} = '{VALUE}';", "const {NAME} = process.env.{NAME};",
        "'use strict';\n\nconst retries = 3;\n{LINES}\n\nmodule.exports = { retries };\n",
    ),
    "TypeScript": (
        "src/config.ts", 'export const {NAME}: string = "{VALUE}";',
        "export const {NAME} = process.env.{NAME} ?? '';",
        "export interface Options {\n  retries: number;\n}\n\n{LINES}\n",
    ),
    "Java": (
        "src/main/java/Config.java", '    private static final String {NAME} = "{VALUE}";',
        '    private static final String {NAME} = System.getenv("{NAME}");',
        "package com.acme;\n\nfinal class Config {\n{LINES}\n    static final int TRIES = 3;\n}\n",
    ),
    "Kotlin": (
        "src/Config.kt", 'const val {NAME} = "{VALUE}"', 'val {NAME} = System.getenv("{NAME}")',
        "package com.acme\n\n{LINES}\n\nfun retries() = 3\n",
    ),
    "Go": (
        "internal/config.go", '\t{NAME} = "{VALUE}"', '\t{NAME} = os.Getenv("{NAME}")',
        'package config\n\nimport "os"\n\nvar (\n{LINES}\n)\n\nfunc Retries() int { return 3 }\n',
    ),
    "Rust": (
        "src/config.rs", 'pub const {NAME}: &str = "{VALUE}";',
        'pub fn get() -> String { std::env::var("{NAME}").unwrap() }',
        "use std::time::Duration;\n\n{LINES}\n\npub const RETRIES: u32 = 3;\n",
    ),
    "C#": (
        "Config.cs", '    public const string {NAME} = "{VALUE}";',
        '    public static string {NAME} = Environment.GetEnvironmentVariable("{NAME}");',
        "namespace Acme;\n\npublic static class Config\n{\n{LINES}\n}\n",
    ),
    "C": (
        "src/config.c", 'static const char *{NAME} = "{VALUE}";',
        'const char *value = getenv("{NAME}");',
        "#include <stdlib.h>\n\n{LINES}\n\nint retries(void) { return 3; }\n",
    ),
    "PHP": (
        "config/services.php", "    '{NAME}' => '{VALUE}',", "    '{NAME}' => getenv('{NAME}'),",
        "<?php\n\nreturn [\n    'retries' => 3,\n{LINES}\n];\n",
    ),
    "Ruby": (
        "config/initializers/keys.rb", '{NAME} = "{VALUE}"', '{NAME} = ENV.fetch("{NAME}")',
        "# frozen_string_literal: true\n\nRETRIES = 3\n{LINES}\n",
    ),
    "Swift": (
        "Sources/Config.swift", '    static let {NAME} = "{VALUE}"',
        '    static let {NAME} = ProcessInfo.processInfo.environment["{NAME}"]',
        "import Foundation\n\nenum Config {\n{LINES}\n}\n",
    ),
    "Shell": (
        "deploy.sh", 'export {NAME}="{VALUE}"', 'export {NAME}="${{NAME}:?}"',
        "#!/bin/sh\nset -eu\n\n{LINES}\n\n./deploy --retries 3\n",
    ),
    "PowerShell": (
        "deploy.ps1", '$env:{NAME} = "{VALUE}"', "$value = $env:{NAME}",
        '$ErrorActionPreference = "Stop"\n{LINES}\nInvoke-Deploy -Retries 3\n',
    ),
    "Dockerfile": (
        "Dockerfile", "ENV {NAME}={VALUE}", "ARG {NAME}",
        "FROM python:3.13-slim\nWORKDIR /app\n{LINES}\nCOPY . .\n",
    ),
    "environment file": (
        ".env", "{NAME}={VALUE}", "{NAME}=${{NAME}}", "DEBUG=0\nRETRIES=3\n{LINES}\n",
    ),
    "YAML": (
        "values.yaml", '  {NAME}: "{VALUE}"', "  {NAME}: {{ .Values.{NAME} }}",
        "replicas: 3\nenv:\n{LINES}\nimage: app\n",
    ),
    "JSON": (
        "config.json", '  "{NAME}": "{VALUE}",', '  "{NAME}": "${{NAME}}",',
        '{\n  "retries": 3,\n{LINES}\n  "debug": false\n}\n',
    ),
    "Terraform": (
        "main.tf", '    {NAME} = "{VALUE}"', "    {NAME} = var.{NAME}",
        'resource "acme_app" "this" {\n  environment = {\n{LINES}\n  }\n}\n',
    ),
    "XML": (
        "web.config", '    <add key="{NAME}" value="{VALUE}" />',
        '    <add key="{NAME}" value="%{NAME}%" />',
        "<configuration>\n  <appSettings>\n{LINES}\n  </appSettings>\n</configuration>\n",
    ),
}  # fmt: skip
WORDS = ("your-{}-here", "<{}>", "changeme", "xxxxxxxxxxxxxxxx", "REPLACE_ME")


def main() -> int:
    """Make the files, search them, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("word", nargs="?", default="")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--misses", action="store_true")
    arguments = parser.parse_args()
    judge = Judge(load(Path(shipped_folder())))
    texts: collections.Counter[tuple[str, str]] = collections.Counter()
    hits: collections.Counter[tuple[str, str]] = collections.Counter()
    random = Random(4)
    for record in judge.records:
        if arguments.word not in record.id or record.place or record.assigned or record.url:
            continue  # what is known by its place alone has no name to be assigned to
        for language in LANGUAGES:
            for _ in range(arguments.rounds):
                for kind, (ending, value) in values(judge, record, random).items():
                    path, text = file(judge, record, language, ending, value)
                    found = judge.find(text, path.encode())
                    other = record.pair.other if record.pair else ""
                    if kind == "value":
                        hit = any(
                            one.detector == record.id
                            or (one.partner and one.partner.detector == record.id)
                            for one in found
                        )
                    else:
                        hit = any(one.severity != "low" != one.detector != other for one in found)
                    texts[language, kind] += 1
                    hits[language, kind] += hit
                    if arguments.misses and hit != (kind == "value"):
                        told = ", ".join(one.detector for one in found)
                        print(f"{record.id}: {language}: {kind}: {told or 'not found'}")
    _print(texts, hits)
    return 0


def values(judge: Judge, record: Record, random: Random) -> dict[str, tuple[str, str]]:
    """What stands in the four files of a kind: the ending of the name, and the value."""
    provider, _, kind = record.id.partition(".")
    alike = {
        "_ID": str(UUID(int=random.getrandbits(128), version=4)),
        "_HASH": f"{random.getrandbits(256):064x}",
        "_URL": f"https://api.{provider}.example.com/v{random.randrange(1, 4)}/{kind}",
        "_NAME": f"{provider}-{kind}-{random.randrange(1, 99)}",
    }
    return {
        "value": ("", judge.generator.value(record)),
        "look-alike": random.choice(list(alike.items())),
        "placeholder": ("", random.choice(WORDS).format(kind)),
        "reference": ("", ""),
    }


def file(judge: Judge, record: Record, language: str, ending: str, value: str) -> tuple[str, str]:
    """(path, text) of a file of the language that holds the value, or a reference for none."""
    path, assignment, looked_up, around = LANGUAGES[language]
    name = record.id.replace(".", "_").replace("-", "_").upper() + ending
    lines = [(assignment if value else looked_up).replace("{NAME}", name)]
    if record.pair is not None:
        other = next(one for one in judge.records if one.id == record.pair.other)
        half = other.id.replace(".", "_").replace("-", "_").upper()
        line = assignment.replace("{NAME}", half)
        lines.insert(0, line.replace("{VALUE}", judge.generator.value(other)))
    text = "\n".join(lines).replace("{VALUE}", value)
    return path, around.replace("{LINES}", text)


def _print(
    texts: collections.Counter[tuple[str, str]], hits: collections.Counter[tuple[str, str]]
) -> None:
    kinds = ("value", "look-alike", "placeholder", "reference")
    print("| language | values found | look-alikes | placeholders | references that alarm |")
    print("|---|---|---|---|---|")
    for language in LANGUAGES:
        cells = [f"{100 * hits[language, kind] / texts[language, kind]:.1f} %" for kind in kinds]
        print(f"| {language} | {' | '.join(cells)} |")
    totals = [sum(texts[language, kind] for language in LANGUAGES) for kind in kinds]
    found = [sum(hits[language, kind] for language in LANGUAGES) for kind in kinds]
    cells = [f"{a:,} of {b:,}" for a, b in zip(found, totals, strict=True)]
    print(f"| all | {' | '.join(cells)} |")


if __name__ == "__main__":
    raise SystemExit(main())

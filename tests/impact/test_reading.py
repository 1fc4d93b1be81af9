"""Readers of settings and programs: keys and lines, names, look-ups, and texts that are neither."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from keystop.impact import keypaths, names, readers
from keystop.impact.code import Program
from keystop.impact.facts import Fact, File
from keystop.impact.services import Layout

KEY = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True).filter(
    lambda key: key not in {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
)
LEAF = st.from_regex(r"[a-z][a-zA-Z0-9_/.]{0,12}", fullmatch=True).filter(
    lambda text: text.lower() not in {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
)
TREE: st.SearchStrategy[Any] = st.recursive(
    LEAF,
    lambda inner: (
        st.dictionaries(KEY, inner, min_size=1, max_size=4)
        | st.lists(inner, min_size=1, max_size=4)
    ),
    max_leaves=12,
)
DOCUMENT = st.dictionaries(KEY, TREE, min_size=1, max_size=4)


def leaves(tree: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], str]]:
    """Every value of a tree with the keys that lead to it."""
    if isinstance(tree, dict):
        return [one for key, inner in tree.items() for one in leaves(inner, (*path, key))]
    if isinstance(tree, list):
        return [one for at, inner in enumerate(tree) for one in leaves(inner, (*path, str(at)))]
    return [(path, tree)]


def read(entries: list[keypaths.Entry], text: str) -> list[tuple[tuple[str, ...], str]]:
    """The same of entries; each stands in the line that it says."""
    lines = text.split("\n")
    found = [one for one in entries if one.value not in ("", "{")]
    assert all(one.value in lines[one.line - 1] for one in found)
    return [(one.path, one.value) for one in found]


@settings(max_examples=40)
@given(tree=DOCUMENT, indent=st.sampled_from([None, 2]))
def test_json_is_read_as_json_reads_it(tree: Any, indent: int | None) -> None:
    text = json.dumps(tree, indent=indent)
    assert read(list(keypaths.json(text)), text) == leaves(tree)


@settings(max_examples=40)
@given(tree=DOCUMENT, flow=st.sampled_from([False, None]))
def test_yaml_is_read_as_yaml_reads_it(tree: Any, flow: bool | None) -> None:
    text = yaml.safe_dump(tree, default_flow_style=flow, sort_keys=False, width=10_000)
    assert read(list(keypaths.yaml(text)), text) == leaves(tree)


NAMED = st.lists(st.from_regex(r"[a-z]{3,8}", fullmatch=True), min_size=2, max_size=4)


@given(parts=NAMED)
def test_all_styles_of_a_name_are_one(parts: list[str]) -> None:
    camel = parts[0] + "".join(part.title() for part in parts[1:])
    styles = ["_".join(parts).upper(), "-".join(parts), ".".join(parts), camel, "__".join(parts)]
    pattern = re.compile(names.pattern("_".join(parts)), re.I)
    for style in styles:
        assert names.fold(style) == "".join(parts)
        text = f"a = {style}\n"
        match = pattern.search(text)
        assert match is not None
        assert match[0] == style
        assert names.whole(text, *match.span())


@pytest.mark.parametrize(
    ("text", "is_whole"),
    [
        ("OTHER_ACME_TOKEN", False),
        ("ACME_TOKEN_EU", False),
        ("my-acme-token", False),
        ("acmeTokens", False),
        ("TF_VAR_acme_token", True),
        ("getAcmeToken()", True),
        ("ACME_TOKEN_FILE", True),
        ("--acme-token=1", True),
        ("$ACME_TOKEN", True),
    ],
)
def test_a_part_of_a_longer_name_is_another_one(text: str, is_whole: bool) -> None:
    match = re.search(names.pattern("ACME_TOKEN"), text, re.I)
    assert match is not None
    assert names.whole(text, *match.span()) is is_whole


@pytest.mark.parametrize(
    "name", ["token", "AUTH_TOKEN", "apiKey", "authtoken", "password", "client.secret"]
)
def test_common_names_are_not_followed(name: str) -> None:
    assert not names.distinctive(name)


@pytest.mark.parametrize(
    "name", ["ACME_TOKEN", "acme.token", "TW_AUTH", "smsPassword", "stripeKey"]
)
def test_unusual_names_are_followed(name: str) -> None:
    assert names.distinctive(name)


def facts(path: str, text: str) -> list[Fact]:
    """What a program says of ACME_TOKEN."""
    file = File(path, text.encode())
    layout = Layout([path], [""])
    program = Program(readers.context(file, layout, "code"), readers.ending(path))
    return list(program.facts(re.compile(names.pattern("ACME_TOKEN"), re.I)))


LOOK_UPS = [
    ("py", 'x = os.environ["ACME_TOKEN"]'),
    ("py", 'x = os.environ.get("ACME_TOKEN", "")'),
    ("py", "x = os.getenv('ACME_TOKEN')"),
    ("py", 'x = os.environ[\n    "ACME_TOKEN"]'),
    ("js", "const x = process.env.ACME_TOKEN;"),
    ("js", 'const x = process.env["ACME_TOKEN"];'),
    ("ts", "const { ACME_TOKEN } = process.env;"),
    ("ts", 'const x = Deno.env.get("ACME_TOKEN");'),
    ("ts", "const x = import.meta.env.ACME_TOKEN"),
    ("go", 'x := os.Getenv("ACME_TOKEN")'),
    ("go", 'x, ok := os.LookupEnv("ACME_TOKEN")'),
    ("go", '\tX string `env:"ACME_TOKEN"`'),
    ("java", 'String x = System.getenv("ACME_TOKEN");'),
    ("kt", 'val x = System.getenv("ACME_TOKEN")'),
    ("scala", 'val x = sys.env("ACME_TOKEN")'),
    ("scala", 'val x = sys.env.getOrElse("ACME_TOKEN", "")'),
    ("groovy", "def x = System.getenv('ACME_TOKEN')"),
    ("rb", 'x = ENV["ACME_TOKEN"]'),
    ("rb", "x = ENV.fetch('ACME_TOKEN')"),
    ("cs", 'var x = Environment.GetEnvironmentVariable("ACME_TOKEN");'),
    ("fs", 'let x = Environment.GetEnvironmentVariable "ACME_TOKEN"'),
    ("vb", 'Dim x = Environment.GetEnvironmentVariable("ACME_TOKEN")'),
    ("php", "$x = getenv('ACME_TOKEN');"),
    ("php", "$x = $_ENV['ACME_TOKEN'];"),
    ("php", "$x = env('ACME_TOKEN');"),
    ("rs", 'let x = std::env::var("ACME_TOKEN").unwrap();'),
    ("rs", 'const X: &str = env!("ACME_TOKEN");'),
    ("swift", 'let x = ProcessInfo.processInfo.environment["ACME_TOKEN"]'),
    ("dart", "final x = Platform.environment['ACME_TOKEN'];"),
    ("dart", "const x = String.fromEnvironment('ACME_TOKEN');"),
    ("ex", 'x = System.get_env("ACME_TOKEN")'),
    ("ex", 'x = System.fetch_env!("ACME_TOKEN")'),
    ("pl", "my $x = $ENV{ACME_TOKEN};"),
    ("pl", "my $x = $ENV{'ACME_TOKEN'};"),
    ("r", 'x <- Sys.getenv("ACME_TOKEN")'),
    ("lua", 'local x = os.getenv("ACME_TOKEN")'),
    ("ps1", "$x = $env:ACME_TOKEN"),
    ("c", 'const char *x = getenv("ACME_TOKEN");'),
    ("cpp", 'auto x = std::getenv("ACME_TOKEN");'),
]


@pytest.mark.parametrize(("ending", "text"), LOOK_UPS, ids=[text for _, text in LOOK_UPS])
def test_every_language_looks_a_variable_up(ending: str, text: str) -> None:
    (fact,) = facts(f"a.{ending}", text)
    assert (fact.kind, fact.sure, fact.line) == ("environment", True, text.count("\n") + 1)


QUIET = [
    ("py", "# ACME_TOKEN"),
    ("py", '"""Needs ACME_TOKEN."""'),
    ("py", '"""\nNeeds ACME_TOKEN.\n"""'),
    ("py", 'raise KeyError("ACME_TOKEN is missing")'),
    ("py", 'print("set ACME_TOKEN first")'),
    ("py", 'monkeypatch.setenv("ACME_TOKEN", "x")'),
    ("py", 'os.environ["ACME_TOKEN_EU"]'),
    ("js", "// process.env.ACME_TOKEN"),
    ("js", "/*\n process.env.ACME_TOKEN\n*/"),
    ("js", "if (!acmeToken) throw error;"),
    ("js", 'vi.stubEnv("ACME_TOKEN", "x")'),
    ("go", 'log.Fatal("ACME_TOKEN is not set")'),
    ("rb", "# ENV['ACME_TOKEN']"),
    ("lua", '-- os.getenv("ACME_TOKEN")'),
    ("vb", '\' GetEnvironmentVariable("ACME_TOKEN")'),
]


@pytest.mark.parametrize(("ending", "text"), QUIET, ids=[text for _, text in QUIET])
def test_comments_messages_and_other_names_are_quiet(ending: str, text: str) -> None:
    assert facts(f"a.{ending}", text) == []


@pytest.mark.parametrize(
    ("ending", "text", "name"),
    [
        ("py", 'x_key = os.environ["ACME_TOKEN"]', "x_key"),
        ("py", 'x_key = str(os.environ["ACME_TOKEN"])', "x_key"),
        ("py", 'f(1, os.environ["ACME_TOKEN"])', ""),
        ("py", 'x_key = f(1, os.environ["ACME_TOKEN"])', ""),
        ("py", 'client = Client(os.environ["ACME_TOKEN"])', ""),
        ("js", "const x_key = required(process.env.ACME_TOKEN);", "x_key"),
        ("js", "  x_key: process.env.ACME_TOKEN,", "x_key"),
        ("java", 'private String x_key = System.getenv("ACME_TOKEN");', "x_key"),
        ("java", '@Value("${acme.token}")\nprivate String x_key;', "x_key"),
        ("php", "'x_key' => env('ACME_TOKEN'),", "x_key"),
        ("r", 'x_key <- Sys.getenv("ACME_TOKEN")', "x_key"),
        ("rs", 'let x_key: String = env::var("ACME_TOKEN")?;', "x_key"),
    ],
)
def test_what_gets_the_value(ending: str, text: str, name: str) -> None:
    fact, *_ = facts(f"a.{ending}", text)
    assert (fact.target.name if fact.target else "") == names.fold(name)


PATHS = st.sampled_from(
    "a.py a.js a.go a.php a.rs a.ps1 a.vb a.sh Makefile .env Dockerfile docker-compose.yml b "
    "Jenkinsfile .gitlab-ci.yml main.tf x.tfvars serverless.yml values.yaml kustomization.yaml "
    "a.service Procfile app.json a.xml a.toml template.yaml".split()
)
SCRAPS = st.lists(
    st.sampled_from(
        "ACME_TOKEN $ACME_TOKEN ${ACME_TOKEN} {{ .Values.acme.token }} var.acme_token : = => { } "
        "[ ] ( ) \" ' ` # // /* */ - name: value: env: kind: Secret apiVersion: v1 services: "
        'data: ! & * | > % \\ \t resource "a" "b" secretKeyRef: key: credentials(\'x\') \n '
        "AWSTemplateFormatVersion Parameters: Type: Ref: secrets: environment:".split(" ")
    ),
    max_size=60,
)


@settings(max_examples=200)
@given(path=PATHS, scraps=SCRAPS, raw=st.text(max_size=20))
def test_no_text_stops_a_reader(path: str, scraps: list[str], raw: str) -> None:
    text = " ".join(scraps).replace("- ", "\n- ").replace(": ", ":\n  ") + raw
    file, layout = File(path, text.encode("utf-8", "replace")), Layout([path], [""])
    if readers.is_program(path):
        found = facts(path, text)
    else:
        found = readers.read(file, layout)
    lines = text.count("\n") + 1
    assert all(0 <= fact.line <= lines for fact in found)

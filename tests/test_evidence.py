"""The promise: what is assigned to a telling name is judged by what it looks like, and says why."""

from __future__ import annotations

import base64
import json
import os
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keystop.check import Judge
from keystop.evidence import ENOUGH, ruled_out, weigh
from keystop.naming import Literal, amid, assigned
from keystop.published import objection
from keystop.role import CODE, CONFIG, PROSE, is_generated, kind_of, part
from keystop.words import surprise
from tests.conftest import Repo

BASE62 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def made(random: Random, size: int = 32, letters: str = BASE62) -> str:
    """A machine-made value."""
    return "".join(random.choice(letters) for _ in range(size))


# How a literal may be assigned in the usual languages; NAME and VALUE are filled in.
ASSIGNED = {
    "Python": ("a.py", 'NAME = "VALUE"'),
    "Python type": ("a.py", 'NAME: str = "VALUE"'),
    "Python bytes": ("a.py", "NAME = b'VALUE'"),
    "Python dictionary": ("a.py", '{"NAME": "VALUE"}'),
    "Python subscript": ("a.py", 'config["NAME"] = "VALUE"'),
    "Python argument": ("a.py", 'connect(NAME="VALUE")'),
    "Python default": ("a.py", 'os.environ.get("NAME", "VALUE")'),
    "Python or": ("a.py", 'os.environ.get("NAME") or "VALUE"'),
    "JavaScript": ("a.js", "const NAME = 'VALUE';"),
    "JavaScript object": ("a.js", "{ NAME: 'VALUE' }"),
    "JavaScript fallback": ("a.js", "process.env.NAME || 'VALUE'"),
    "JavaScript nullish": ("a.js", "process.env.NAME ?? 'VALUE'"),
    "TypeScript": ("a.ts", 'private NAME: string = "VALUE";'),
    "Java": ("a.java", 'private static final String NAME = "VALUE";'),
    "Java setter": ("a.java", 'properties.setProperty("NAME", "VALUE");'),
    "Kotlin": ("a.kt", 'val NAME: String = "VALUE"'),
    "Go": ("a.go", 'NAME := "VALUE"'),
    "Go raw": ("a.go", "NAME = `VALUE`"),
    "Go constant": ("a.go", 'const NAME string = "VALUE"'),
    "Rust": ("a.rs", 'let NAME: &str = "VALUE";'),
    "C": ("a.c", 'char *NAME = "VALUE";'),
    "C macro": ("a.h", '#define NAME "VALUE"'),
    "C#": ("a.cs", 'string NAME = @"VALUE";'),
    "Swift": ("a.swift", 'let NAME: String = "VALUE"'),
    "Objective-C": ("a.m", 'NSString *NAME = @"VALUE";'),
    "PHP": ("a.php", "$NAME = 'VALUE';"),
    "PHP appended": ("a.php", '$NAME .= "VALUE";'),
    "PHP array": ("a.php", "'NAME' => 'VALUE',"),
    "Ruby": ("a.rb", "NAME = 'VALUE'"),
    "Ruby hash": ("a.rb", ":NAME => 'VALUE'"),
    "Perl": ("a.pl", 'my $NAME = "VALUE";'),
    "Lua": ("a.lua", 'NAME = "VALUE"'),
    "Scala": ("a.scala", 'val NAME = "VALUE"'),
    "R": ("a.r", 'NAME <- "VALUE"'),
    "Shell": ("a.sh", "export NAME=VALUE"),
    "PowerShell": ("a.ps1", '$NAME = "VALUE"'),
    "PowerShell option": ("a.ps1", "Connect -NAME VALUE"),
    "option": ("a.sh", "tool --NAME VALUE"),
    "environment file": (".env", "NAME=VALUE"),
    "properties": ("a.properties", "app.NAME=VALUE"),
    "INI": ("a.ini", "NAME = VALUE"),
    "YAML": ("a.yaml", "NAME: VALUE"),
    "YAML quoted": ("a.yaml", "NAME: 'VALUE'"),
    "TOML": ("a.toml", 'NAME = "VALUE"'),
    "JSON": ("a.json", '{"NAME": "VALUE"}'),
    "JSON in JSON": ("a.json", '{"body": "{\\"NAME\\": \\"VALUE\\"}"}'),
    "settings in JSON": ("a.json", '{"a.ini": "NAME=VALUE\\nB=1"}'),
    "HCL": ("a.tf", 'NAME = "VALUE"'),
    "HCL variable": ("a.tf", 'variable "NAME" {\n  default = "VALUE"\n}'),
    "HCL variable with more": (
        "a.tf",
        'variable "NAME" {\n  type = string\n  sensitive = true\n  default = "VALUE"\n}',
    ),
    "HCL variable in a line": ("a.tf", 'variable "NAME" { default = "VALUE" }'),
    "Makefile": ("a.mk", "NAME ?= VALUE"),
    "Makefile of POSIX": ("a.mk", 'NAME :::= "VALUE"'),
    "Dockerfile": ("Dockerfile", "ENV NAME=VALUE"),
    "XML element": ("a.xml", "<NAME>VALUE</NAME>"),
    "XML element over lines": ("a.xml", "<NAME>\n    VALUE\n</NAME>"),
    "XML attribute": ("a.xml", '<add key="NAME" value="VALUE" />'),
    "plist": ("a.plist", '<entry NAME="VALUE"/>'),
    "netrc": (".netrc", "machine example.org login me NAME VALUE"),
    "comparison": ("a.js", 'if (NAME === "VALUE") {'),
    "constant of a library": ("a.c", 'setopt(handle, NAME, "VALUE");'),
}


@pytest.mark.parametrize(("path", "template"), ASSIGNED.values(), ids=ASSIGNED)
@pytest.mark.parametrize("name", ["db_password", "API_TOKEN", "clientSecret"])
def test_assignments_of_all_languages(judge: Judge, path: str, template: str, name: str) -> None:
    if template == ASSIGNED["constant of a library"][1]:
        name = name.upper()
    random = Random(f"{path}{template}{name}")
    text = template.replace("NAME", name).replace("VALUE", made(random))
    if ":NAME" in template or "-NAME" in template:
        text = text.replace(name.upper(), name)
    found = judge.find(text + "\n", path.encode())
    assert [one.detector for one in found] == ["generic.secret"], text


QUIET = {
    "a reference": ("a.py", 'password = os.environ["DB_PASSWORD"]'),
    "a variable without a default": (
        "a.tf",
        'variable "password" {\n  type = string\n}\n\nvariable "id" {\n  default = "{V}"\n}',
    ),
    "the default of another block": (
        "a.tf",
        'variable "password" {\n  validation {\n  }\n}\nx {\n  default = "{V}"\n}',
    ),
    "a default far below": (
        "a.tf",
        'variable "password" {\n' + "  # more\n" * 30 + '  default = "{V}"\n}',
    ),
    "a template": ("a.yaml", "password: ${DB_PASSWORD:-}"),
    "a template of Jinja": ("a.yaml", "password: '{{ vault_db_password }}'"),
    "a placeholder": ("a.py", 'password = "<your-password>"'),
    "a field": ("a.py", 'password_field = "loginPasswordInput2"'),
    "an identifier": ("a.js", "const token = generateTokenFor(user1234)"),
    "a bare word in code": ("a.go", "token := newTokenSource12345678"),
    "a type": ("a.ts", "password: string | undefined"),
    "a label": ("a.json", '{"password": "Passwort", "token": "Zugangskennung"}'),
    "an address": ("a.py", 'token_url = "https://login.example.org/oauth2/v2/token"'),
    "a path": ("a.yaml", "secret: /run/secrets/db_password_2024"),
    "a kind of token": ("a.py", 'token = "access_token_credentials"'),
    "a date": ("a.json", '{"password_changed": "2016-09-08T21:47:36Z"}'),
    "a mark of paging": ("a.json", '{"nextToken": "{V}"}'),
    "a sentence": ("a.py", 'password = "must hold 3 digits and 2 signs"'),
    "a name that only begins so": ("a.py", 'passenger = "{V}"'),
    "a name that only ends so": ("a.py", 'keyboard_layout = "{V}"'),
    "for example": ("a.go", '// Put adds a secret (e.g. {"password": "Hashi{V}"}) to it'),
    "names in a row": ("a.py", 'Moved("HTTPPasswordMgr", "urllib2", "urllib.request"),'),
    "a list of words": ("a.py", 'WORDS = ["user", "password", "psswrd{V}", "pwd"]'),
    "a scope in C++": ("a.cc", "Password::Options{V}"),
    "the hash of a password": ("a.py", 'password = "$2b$12${V}{V}"'),
    "a tag of protobuf": ("a.go", '`protobuf_key:"bytes,1,opt,name=key{V},proto3"`'),
    "a range of versions": ("VERSIONS", "spwd: 3.0-3.12"),
    "a magic number": ("a.go", 'const privateKeyMagic = "openssh-key-v1{V}\\x00"'),
    "what a call gives": ("a.js", "// sign('', 'test_secret') => '{V}'"),
    "an expression of XPath": ("a.xsl", '<when test="($A=$SEM_PASS or $SEM_{V})">'),
    "an alphabet": ("a.py", f'SALT_KEY = "{BASE62}"'),
    "a string that Objective-C does not know": ("a.m", "NSString *token = @'{V}';"),
}


@pytest.mark.parametrize(("path", "text"), QUIET.values(), ids=QUIET)
def test_what_is_no_secret(judge: Judge, path: str, text: str) -> None:
    text = text.replace("{V}", made(Random(text), 26))
    assert judge.find(text + "\n", path.encode()) == []


COUNTED = {
    "digits": "1234567890" * 4,
    "digits from within": ("jklmnop" + "1234567890" * 2)[:27],
    "hexadecimal digits": ("abcdef" + "0123456789") * 2,
}


@pytest.mark.parametrize("value", COUNTED.values(), ids=COUNTED)
def test_what_somebody_counted_up_is_doubtful_and_nothing_in_tests(
    judge: Judge, value: str
) -> None:
    text = f"API_TOKEN={value}\n"
    (found,) = judge.find(text, b"settings.env")
    assert (found.severity, found.confidence) == ("medium", "low")
    assert "it looks like something typed, with its repeated or counting parts" in found.reasons
    assert judge.find(text, b"tests/settings.env") == []


SHOWN_TO_ALL = {
    "RFC 7617": base64.b64encode(b"Aladdin:open sesame"),
    "RFC 6455": base64.b64encode(b"the sample nonce"),
    "RFC 6238": base64.b32encode(b"1234567890" * 2),
}


@pytest.mark.parametrize("value", SHOWN_TO_ALL.values(), ids=SHOWN_TO_ALL)
def test_what_a_standard_shows_is_no_secret(judge: Judge, value: bytes) -> None:
    assert objection(value)
    assert not objection(value[:-1])
    assert ruled_out(value, b"api_token", b"a.py")
    assert judge.find(f'api_token = "{value.decode()}"\n', b"a.py") == []


def test_a_key_that_was_shortened_is_only_noted(judge: Judge) -> None:
    (record,) = (one for one in judge.records if one.id == "supabase.secret-key")
    for _ in range(20):
        value = judge.generator.value(record)
        if sum(map(str.isdigit, value)) < 2:
            continue  # what a telling name holds is no secret then, once in a hundred times
        (found,) = judge.find(f'supabase_api_key = "{value[:-2]}"\n')
        assert (found.detector, found.severity) == ("generic.secret", "low")
        assert f"it begins like {record.name}, and is too short for one" in found.reasons
        (longer,) = judge.find(f'supabase_api_key = "{value}x"\n')
        assert (longer.detector, longer.severity) == ("generic.secret", "medium")


def test_a_short_mark_counts_where_the_name_says_whose_it_is(judge: Judge) -> None:
    value = "sk_" + made(Random(3), 32, "0123456789abcdef")
    (found,) = judge.find(f"elevenlabs_key = {value}\n", b"a.properties")
    (other,) = judge.find(f"service_key = {value}\n", b"a.properties")
    assert (found.severity, other.severity) == ("low", "medium")


@pytest.mark.parametrize("mark", ["prf_test_", "SBX-", "test_", "acme-sandbox-"])
def test_a_key_of_a_test_mode_is_only_noted(judge: Judge, mark: str) -> None:
    value = made(Random(mark), 28) + "7"
    (found,) = judge.find(f"ACME_API_KEY={mark}{value}\n", b"settings.env")
    (other,) = judge.find(f"ACME_API_KEY=acme_live_{value}\n", b"settings.env")
    assert (found.severity, other.severity) == ("low", "medium")
    assert "its mark says that it is of a test mode" in found.reasons


def test_the_name_of_something_is_no_secret_whatever_ends_it(judge: Judge) -> None:
    value = made(Random(4), 30, "0123456789abcdef")
    assert judge.find(f"token: billing-service-account-{value}\n", b"a.yaml") == []
    assert len(judge.find(f"token: billing-{value}\n", b"a.yaml")) == 1


def test_minified_code_is_only_noted(judge: Judge) -> None:
    value = made(Random(5))
    (minified,) = judge.find(f'x={{url:u,apiKey:"{value}",n:1}}\n', b"a.js")
    (written,) = judge.find(f'x = {{ url: u, apiKey: "{value}", n: 1 }}\n', b"a.js")
    assert (minified.severity, written.severity) == ("low", "medium")


@given(st.lists(st.sampled_from("!@#$%^&*?~<>|"), min_size=6, max_size=9, unique=True))
def test_many_signs_make_up_for_digits(signs: list[str]) -> None:
    random = Random(str(signs))
    letters = [random.choice("bcdfghjklmnpqrstvwxz") for _ in range(24 - len(signs))]
    value = "".join(random.sample([*letters, *signs], 24)).encode()
    literal = Literal(0, 24, b"api_key", quoted=True, within=False, loose=False)
    points = weigh(value, literal, b"a.py", user=False)
    assert any("many signs" in reason for _, reason in points)
    assert sum(number for number, _ in points) > ENOUGH


@pytest.mark.parametrize("seed", range(50))
def test_words_and_chance_are_told_apart(seed: int) -> None:
    random = Random(seed)
    assert surprise(made(random).encode()) > 6
    words = random.sample("access request session handler password default manager user".split(), 3)
    assert surprise("_".join(words).encode()) < 4.5


@given(st.binary(max_size=300))
def test_any_bytes_are_judged(value: bytes) -> None:
    literal = Literal(0, len(value), b"password", quoted=True, within=False, loose=False)
    if not ruled_out(value, b"password", b"a.py"):
        assert all(reason for _, reason in weigh(value, literal, b"a.py", user=False))


@given(st.binary(max_size=200))
def test_any_text_is_read(text: bytes) -> None:
    text = b"password" + text
    for kind in (CODE, CONFIG, PROSE):
        literal = assigned(text, 0, 8, kind)
        assert literal is None or 8 < literal.start < literal.end <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "$user = 'VERB'; $password = 'NOUN';",
        "user: 'VERB',\npassword: 'NOUN'",
        'login(username="VERB", password="NOUN")',
        'if user_name == "VERB" && password == "NOUN" {',
    ],
)
def test_the_name_of_a_user_beside_it_speaks_for_a_password(judge: Judge, text: str) -> None:
    text = text.replace("VERB", "mg1021").replace("NOUN", "good" + "spec")
    assert [one.detector for one in judge.find(text)] == ["generic.secret"]
    assert judge.find(text.replace("user", "pool")) == []
    assert judge.find(text, b"tests/test_login.py") == []


def test_the_header_of_a_token_is_none(judge: Judge) -> None:
    header = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode()
    assert judge.find(f'API_TOKEN = "{header}"') == []
    assert judge.find(f'API_TOKEN = "{header}."') == []


@pytest.mark.parametrize("seed", range(5))
def test_two_signs_of_equality_do_not_make_an_expression_of_it(judge: Judge, seed: int) -> None:
    value = made(Random(seed), 12) + "4==7" + made(Random(seed + 50), 14) + "90"
    assert len(judge.find(f'api_token = "{value}"')) == 1
    assert judge.find('api_token_check = "state==ready"') == []


def test_a_constant_named_after_its_value_is_none(judge: Judge) -> None:
    text = 'const TOKEN_ETRANSFER_POCZTOWY_XQ24 = "etransfer_pocztowy_xq24";'
    assert judge.find(text, b"a.js") == []
    assert len(judge.find(text.replace("TOKEN_ETRANSFER", "TOKEN_OF"), b"a.js")) == 1


def test_an_argument_after_a_password_is_not_named_by_it(judge: Judge) -> None:
    text = (
        "data: \"{{ 'x' | vault('another_vault_password', salt=(2**256 | random(seed=host))) }}\""
    )
    assert judge.find(text, b"filter.yml") == []


def test_in_a_long_line_the_nearest_name_counts(judge: Judge) -> None:
    value = made(Random(5), 28)
    line = '"padding":{"type":"structure"},' * 12
    named = f'{line}"gemini_api_secret":"{value}"'
    other = f'{line}"gemini_api_secret":{{}},"resultWrapper":"{value}"'
    assert [one.detector for one in judge.find(named)] == ["gemini.api-secret"]
    assert judge.find(other) == []
    escaped = f'{line}"gemini_api_secret {{\\n  default = {value}\\n}}"'
    assert [one.detector for one in judge.find(escaped)] == ["gemini.api-secret"]


def test_a_value_in_two_parts_needs_no_digit_in_the_longer_one(judge: Judge) -> None:
    token = f"{made(Random(3), 4)}7q".lower() + "." + "khislxqvlhxjsylp"
    (found,) = judge.find(f"bootstrapTokens:\n- token: {token}\n  ttl: 24h0m0s\n")
    assert found.detector == "kubernetes.bootstrap-token"


def test_words_of_context_inside_a_value_count_for_nothing(judge: Judge) -> None:
    value = made(Random(8), 20) + "aWs" + made(Random(9), 17)
    text = f'provider "some" {{\n  secret_key = "{value}"\n}}'
    assert [one.detector for one in judge.find(text)] == ["generic.secret"]


AMID = {
    "getsymbols_key": True,
    "getSymbolsKey": True,
    "GETSYMBOLS_KEY": False,  # of capitals alone it cannot be told
    "etsy_key": False,
    "ETSY_KEY": False,
    "myEtsyKey": False,
    "myetsy_key": False,
    "etsykey": False,
    "text\\netsykey": False,  # behind a line break in a string
}


@pytest.mark.parametrize(("name", "expected"), AMID.items())
def test_a_name_amid_other_letters_names_nobody(judge: Judge, name: str, *, expected: bool) -> None:
    place = name.lower().index("etsy")
    assert amid(name.encode(), place, place + 4) is expected
    record = next(one for one in judge.records if one.id == "etsy.api-key")
    found = judge.find(f'{name} = "{judge.generator.value(record)}"\n')
    assert ("etsy.api-key" in [one.detector for one in found]) is not expected


def test_words_joined_to_a_name_are_no_value(judge: Judge) -> None:
    """As compilers have them for their messages, beside whatever word."""
    name = "Unexpected_token_A_constructor_method_or_property_was_expected_1068"
    record = next(one for one in judge.records if one.id == "smooch.key-secret")
    for value, count in ((name, 0), (judge.generator.value(record), 1)):
        found = judge.find(f'# smooch\nkey_id = "app_{made(Random(4), 24)}"\nsecret: "{value}"\n')
        assert [one.detector for one in found].count("smooch.key-secret") == count


def test_the_role_of_the_file_counts() -> None:
    value = made(Random(7), 16).encode()
    literal = Literal(0, 16, b"api_token", quoted=True, within=False, loose=False)
    points = {
        path: sum(number for number, _ in weigh(value, literal, path, user=False))
        for path in (b"src/a.py", b"tests/test_a.py", b"web/a.min.js")
    }
    assert points[b"src/a.py"] > points[b"tests/test_a.py"] > points[b"web/a.min.js"]
    assert points[b"src/a.py"] > ENOUGH


ROLES = {
    b"src/app.py": "",
    b"package-lock.json": "generated or translated",
    b"web/app.min.js": "generated or translated",
    b"locale/de/messages.json": "translated",
    b"vendor/lib/a.go": "somebody else's",
    b"tests/test_app.py": "a test, an example or documentation",
    b"docs/guide.md": "a test, an example or documentation",
    b"apis/iam.examples.json": "a test, an example or documentation",
    b"internal/fuzz/corpus/a1": "a test, an example or documentation",
}


def test_roles() -> None:
    assert {path: part(path) for path in ROLES} == ROLES
    assert is_generated(b"a/yarn.lock")
    assert not is_generated(b"a/yarn.py")
    assert [kind_of(path) for path in (b"a.py", b".env.local", b"a.md", b"Makefile")] == [
        CODE, CONFIG, PROSE, CONFIG,
    ]  # fmt: skip


def test_explain_tells_what_a_finding_rests_on(repo: Repo) -> None:
    value = made(Random(1))
    repo.write("a.py", f'api_token = "{value}"\npassword = "sessionManager"\nx = 1\n')
    done = repo.run("keystop", "explain", "a.py:1")
    assert done.returncode == 0
    assert "generic.secret" in done.stdout
    assert "it blocks" in done.stdout
    assert "reads like random characters" in done.stdout
    assert value not in done.stdout
    dropped = repo.run("keystop", "explain", "a.py:2").stdout
    assert "nothing is found in this line" in dropped
    assert "it reads like words" in dropped
    nothing = repo.run("keystop", "explain", "a.py:3").stdout
    assert nothing == "a.py:3: nothing is found in this line.\n"


def test_explain_tells_why_words_and_names_count_for_nothing(repo: Repo, judge: Judge) -> None:
    etsy = next(one for one in judge.records if one.id == "etsy.api-key")
    repo.write("a.py", f'getsymbols_key = "{judge.generator.value(etsy)}"\n')
    said = repo.run("keystop", "explain", "a.py:1", check=True).stdout
    assert "etsy.api-key: 'etsy' is but a part of words there" in said
    name = "Unexpected_token_A_constructor_method_or_property_was_expected_1068"
    repo.write("b.py", f'smooch_secret = "{name}"\n')
    said = repo.run("keystop", "explain", "b.py:1", check=True).stdout
    assert "smooch.key-secret: the value reads like a name made of several words" in said


def test_explain_tells_of_an_allow_comment(repo: Repo) -> None:
    value = made(Random(2))
    repo.write("a.py", f'token = "{value}"  # keystop: allow[generic.secret] a dummy\n')
    assert "allowed" in repo.run("keystop", "explain", "a.py:1").stdout


def test_explain_takes_the_places_that_others_name(repo: Repo) -> None:
    value = made(Random(3))
    repo.write("a.py", f'api_token = "{value}"\nx = 1\n')
    repo.git("add", ".")
    repo.git("commit", "-qm", "first")
    for place in ("a.py:1:14", "HEAD:a.py:1", "HEAD:a.py:1:14"):
        said = repo.run("keystop", "explain", place, check=True).stdout
        assert said.startswith(f"{place}: Hard-coded secret (generic.secret)\n")
    repo.run("keystop", "respond", "a.py:1", check=True)
    (leak,) = json.loads(repo.run("keystop", "status", "--format", "json").stdout)["leaks"]
    (found,) = json.loads(repo.run("keystop", "scan", "--format", "json").stdout)["findings"]
    for name in (leak["id"], found["fingerprint"]):
        said = repo.run("keystop", "explain", name, check=True).stdout
        assert said.startswith("a.py:1:14: Hard-coded secret (generic.secret)\n")
    for place in ("a.py:2", "a.py:2:1", "HEAD:a.py:2"):
        refused = repo.run("keystop", "fix", place).stderr
        assert f"keystop explain {place} says why" in refused
        repo.run("keystop", "explain", place, check=True)


@pytest.mark.parametrize("folder", [".", "samples"])
def test_explain_goes_by_the_rules_of_the_repository(repo: Repo, folder: str) -> None:
    repo.write(".keystop.toml", '[[exclude]]\npath = "samples/**"\nreason = "made up"\n')
    repo.write("samples/a.py", f'api_token = "{made(Random(4))}"\n')
    place = os.path.relpath("samples/a.py:1", folder)
    said = repo.run("keystop", "explain", place, cwd=repo.path / folder, check=True).stdout
    assert "confidence low: left out: made up" in said


@pytest.mark.parametrize("place", ["a.py:", "a.py:9", "a.py:0", "no.py:1"])
def test_explain_of_no_place(repo: Repo, place: str) -> None:
    repo.write("a.py", "x = 1\n")
    done = repo.run("keystop", "explain", place)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["pw", "PW"])
def test_a_short_name_right_before_its_value_counts(judge: Judge, name: str) -> None:
    value = made(Random(9), 6) + "Gg!7"
    (found,) = judge.find(f"user master {name}:{value}\n", b"notes.conf")
    assert (found.detector, found.severity) == ("generic.secret", "medium")

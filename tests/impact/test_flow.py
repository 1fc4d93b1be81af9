"""How names are followed: common ones, the same one for another credential, chains of renames."""

from __future__ import annotations

import secrets

from tests.conftest import Repo, Twilio
from tests.impact.conftest import Asked, lines


def write(repo: Repo, files: dict[str, str]) -> None:
    """Staged files."""
    for name, text in files.items():
        repo.write(name, text)
    repo.git("add", ".")


def links(asked: Asked, place: str) -> dict[tuple[str, int], str]:
    """The confidence of every link, by path and line."""
    told = asked(place)
    return {
        (link["path"], link["line"]): link["confidence"]
        for service in (*told["services"], told["shared"])
        for link in service["links"]
    }


def test_a_common_name_is_followed_in_its_service_only(repo: Repo, asked: Asked) -> None:
    made = f"Tr0ub-{secrets.token_hex(6)}!x"
    uses = 'import os\n\nconnect(password=os.environ["DB_PASSWORD"])\npassword = ask()\n'
    write(repo, {
        "shop/go.mod": "", "shop/.env": f"DB_USER=shop\nDB_PASSWORD={made}\n",
        "shop/main.py": uses, "stock/go.mod": "", "stock/main.py": uses,
    })  # fmt: skip
    assert links(asked, "shop/.env:2") == {
        ("shop/.env", 2): "certain", ("shop/main.py", 3): "certain",
    }  # fmt: skip


def test_an_imported_name_is_followed_however_common(
    repo: Repo, twilio: Twilio, asked: Asked
) -> None:
    write(repo, {
        "go.mod": "", ".env": twilio.lines.replace(" ", ""),
        "conf.py": 'import os\n\nAUTH = os.environ["TWILIO_AUTH_TOKEN"]\n',
        "a.py": "from conf import AUTH\n\nclient = Client(sid, AUTH)\n",
        "b.py": "import conf\n\nclient = Client(sid, conf.AUTH)\n",
        "c.py": "AUTH = 1\nclient = Client(sid, AUTH)\n",
    })  # fmt: skip
    assert sorted(links(asked, ".env:2")) == [
        (".env", 2), ("a.py", 1), ("a.py", 3), ("b.py", 3), ("conf.py", 3),
    ]  # fmt: skip


def test_a_key_below_another_one_is_told_apart(repo: Repo, twilio: Twilio, asked: Asked) -> None:
    write(repo, {
        "go.mod": "",
        "config.yml": f"twilio:\n  sid: {twilio.sid}\n  auth_token: {twilio.token}\n"
        f"eu:\n  twilio:\n    auth_token: {secrets.token_hex(16)}\n",
        "main.py": "main = Client(sid, config.twilio.auth_token)\n"
        "eu = Client(sid, config.eu.twilio.auth_token)\n",
    })  # fmt: skip
    assert links(asked, "config.yml:3") == {
        ("config.yml", 3): "certain", ("main.py", 1): "certain",
    }  # fmt: skip


def test_a_service_with_a_value_of_its_own_is_left_out(
    repo: Repo, twilio: Twilio, asked: Asked
) -> None:
    uses = "const client = twilio(sid, process.env.TWILIO_AUTH_TOKEN);\n"
    write(repo, {
        "a/package.json": "{}", "a/.env": twilio.lines.replace(" ", ""), "a/index.js": uses,
        "b/package.json": "{}", "b/.env": f"TWILIO_AUTH_TOKEN={secrets.token_hex(16)}\n",
        "b/index.js": uses, "c/package.json": "{}", "c/index.js": uses,
        "d/package.json": "{}", "d/.env": "TWILIO_AUTH_TOKEN=changeme\n", "d/index.js": uses,
    })  # fmt: skip
    assert links(asked, "a/.env:2") == {
        ("a/.env", 2): "certain", ("a/index.js", 1): "certain",
        ("c/index.js", 1): "likely", ("d/index.js", 1): "likely",
    }  # fmt: skip


def test_a_chain_of_renames_is_followed_to_both_ends(
    repo: Repo, twilio: Twilio, asked: Asked
) -> None:
    write(repo, {
        "k8s/secret.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: sms}\n"
        f"stringData:\n  sid: {twilio.sid}\n  pass: {twilio.token}\n",
        "k8s/app.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app}\nspec:\n"
        "  containers:\n  - image: x/app\n    env:\n    - name: SMS_PASS\n      valueFrom:\n"
        "        secretKeyRef: {name: sms, key: pass}\n",
        "app/go.mod": "",
        "app/main.go": 'package main\n\nvar gateway = os.Getenv("SMS_PASS")\n'
        "var smsClient = NewClient(gateway)\n",
        ".gitlab-ci.yml": "deploy:\n  script:\n"
        '    - kubectl create secret generic sms --from-literal=pass="$GATEWAY_LOGIN"\n'
        "  variables:\n    GATEWAY_LOGIN: $COMPANY_SMS_LOGIN\n",
    })  # fmt: skip
    assert sorted(links(asked, "k8s/secret.yaml:6")) == [
        (".gitlab-ci.yml", 3), (".gitlab-ci.yml", 5), ("app/main.go", 3), ("app/main.go", 4),
        ("k8s/app.yaml", 8), ("k8s/secret.yaml", 6),
    ]  # fmt: skip
    assert asked("k8s/secret.yaml:6")["update"] == [
        "GitLab variable COMPANY_SMS_LOGIN", "k8s/secret.yaml:6 (pass)",
    ]  # fmt: skip


def test_tests_are_possible_and_what_they_set_is_nothing(
    repo: Repo, twilio: Twilio, asked: Asked
) -> None:
    write(repo, {
        ".env": twilio.lines.replace(" ", ""), "go.mod": "",
        "tests/test_live.py": 'token = os.environ["TWILIO_AUTH_TOKEN"]\n',
        "tests/test_unit.py": f'TWILIO_AUTH_TOKEN = "{secrets.token_hex(16)}"\n',
        "main.py": 'token = os.environ["TWILIO_AUTH_TOKEN"]\n',
    })  # fmt: skip
    assert links(asked, ".env:2") == {
        (".env", 2): "certain", ("main.py", 1): "certain", ("tests/test_live.py", 1): "possible",
    }  # fmt: skip


def test_lines_with_the_value_and_no_name_are_told(
    repo: Repo, twilio: Twilio, asked: Asked
) -> None:
    write(repo, {
        "settings.py": twilio.lines,
        "run.sh": f"curl -u {twilio.sid}:{twilio.token} https://api.twilio.com\n",
        "notes.md": f"\nThe token is {twilio.token}.\n",
        "call.py": f'client = Client("{twilio.sid}", "{twilio.token}")\n',
    })  # fmt: skip
    assert lines(asked("settings.py:2")) == {
        ("", path, number)
        for path, number in (("settings.py", 2), ("run.sh", 1), ("notes.md", 2), ("call.py", 1))
    }

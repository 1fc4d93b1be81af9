"""How names are followed: common ones, the same one for another credential, chains of renames."""

from __future__ import annotations

import secrets
from base64 import b64encode

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
    uses = (
        'import os\n\nconnect(password=os.environ["DB_PASSWORD"])\n'
        "def login(db_password):\n    connect(password=db_password)\n"
    )
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


def test_what_is_filled_for_a_stage_is_left_out_with_all_that_it_fills(
    repo: Repo, twilio: Twilio, asked: Asked
) -> None:
    def workflow(secret: str) -> str:
        return (
            f"jobs:\n  a:\n    env:\n      TWILIO_AUTH_TOKEN: ${{{{ secrets.{secret} }}}}\n"
            '    steps:\n    - run: ./deploy "$TWILIO_AUTH_TOKEN"\n'
        )

    write(repo, {
        ".env": twilio.lines.replace(" ", ""),
        ".github/workflows/live.yml": workflow("TWILIO"),
        ".github/workflows/try.yml": workflow("TWILIO_STAGING"),
    })  # fmt: skip
    told = asked(".env:2")
    assert lines(told) == {
        ("", ".env", 2),
        (".github/workflows/live.yml", ".github/workflows/live.yml", 4),
        (".github/workflows/live.yml", ".github/workflows/live.yml", 6),
    }
    assert told["update"] == ["GitHub secret TWILIO", ".env:2 (TWILIO_AUTH_TOKEN)"]
    repo.git("rm", "--quiet", "--cached", ".github/workflows/live.yml")
    assert lines(asked(".env:2")) == {("", ".env", 2)}


def test_another_value_right_in_a_compose_file(repo: Repo, twilio: Twilio, asked: Asked) -> None:
    write(repo, {
        ".env": twilio.lines.replace(" ", ""), "a/go.mod": "", "b/go.mod": "",
        "a/main.go": 'var a = os.Getenv("TWILIO_AUTH_TOKEN")\n',
        "b/main.go": 'var b = os.Getenv("TWILIO_AUTH_TOKEN")\n',
        "compose.yaml": "services:\n  a:\n    build: a\n    environment:\n"
        f"      TWILIO_AUTH_TOKEN: {secrets.token_hex(16)}\n  b:\n    build: b\n",
    })  # fmt: skip
    assert sorted(links(asked, ".env:2")) == [(".env", 2), ("b/main.go", 1)]


def test_a_text_with_the_value_in_it_does_not_lead_to_the_rest_of_it(
    repo: Repo, twilio: Twilio, asked: Asked
) -> None:
    write(repo, {
        ".env": f"{twilio.lines.replace(' ', '')}"
        "TWILIO_URL=https://$TWILIO_USER:$TWILIO_AUTH_TOKEN@api.twilio.com\n",
        "go.mod": "",
        "main.go": 'var a = os.Getenv("TWILIO_URL")\nvar b = os.Getenv("TWILIO_USER")\n',
    })  # fmt: skip
    assert sorted(links(asked, ".env:2")) == [(".env", 2), (".env", 3), ("main.go", 1)]


def test_credentials_of_jenkins_over_several_lines(
    repo: Repo, twilio: Twilio, asked: Asked
) -> None:
    write(repo, {
        ".env": twilio.lines.replace(" ", ""),
        "Jenkinsfile": "withCredentials([usernamePassword(\n  credentialsId: 'twilio-main',\n"
        "  usernameVariable: 'SID',\n  passwordVariable: 'TWILIO_AUTH_TOKEN')]) {\n"
        "  sh 'make deploy'\n}\n",
    })  # fmt: skip
    told = asked(".env:2")
    assert lines(told) == {
        ("", ".env", 2), ("Jenkinsfile", "Jenkinsfile", 2), ("Jenkinsfile", "Jenkinsfile", 4),
    }  # fmt: skip
    assert told["update"] == ["Jenkins secret twilio-main", ".env:2 (TWILIO_AUTH_TOKEN)"]


def test_a_workflow_that_is_called_has_no_secret_of_its_own(
    repo: Repo, twilio: Twilio, asked: Asked
) -> None:
    write(repo, {
        ".env": twilio.lines.replace(" ", ""),
        ".github/workflows/a.yml": "jobs:\n  a:\n    uses: ./.github/workflows/b.yml\n"
        "    secrets:\n      twilio-auth-token: ${{ secrets.TW_MAIN }}\n",
        ".github/workflows/b.yml": "jobs:\n  a:\n    steps:\n    - run: ./deploy\n      env:\n"
        "        TWILIO_AUTH_TOKEN: ${{ secrets.twilio-auth-token }}\n",
    })  # fmt: skip
    assert asked(".env:2")["update"] == [
        "GitHub secret TW_MAIN", ".env:2 (TWILIO_AUTH_TOKEN)",
    ]  # fmt: skip


def test_a_key_of_many_lines_and_its_name_are_told(repo: Repo, asked: Asked) -> None:
    """The words in the first line of a key are no reason to mask a name."""
    body = "\n".join(b64encode(secrets.token_bytes(48)).decode() for _ in range(12))
    key = f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"
    oneline = key.replace("\n", "\\n")
    write(repo, {
        "deploy.pem": key, "go.mod": "", ".env": f'DEPLOY_PRIVATE_KEY="{oneline}"\n',
        "main.go": 'var key = os.Getenv("DEPLOY_PRIVATE_KEY")\n',
    })  # fmt: skip
    told = asked("deploy.pem:1")
    assert told["names"] == ["DEPLOY_PRIVATE_KEY"]
    assert lines(told) == {(".", ".env", 1), (".", "deploy.pem", 1), (".", "main.go", 1)}

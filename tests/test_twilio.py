"""Twilio's credentials in every form in which people write them, and what only looks like one."""

from __future__ import annotations

import base64
import json
import re
import string
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from _pytest.mark import ParameterSet

from keystop.check import Judge
from keystop.finding import Finding
from keystop.records import Record
from keystop.respond import explain
from tests.conftest import HEX, Repo, Twilio

SPECS = Path(__file__).parents[2] / "shared" / "specs"
PLAYBOOK = Path(__file__).parent.parent / "docs/playbooks/twilio.md"
LETTERS = string.ascii_letters + string.digits


def base64_of(*parts: str) -> str:
    """Parts with colons between them, in base64."""
    return base64.b64encode(":".join(parts).encode()).decode()


def jwt(random: Random, header: dict[str, object], claims: dict[str, object]) -> str:
    """A token as libraries write it, with a signature of chance."""
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part, separators=(",", ":")).encode()).decode()
        for part in (header, claims)
    )
    return ".".join((head.rstrip("="), body.rstrip("="), signature(random)))


def signature(random: Random) -> str:
    """32 bytes of chance in base64url."""
    return base64.urlsafe_b64encode(random.randbytes(32)).decode().rstrip("=")


def client_token(random: Random) -> str:
    """An Access Token for clients; libraries order its header differently."""
    header: list[tuple[str, object]] = [
        ("typ", "JWT"), ("alg", "HS256"), ("cty", "twilio-fpa;v=1"), ("twr", "ie1"),
    ]  # fmt: skip
    random.shuffle(header)
    key, account = ("".join(random.choice(HEX) for _ in range(32)) for _ in range(2))
    claims: dict[str, object] = {
        "jti": f"SK{key}-1900000000",
        "iss": f"SK{key}",
        "sub": f"AC{account}",
        "exp": 1900003600,
        "grants": {"identity": "ann", "video": {}},
    }
    return jwt(random, dict(header), claims)


def account_token(random: Random, sid: str) -> str:
    """An OAuth access token."""
    claims: dict[str, object] = {
        "iss": "https://oauth.twilio.com",
        "exp": 1900003600,
        "act": {"sub": sid},
    }
    return jwt(random, {"alg": "RS256", "typ": "JWT", "kid": "k1"}, claims)


class Account:
    """A made-up account: what a template may name, and its value."""

    def __init__(self, random: Random) -> None:
        def digits(count: int) -> str:
            return "".join(random.choice(HEX) for _ in range(count))

        self.sid = "AC" + digits(32)
        self.token = digits(32)
        self.key = "SK" + digits(32)
        # as the detector wants it: letters of both cases and digits
        self.secret = "aZ5" + "".join(random.choice(LETTERS) for _ in range(29))
        self.client = "OQ" + digits(32)
        self.client_secret = "kQ7" + "".join(random.choice(LETTERS) for _ in range(45))

        self.client_token = client_token(random)
        self.account_token = account_token(random, self.sid)
        self.basic, self.basic_key = (
            base64_of(self.sid, self.token),
            base64_of(self.key, self.secret),
        )
        self.sid64, self.token64 = base64_of(self.sid), base64_of(self.token)
        self.key64, self.secret64 = base64_of(self.key), base64_of(self.secret)
        self.digits = digits(32)
        self.short = digits(24)
        self.long_digits = digits(40)

    def fill(self, template: str) -> str:
        """A template with its ${names} filled in."""
        return re.sub(r"\$\{([a-z0-9_]+)\}", lambda match: str(getattr(self, match[1])), template)


@pytest.fixture
def account(random: Random) -> Account:
    """A new made-up account for each test."""
    return Account(random)


@dataclass(frozen=True)
class Form:
    """A way to write a credential.

    secret is the template of what is to be marked. pair says that the other half is there.
    """

    name: str
    path: str
    text: str
    detector: str
    secret: str
    pair: bool = True


def token(name: str, path: str, text: str, *, pair: bool = True, secret: str = "${token}") -> Form:
    """A form with an Auth Token."""
    return Form(name, path, text, "twilio.auth-token", secret, pair)


def key(name: str, path: str, text: str, *, pair: bool = True, secret: str = "${secret}") -> Form:
    """A form with the secret of an API key."""
    return Form(name, path, text, "twilio.api-key-secret", secret, pair)


def escaped(text: str) -> str:
    """A text inside a JSON string, as in notebooks and Postman collections."""
    return json.dumps({"source": [text]}) + "\n"


SDK = [
    token(
        "python", "a.py", 'from twilio.rest import Client\nclient = Client("${sid}", "${token}")\n'
    ),
    token("python-keywords", "a.py", 'Client(username="${sid}", password="${token}")\n'),
    token(
        "python-lines",
        "a.py",
        'client = Client(\n    "${sid}",\n    "${token}",\n    region="ie1",\n)\n',
    ),
    token(
        "python-names",
        "a.py",
        "from twilio.rest import Client\n\naccount_sid = '${sid}'\nauth_token = '${token}'\n"
        "client = Client(account_sid, auth_token)\n",
    ),
    token(
        "python-token-alone",
        "a.py",
        'from twilio.rest import Client\n\nclient = Client(os.environ["SID"], "${token}")\n',
        pair=False,
    ),
    token(
        "python-validator",
        "a.py",
        "from twilio.request_validator import RequestValidator\n\n\n"
        'validator = RequestValidator("${token}")\n',
        pair=False,
    ),
    key(
        "python-key",
        "a.py",
        'from twilio.rest import Client\nclient = Client("${key}", "${secret}", "${sid}")\n',
    ),
    key(
        "python-access-token",
        "a.py",
        'token = AccessToken("${sid}", "${key}", "${secret}", identity="ann")\n',
    ),
    token("node", "a.js", "const client = require('twilio')('${sid}', '${token}');\n"),
    token(
        "node-import", "a.ts", 'const client = twilio("${sid}", "${token}", { region: "ie1" });\n'
    ),
    token(
        "node-token-alone",
        "a.js",
        "const client = require('twilio')(process.env.SID, '${token}');\n",
        pair=False,
    ),
    token(
        "node-webhook",
        "a.js",
        "const twilio = require('twilio');\napp.post('/', twilio.webhook('${token}'), reply);\n",
        pair=False,
    ),
    token(
        "node-validate",
        "a.js",
        "const twilio = require('twilio');\n"
        "twilio.validateRequest('${token}', signature, url, params);\n",
        pair=False,
    ),
    key("node-key", "a.js", "const c = twilio('${key}', '${secret}', { accountSid: '${sid}' });\n"),
    key(
        "node-access-token",
        "a.js",
        "const token = new AccessToken('${sid}', '${key}', '${secret}', { identity });\n",
    ),
    token("java", "A.java", 'Twilio.init("${sid}", "${token}");\n'),
    token(
        "java-constants",
        "A.java",
        'public static final String ACCOUNT_SID = "${sid}";\n'
        'public static final String AUTH_TOKEN = "${token}";\n',
    ),
    key("java-key", "A.java", 'Twilio.init("${key}", "${secret}", "${sid}");\n'),
    key(
        "java-access-token",
        "A.java",
        'new AccessToken.Builder("${sid}", "${key}", "${secret}".getBytes()).build();\n',
    ),
    token("kotlin", "A.kt", 'Twilio.init("${sid}", "${token}")\n'),
    token("csharp", "A.cs", 'TwilioClient.Init("${sid}", "${token}");\n'),
    token(
        "csharp-constants",
        "A.cs",
        'const string accountSid = "${sid}";\nconst string authToken = "${token}";\n',
    ),
    key("csharp-key", "A.cs", 'TwilioClient.Init("${key}", "${secret}", "${sid}");\n'),
    token("ruby", "a.rb", "client = Twilio::REST::Client.new('${sid}', '${token}')\n"),
    token(
        "ruby-configure",
        "config/initializers/twilio.rb",
        "Twilio.configure do |config|\n  config.account_sid = '${sid}'\n"
        "  config.auth_token = '${token}'\nend\n",
    ),
    key("ruby-key", "a.rb", "Twilio::REST::Client.new('${key}', '${secret}', '${sid}')\n"),
    token("php", "a.php", "<?php\n$twilio = new Client('${sid}', '${token}');\n"),
    token("php-names", "a.php", '<?php\n$sid = "${sid}";\n$token = "${token}";\n'),
    key("php-key", "a.php", "<?php\n$twilio = new Client('${key}', '${secret}', '${sid}');\n"),
    token(
        "go",
        "a.go",
        "client := twilio.NewRestClientWithParams(twilio.ClientParams{\n"
        '\tUsername: "${sid}",\n\tPassword: "${token}",\n})\n',
    ),
    key(
        "go-key",
        "a.go",
        "client := twilio.NewRestClientWithParams(twilio.ClientParams{\n"
        '\tUsername:   "${key}",\n\tPassword:   "${secret}",\n\tAccountSid: "${sid}",\n})\n',
    ),
    token("swift", "A.swift", 'let accountSID = "${sid}"\nlet authToken = "${token}"\n'),
    token(
        "elixir", "config.exs", 'config :ex_twilio, account_sid: "${sid}", auth_token: "${token}"\n'
    ),
]
FILES = [
    token("dotenv", ".env", "TWILIO_ACCOUNT_SID=${sid}\nTWILIO_AUTH_TOKEN=${token}\n"),
    token("dotenv-quoted", ".env", "TWILIO_ACCOUNT_SID='${sid}'\nTWILIO_AUTH_TOKEN='${token}'\n"),
    token("dotenv-export", ".envrc", 'export TWILIO_AUTH_TOKEN="${token}"\n', pair=False),
    token("dotenv-short-names", ".env", "TWILIO_SID=${sid}\nTWILIO_TOKEN=${token}\n"),
    token(
        "dotenv-test", ".env", "TWILIO_TEST_ACCOUNT_SID=${sid}\nTWILIO_TEST_AUTH_TOKEN=${token}\n"
    ),
    token("dotenv-no-newline", ".env", "TWILIO_AUTH_TOKEN=${token}", pair=False),
    token("dotenv-crlf", ".env", "TWILIO_ACCOUNT_SID=${sid}\r\nTWILIO_AUTH_TOKEN=${token}\r\n"),
    token("dotenv-far", ".env", "A_SID=${sid}\n" + "B=1\n" * 40 + "TWILIO_AUTH_TOKEN=${token}\n"),
    key("dotenv-key", ".env", "TWILIO_API_KEY=${key}\nTWILIO_API_SECRET=${secret}\n"),
    key("dotenv-key-sid", ".env", "TWILIO_API_KEY_SID=${key}\nTWILIO_API_KEY_SECRET=${secret}\n"),
    key("dotenv-secret-alone", ".env", "TWILIO_API_SECRET=${secret}\n", pair=False),
    key(
        "dotenv-secret-first",
        ".env",
        "TWILIO_API_KEY_SECRET=${secret}\nTWILIO_API_KEY=${key}\nTWILIO_ACCOUNT_SID=${sid}\n",
    ),
    token(
        "compose-list",
        "docker-compose.yml",
        "services:\n  web:\n    environment:\n      - TWILIO_ACCOUNT_SID=${sid}\n"
        "      - TWILIO_AUTH_TOKEN=${token}\n",
    ),
    token(
        "compose-map",
        "docker-compose.yml",
        "services:\n  web:\n    environment:\n      TWILIO_ACCOUNT_SID: ${sid}\n"
        "      TWILIO_AUTH_TOKEN: ${token}\n",
    ),
    token("dockerfile", "Dockerfile", "FROM alpine\nENV TWILIO_AUTH_TOKEN ${token}\n", pair=False),
    token("yaml", "application.yml", "twilio:\n  account-sid: ${sid}\n  auth-token: '${token}'\n"),
    key("yaml-key", "application.yml", "twilio:\n  api-key: ${key}\n  api-secret: ${secret}\n"),
    token("yaml-flow", "a.yml", "twilio: {sid: ${sid}, token: ${token}}\n"),
    token("json", "config.json", '{\n  "accountSid": "${sid}",\n  "authToken": "${token}"\n}\n'),
    token("json-one-line", "config.json", '{"twilio":{"sid":"${sid}","token":"${token}"}}'),
    key("json-key", "config.json", '{"twilio":{"apiKey":"${key}","apiSecret":"${secret}"}}'),
    token(
        "xml-strings",
        "app/src/main/res/values/strings.xml",
        '<resources>\n  <string name="twilio_account_sid">${sid}</string>\n'
        '  <string name="twilio_auth_token">${token}</string>\n</resources>\n',
    ),
    token(
        "xml-attributes",
        "Web.config",
        '<add key="TwilioAccountSid" value="${sid}" />\n'
        '<add key="TwilioAuthToken" value="${token}" />\n',
    ),
    token(
        "plist",
        "Info.plist",
        "<key>TwilioAccountSID</key>\n<string>${sid}</string>\n"
        "<key>TwilioAuthToken</key>\n<string>${token}</string>\n",
    ),
    key(
        "plist-key",
        "Info.plist",
        "<key>TwilioAPIKey</key>\n<string>${key}</string>\n"
        "<key>TwilioAPISecret</key>\n<string>${secret}</string>\n",
    ),
    token(
        "properties",
        "gradle.properties",
        "twilio.accountSid=${sid}\ntwilio.authToken=${token}\n",
    ),
    token("xcconfig", "Twilio.xcconfig", "TWILIO_SID = ${sid}\nTWILIO_AUTH_TOKEN = ${token}\n"),
    token(
        "buildconfig",
        "build.gradle",
        'buildConfigField "String", "TWILIO_AUTH_TOKEN", "\\"${token}\\""\n',
        pair=False,
    ),
    token("toml", "config.toml", '[twilio]\nsid = "${sid}"\ntoken = "${token}"\n'),
    token("ini", "config.ini", "[twilio]\nsid = ${sid}\ntoken = ${token}\n"),
    token(
        "terraform",
        "main.tf",
        'provider "twilio" {\n  username = "${sid}"\n  password = "${token}"\n}\n',
    ),
    key(
        "terraform-key",
        "main.tf",
        'provider "twilio" {\n  username = "${key}"\n  password = "${secret}"\n}\n',
    ),
    token(
        "terraform-variable",
        "variables.tf",
        'variable "twilio_auth_token" {\n  default = "${token}"\n}\n',
        pair=False,
    ),
    token(
        "terraform-attributes",
        "variables.tf",
        'variable "twilio_auth_token" {\n  description = "of the account"\n'
        '  type        = string\n  sensitive   = true\n  default     = "${token}"\n}\n',
        pair=False,
    ),
    token(
        "cloudformation",
        "stack.yaml",
        "Parameters:\n  TwilioAuthToken:\n    Type: String\n    NoEcho: true\n"
        "    Default: ${token}\n",
        pair=False,
    ),
    token(
        "arm",
        "azuredeploy.json",
        '{"parameters": {"twilioAuthToken": {\n  "type": "securestring",\n'
        '  "defaultValue": "${token}"\n}}}\n',
        pair=False,
    ),
    token(
        "parameter-store",
        "parameter.json",
        '{\n  "Name": "/prod/TWILIO_AUTH_TOKEN",\n  "Type": "String",\n  "Value": "${token}"\n}\n',
        pair=False,
    ),
    token(
        "action-input",
        "action.yml",
        "inputs:\n  twilio-auth-token:\n    description: of the account\n"
        "    required: true\n    default: ${token}\n",
        pair=False,
    ),
    token("tfvars", "x.tfvars", 'twilio_sid = "${sid}"\ntwilio_auth_token = "${token}"\n'),
    token(
        "workflow",
        ".github/workflows/ci.yml",
        "jobs:\n  test:\n    env:\n      TWILIO_ACCOUNT_SID: ${sid}\n"
        "      TWILIO_AUTH_TOKEN: ${token}\n",
    ),
    token(
        "rails",
        "config/secrets.yml",
        "production:\n  twilio_account_sid: ${sid}\n  twilio_auth_token: ${token}\n",
    ),
    token(
        "laravel",
        "config/services.php",
        "<?php\nreturn ['twilio' => [\n    'sid' => env('TWILIO_SID', '${sid}'),\n"
        "    'token' => env('TWILIO_AUTH_TOKEN', '${token}'),\n]];\n",
    ),
    token(
        "django", "settings.py", "TWILIO_ACCOUNT_SID = '${sid}'\nTWILIO_AUTH_TOKEN = '${token}'\n"
    ),
    token(
        "python-default",
        "settings.py",
        'TWILIO_AUTH_TOKEN = os.environ.get("TWILIO_AUTH_TOKEN", "${token}")\n',
        pair=False,
    ),
    token(
        "node-default",
        "a.js",
        "const authToken = process.env.TWILIO_AUTH_TOKEN || '${token}';\n",
        pair=False,
    ),
    token("csv", "keys.csv", "name,sid,token\ntwilio,${sid},${token}\n"),
    token("markdown", "README.md", "Twilio: SID `${sid}`, auth token `${token}`.\n"),
    token("comment", "a.py", "# twilio = Client('${sid}', '${token}')\n"),
]
REQUESTS = [
    token(
        "curl",
        "run.sh",
        "curl -X POST https://api.twilio.com/2010-04-01/Accounts/$SID/Messages.json \\\n"
        "  -d Body=hi \\\n  -u ${sid}:${token}\n",
    ),
    token(
        "curl-quoted",
        "run.sh",
        'curl https://api.twilio.com/2010-04-01/Accounts.json --user "${sid}:${token}"\n',
    ),
    token(
        "curl-variable-sid",
        "run.sh",
        "curl https://api.twilio.com/2010-04-01/Accounts.json -u $TWILIO_ACCOUNT_SID:${token}\n",
        pair=False,
    ),
    token(
        "curl-sid-in-url",
        "run.sh",
        "curl 'https://api.twilio.com/2010-04-01/Accounts/${sid}/Messages.json' -X POST \\\n"
        "-u ${sid}:${token}\n",
    ),
    key("curl-key", "run.sh", "curl https://verify.twilio.com/v2/Services -u ${key}:${secret}\n"),
    token(
        "url", "a.py", 'URL = "https://${sid}:${token}@api.twilio.com/2010-04-01/Accounts.json"\n'
    ),
    token(
        "url-with-sid",
        "a.py",
        'URL = "https://${sid}:${token}@api.twilio.com/2010-04-01/Accounts/${sid}/Calls.json"\n',
    ),
    key("url-key", "a.py", 'URL = "https://${key}:${secret}@verify.twilio.com/v2/Services"\n'),
    token(
        "basic-header",
        "a.http",
        "GET https://api.twilio.com/2010-04-01/Accounts.json\nAuthorization: Basic ${basic}\n",
        secret="${basic}",
    ),
    key(
        "basic-header-key",
        "a.http",
        "GET https://verify.twilio.com/v2/Services\nAuthorization: Basic ${basic_key}\n",
        secret="${basic_key}",
    ),
    token(
        "kubernetes-secret",
        "secret.yaml",
        "apiVersion: v1\nkind: Secret\ndata:\n  TWILIO_ACCOUNT_SID: ${sid64}\n"
        "  TWILIO_AUTH_TOKEN: ${token64}\n",
        secret="${token64}",
    ),
    key(
        "kubernetes-secret-key",
        "secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: twilio\ndata:\n"
        "  api-key: ${key64}\n  api-secret: ${secret64}\n",
        secret="${secret64}",
    ),
    key(
        "cli-profile",
        ".twilio-cli/config.json",
        '{\n  "activeProfile": "main",\n  "profiles": {\n    "main": {\n'
        '      "accountSid": "${sid}",\n      "region": "us1",\n      "apiKey": "${key}",\n'
        '      "apiSecret": "${secret}"\n    }\n  }\n}\n',
    ),
    token(
        "postman",
        "twilio.postman_collection.json",
        '{"auth": {"type": "basic", "basic": [\n'
        '  {"key": "username", "value": "${sid}", "type": "string"},\n'
        '  {"key": "password", "value": "${token}", "type": "string"}\n]}}\n',
    ),
    token(
        "notebook",
        "sms.ipynb",
        escaped('client = Client("${sid}", "${token}")\n'),
    ),
    token(
        "notebook-names",
        "sms.ipynb",
        escaped('account_sid = "${sid}"\nauth_token = "${token}"\n'),
    ),
    key(
        "notebook-key",
        "sms.ipynb",
        escaped('client = Client("${key}", "${secret}", "${sid}")\n'),
    ),
]


def cases(table: list[Form]) -> list[ParameterSet]:
    """The parameters of a test, with the forms' spoken names."""
    return [pytest.param(form, id=form.name) for form in table]


def blocking(found: list[Finding]) -> list[Finding]:
    """What stops a commit."""
    return [finding for finding in found if finding.blocks("medium")]


def marked(text: str, finding: Finding) -> str:
    """What a finding marks."""
    assert finding.line == finding.end_line
    return text.split("\n")[finding.line - 1][finding.column - 1 : finding.end_column - 1]


@pytest.mark.parametrize("form", cases([*SDK, *FILES, *REQUESTS]))
def test_each_form_is_one_finding(form: Form, judge: Judge, account: Account) -> None:
    text = account.fill(form.text)
    found = blocking(judge.find(text, form.path.encode()))
    assert [(finding.detector, marked(text, finding)) for finding in found] == [
        (form.detector, account.fill(form.secret))
    ]
    assert (found[0].partner is not None) == form.pair


OTHERS = [
    ("access-token-env", "access-token", "TWILIO_ACCESS_TOKEN=${client_token}\n"),
    ("access-token-js", "access-token", 'const device = new Device("${client_token}");\n'),
    ("access-token-json", "access-token", '{"identity":"ann","token":"${client_token}"}'),
    ("oauth-token-env", "account-token", "TWILIO_OAUTH_TOKEN=${account_token}\n"),
    ("oauth-token-header", "account-token", "Authorization: Bearer ${account_token}\n"),
    (
        "oauth-answer",
        "account-token",
        '{"access_token": "${account_token}", "token_type": "Bearer", "expires_in": 3600}\n',
    ),
    (
        "oauth-app-env",
        "oauth-client-secret",
        "TWILIO_CLIENT_ID=${client}\nTWILIO_CLIENT_SECRET=${client_secret}\n",
    ),
    (
        "oauth-app-yaml",
        "oauth-client-secret",
        "twilio:\n  client-id: ${client}\n  client-secret: ${client_secret}\n",
    ),
    (
        "oauth-app-curl",
        "oauth-client-secret",
        "curl https://oauth.twilio.com/v2/token \\\n"
        "  --data-urlencode 'client_id=${client}' \\\n"
        "  --data-urlencode 'client_secret=${client_secret}'\n",
    ),
    ("key-sid-alone", "api-key", "TWILIO_API_KEY=${key}\n"),
]


@pytest.mark.parametrize(("name", "detector", "text"), OTHERS, ids=[name for name, _, _ in OTHERS])
def test_the_other_kinds(
    name: str, detector: str, text: str, judge: Judge, account: Account
) -> None:
    found = blocking(judge.find(account.fill(text), f"{name}.txt".encode()))
    assert [finding.detector for finding in found] == [f"twilio.{detector}"]
    assert (found[0].partner is not None) == (detector == "oauth-client-secret")


# Two letters and 32 digits that name something, with the thing they name. Not all there are: see
# the two tests below.
IDENTIFIERS = (
    "AD AE AL AP BS BU BY CA CF CH CL CN CR CT DF DG DI EV EX FF FN FO FT FW GA GO HA HH HX IM IS "
    "IT IX JS KC KP KS LY MB MG MM MZ NO OR PK PN PV QU RA RD RE RL RM RN SC SD SI SM SQ TR UC UD "
    "US UT VA VE VL WA WF WK WQ WS WT WW XA XE XR YC YE YF YW ZE ZF ZH ZN ZS"
).split()


def lines(prefixes: list[str], account: Account) -> str:
    """Each prefix as an identifier, in several ways, in a file that is about Twilio."""
    return "from twilio.rest import Client\n" + "".join(
        f'{prefix.lower()}_sid = "{prefix}{account.digits}"\n'
        f"TWILIO_SERVICE_SID={prefix}{account.digits}\n"
        f'{{"sid": "{prefix}{account.digits}", "uri": "/v1/Things/{prefix}{account.digits}"}}\n'
        for prefix in prefixes
    )


def test_every_other_identifier_is_quiet(judge: Judge, account: Account) -> None:
    letters = string.ascii_uppercase
    pairs = [a + b for a in letters for b in letters if a + b not in ("AC", "SK", "OQ")]
    assert set(IDENTIFIERS) < set(pairs)
    assert judge.find(lines(pairs, account), b"settings.py") == []


def test_identifiers_beside_an_account_are_quiet(judge: Judge, account: Account) -> None:
    text = lines(list(IDENTIFIERS), account)
    text = text.replace("TWILIO_SERVICE", f'accountSid = "{account.sid}"\nTWILIO_SERVICE')
    assert {finding.detector for finding in judge.find(text, b"settings.py")} == {
        "twilio.account-sid"
    }
    assert blocking(judge.find(text, b"settings.py")) == []


def test_identifiers_of_the_api_description_are_quiet(judge: Judge, account: Account) -> None:
    """Reads Twilio's own specifications, where this machine has them."""
    specs = sorted(SPECS.glob("twilio_*.json"))
    if not specs:
        pytest.skip(f"{SPECS} is not here")
    prefixes = {
        prefix
        for spec in specs
        for prefix in re.findall(r'"\^([A-Z]{2})\[0-9a-fA-F\]\{32\}', spec.read_text("utf-8"))
    }
    assert {"AC", "SK", "OQ"} < prefixes
    others = sorted(prefixes - {"AC", "SK", "OQ"})
    assert len(others) > 40
    assert judge.find(lines(others, account), b"settings.py") == []


QUIET = [
    ("docs-placeholders", "AC" + "x" * 32 + "\nSK" + "x" * 32 + "\nOQ" + "x" * 32 + "\n"),
    ("docs-capitals", 'Client("AC' + "X" * 32 + '", "your_auth_token")\n'),
    ("docs-env", "TWILIO_ACCOUNT_SID=AC" + "x" * 32 + "\nTWILIO_AUTH_TOKEN=your_auth_token\n"),
    ("zeros", "TWILIO_ACCOUNT_SID=AC" + "0" * 32 + "\nTWILIO_AUTH_TOKEN=" + "0" * 32 + "\n"),
    ("counted", "TWILIO_AUTH_TOKEN=" + "0123456789abcdef" * 2 + "\n"),
    ("left-out", "TWILIO_AUTH_TOKEN=\nTWILIO_API_SECRET=...\n"),
    ("python", 'Client(os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"])\n'),
    ("python-getenv", 'auth_token = os.getenv("TWILIO_AUTH_TOKEN")\n'),
    ("node", "twilio(process.env.TWILIO_ACCOUNT_SID, process.env.TWILIO_AUTH_TOKEN);\n"),
    ("java", 'Twilio.init(System.getenv("SID"), System.getenv("TWILIO_AUTH_TOKEN"));\n'),
    ("csharp", 'TwilioClient.Init(sid, Environment.GetEnvironmentVariable("TOKEN"));\n'),
    ("ruby", "Twilio::REST::Client.new(ENV.fetch('SID'), ENV.fetch('TWILIO_AUTH_TOKEN'))\n"),
    ("php", "new Client(getenv('TWILIO_SID'), getenv('TWILIO_AUTH_TOKEN'));\n"),
    ("go", 'twilio.ClientParams{Password: os.Getenv("TWILIO_AUTH_TOKEN")}\n'),
    ("laravel", "'token' => env('TWILIO_AUTH_TOKEN'),\n"),
    ("django", 'TWILIO_AUTH_TOKEN = config("TWILIO_AUTH_TOKEN", default="")\n'),
    ("shell", 'curl -u "$TWILIO_API_KEY:$TWILIO_API_SECRET" https://api.twilio.com\n'),
    ("compose", "TWILIO_AUTH_TOKEN: ${TWILIO_AUTH_TOKEN:?missing}\n"),
    ("workflow", "TWILIO_AUTH_TOKEN: ${{ secrets.TWILIO_AUTH_TOKEN }}\n"),
    (
        "terraform-other-variable",
        'variable "twilio_auth_token" {\n  type = string\n}\n'
        'variable "digest" {\n  default = "${digits}"\n}\n',
    ),
    ("ansible", "twilio_auth_token: '{{ vault_twilio_auth_token }}'\n"),
    ("terraform", 'password = data.vault_generic_secret.twilio.data["auth_token"]\n'),
    ("spring", "twilio.auth-token=${TWILIO_AUTH_TOKEN}\n"),
    ("cloudformation", "Token: '{{resolve:secretsmanager:twilio:SecretString:token}}'\n"),
    ("md5-of-library", "twilio-9.13.0.tar.gz md5: ${digits}\n"),
    ("md5-in-url", "https://files/twilio-9.13.0.tar.gz#md5=${digits}\n"),
    ("content-hash", '{"dependencies": {"twilio": "^6"}, "contentHash": "${digits}"}\n'),
    ("cache-key", 'from twilio.rest import Client\n\ncache_key = "${digits}"\n'),
    ("author", "import twilio\n# author: ${digits}\n"),
    ("notebook-cell", '{"id": "${digits}", "source": ["from twilio.rest import Client"]}\n'),
    ("sha1-of-library", '  resolved "https://r/twilio-6.2.0.tgz#${long_digits}"\n'),
    ("small-letters", "etag: ac${digits}\nkey: sk${digits}\n"),
    ("within-a-word", "id = MAC${digits}\nid = DESK${digits}\n"),
    ("too-long", "id = AC${digits}0\nid = SK${digits}0\n"),
    ("signature", "X-Twilio-Signature: RSOYDt4T1cUTdK1PDd93/VVr8B8=\n"),
    ("webhook-page", "Twilio signs its requests with the primary Auth Token.\n"),
]


@pytest.mark.parametrize(("name", "text"), QUIET, ids=[name for name, _ in QUIET])
def test_what_is_no_secret_is_quiet(name: str, text: str, judge: Judge, account: Account) -> None:
    assert judge.find(account.fill(text), f"{name}.env".encode()) == []


def test_the_address_of_a_stored_secret_is_quiet(judge: Judge) -> None:
    stored = "arn:aws:secretsmanager:us-east-1:111122223333:secret:twilio"
    assert judge.find(f"TWILIO_SECRET_ARN={stored}\n") == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('account_sid = "${sid}"\netag = "${digits}"\n', id="etag"),
        pytest.param('{"account_sid": "${sid}", "signature_hash": "${digits}"}\n', id="hash"),
        pytest.param("TWILIO_ACCOUNT_SID=${sid}\nTRACE_ID=${digits}\n", id="trace"),
    ],
)
def test_digits_with_another_name_beside_a_sid_are_quiet(
    text: str, judge: Judge, account: Account
) -> None:
    assert blocking(judge.find(account.fill(text), b"a.py")) == []


@pytest.mark.parametrize(
    ("text", "detector"),
    [
        ("STRIPE_KEY=sk_live_${short}\n", "stripe"),
        ("STRIPE_KEY=pk_live_${short}\n", "stripe"),
        ("OPENAI_API_KEY=sk-${secret}\n", "openai"),
        ("TWILIO_AUTH_TOKEN=${long_digits}\n", "generic"),
    ],
    ids=["stripe", "stripe-public", "openai", "forty-digits"],
)
def test_keys_of_others_are_not_called_twilios(
    text: str, detector: str, judge: Judge, account: Account
) -> None:
    found = {finding.detector.split(".")[0] for finding in judge.find(account.fill(text))}
    assert found <= {detector, "generic"}


def test_an_account_sid_alone_is_only_noted(judge: Judge, account: Account) -> None:
    found = judge.find(f"TWILIO_ACCOUNT_SID={account.sid}\n")
    assert [(finding.detector, finding.severity) for finding in found] == [
        ("twilio.account-sid", "low")
    ]


def test_all_of_an_account_in_one_file(judge: Judge, account: Account) -> None:
    """Both pairs, each named once and with its own other half."""
    text = account.fill(
        "TWILIO_ACCOUNT_SID=${sid}\nTWILIO_AUTH_TOKEN=${token}\n"
        "TWILIO_API_KEY=${key}\nTWILIO_API_SECRET=${secret}\n"
    )
    found = [
        (finding.detector, marked(text, finding), finding.partner and finding.partner.line)
        for finding in judge.find(text, b".env")
    ]
    assert found == [
        ("twilio.auth-token", account.token, 1),
        ("twilio.api-key-secret", account.secret, 3),
    ]


@dataclass(frozen=True)
class Half:
    """What a file held before, what a commit adds to its end, and what the hook says."""

    name: str
    before: str
    added: str
    said: str


FILLER = "".join(f"SETTING_{number} = {number}\n" for number in range(60))
HALVES = [
    Half(
        "token-added",
        'SID = "${sid}"\n' + FILLER,
        'AUTH_TOKEN = "${token}"\n',
        "62:15  critical  Twilio Auth Token, with the Twilio Account SID of line 1",
    ),
    Half(
        "sid-added",
        'TWILIO_AUTH_TOKEN = "${token}"\n' + FILLER,
        'SID = "${sid}"\n',
        "62:8  critical  Twilio Account SID, with the Twilio Auth Token of line 1",
    ),
    Half(
        "secret-added",
        'KEY = "${key}"\n' + FILLER,
        'API_SECRET = "${secret}"\n',
        "62:15  critical  Twilio API key secret, with the Twilio API key SID of line 1",
    ),
    Half(
        "key-added",
        'TWILIO_API_SECRET = "${secret}"\n' + FILLER,
        'KEY = "${key}"\n',
        "62:8  critical  Twilio API key SID, with the Twilio API key secret of line 1",
    ),
    Half(
        "client-secret-added",
        'CLIENT_ID = "${client}"\n' + FILLER,
        'CLIENT_SECRET = "${client_secret}"\n',
        "62:18  critical  Twilio OAuth client secret, with the Twilio OAuth client id of line 1",
    ),
    Half(
        "token-added-to-a-file-about-twilio",
        "from twilio.rest import Client\n" + FILLER,
        'AUTH_TOKEN = "${token}"\n',
        "62:15  critical  Twilio Auth Token\n",
    ),
]


@pytest.mark.parametrize("half", HALVES, ids=lambda half: half.name)
def test_the_other_half_is_found_in_unchanged_lines(
    half: Half, repo: Repo, account: Account
) -> None:
    before, added = account.fill(half.before), account.fill(half.added)
    repo.write("settings.py", before)
    repo.git("add", ".")
    repo.git("commit", "--quiet", "-m", "before keystop")
    repo.hook()
    repo.write("settings.py", before + added)
    repo.git("add", ".")
    blocked = repo.run("git", "commit", "-m", "leak")
    output = blocked.stdout + blocked.stderr
    assert blocked.returncode == 1
    assert f"settings.py:{half.said}" in output
    assert "keystop: 1 secret found" in output
    for value in (account.token, account.secret, account.client_secret):
        assert value not in output
    assert repo.git("log", "--format=%s") == "before keystop\n"


def test_a_token_without_a_name_is_found_beside_an_unchanged_sid(
    repo: Repo, account: Account
) -> None:
    before = f'client = Client(\n    "{account.sid}",\n    old,\n)\n'
    repo.write("settings.py", before)
    repo.git("add", ".")
    repo.git("commit", "--quiet", "-m", "before keystop")
    repo.hook()
    repo.write("settings.py", before.replace("old", f'"{account.token}"'))
    repo.git("add", ".")
    assert repo.run("git", "commit", "-m", "leak").returncode == 1


def test_a_sid_added_alone_is_committed(repo: Repo, account: Account) -> None:
    repo.hook()
    repo.write("settings.py", FILLER + f'SID = "{account.sid}"\n')
    repo.git("add", ".")
    done = repo.run("git", "commit", "-m", "no secret")
    assert done.returncode == 0


KINDS = [
    "account-sid",
    "auth-token",
    "api-key",
    "api-key-secret",
    "access-token",
    "account-token",
    "oauth-client-id",
    "oauth-client-secret",
]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_says_what_to_do(kind: str, records: dict[str, Record]) -> None:
    record = records[f"twilio.{kind}"]
    assert record.response.used_for
    assert record.response.revoke
    assert record.response.links
    assert max(map(len, explain.lines(record))) <= 100


def test_the_kinds_are_all(records: dict[str, Record]) -> None:
    assert {name for name in records if name.startswith("twilio.")} == {
        f"twilio.{kind}" for kind in KINDS
    }


def test_the_playbook_page_is_right(records: dict[str, Record], judge: Judge) -> None:
    """It holds no secrets, its Python compiles, and the commands and kinds it names exist."""
    page = PLAYBOOK.read_text(encoding="utf-8")
    assert judge.find(page, b"docs/playbooks/twilio.md") == []
    for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        compile(block, "twilio.md", "exec")
    named = re.findall(r"`keystop explain ([a-z.-]+)`", page)
    assert named
    assert set(named) <= set(records)
    known = {link for kind in KINDS for link in records[f"twilio.{kind}"].response.links}
    assert known <= set(re.findall(r"<(https://[^>]+)>", page))


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(
            "PROD_TWILIO_ACCOUNT_SID={0}\nPROD_TWILIO_AUTH_TOKEN={1}\n"
            "TEST_TWILIO_ACCOUNT_SID={2}\nTEST_TWILIO_AUTH_TOKEN={3}\n",
            id="identifier first",
        ),
        pytest.param(
            "PROD_TWILIO_AUTH_TOKEN={1}\nPROD_TWILIO_ACCOUNT_SID={0}\n"
            "TEST_TWILIO_AUTH_TOKEN={3}\nTEST_TWILIO_ACCOUNT_SID={2}\n",
            id="secret first",
        ),
        pytest.param(
            "TWILIO_SID={0}\nTWILIO_AUTH_TOKEN={1}\n\nTWILIO_SID={2}\nTWILIO_AUTH_TOKEN={3}\n",
            id="blocks",
        ),
        pytest.param(
            'client = Client("{0}", "{1}")  # twilio\nother = Client("{2}", "{3}")  # twilio\n',
            id="calls",
        ),
    ],
)
def test_of_two_accounts_each_has_its_own_half(lines: str, judge: Judge, random: Random) -> None:
    one, two = Twilio(random), Twilio(random)
    text = lines.format(one.sid, one.token, two.sid, two.token)
    places = {value: text[: text.index(value)].count("\n") + 1 for value in (one.sid, two.sid)}
    found = [one for one in judge.find(text, b".env") if one.detector == "twilio.auth-token"]
    assert [half.partner and half.partner.line for half in found] == [
        places[one.sid], places[two.sid],
    ]  # fmt: skip

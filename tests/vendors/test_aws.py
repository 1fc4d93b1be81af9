"""AWS access keys and Secrets Manager, against moto's server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest
from moto.server import ThreadedMotoServer

from keystop.vendors.aws_calls import Aws
from keystop.vendors.settings_file import SettingsFile
from tests.vendors.served import Answer, Server
from tests.vendors.served import Request as Asked
from tests.vendors.world import World, shows

KEY, SECRET = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"
ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """A server's address."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


class Cloud:
    """An account with an administrator, who acts, and a user whose key has leaked."""

    def __init__(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self._url = url
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        monkeypatch.setenv(KEY, "setting-up")
        monkeypatch.setenv(SECRET, "setting-up")
        self._post("reset", b"")
        self._post("reset-auth", b"1000")
        iam = boto3.session.Session().client("iam")
        self.admin = self._user(iam, "admin")
        self.old = self._user(iam, "app")
        monkeypatch.setenv(KEY, self.admin["AccessKeyId"])
        monkeypatch.setenv(SECRET, self.admin["SecretAccessKey"])
        self._post("reset-auth", b"0")
        self.iam = boto3.session.Session().client("iam")

    def _user(self, iam: Any, name: str) -> dict[str, str]:
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=json.dumps(ALL))
        key: dict[str, str] = iam.create_access_key(UserName=name)["AccessKey"]
        return key

    def _post(self, what: str, body: bytes) -> None:
        plain = {"Content-Type": "text/plain"}
        with urlopen(Request(f"{self._url}/moto-api/{what}", body, plain, method="POST")):
            pass

    def keys(self) -> dict[str, str]:
        """The user's keys, with their states."""
        rows = self.iam.list_access_keys(UserName="app")["AccessKeyMetadata"]
        return {row["AccessKeyId"]: row["Status"] for row in rows}


@pytest.fixture
def cloud(moto: str, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """A new account."""
    return Cloud(moto, monkeypatch)


def test_a_key_is_rotated(world: World, cloud: Cloud) -> None:
    """Made, deployed, the old one switched off, then deleted: it stops before each end."""
    old = cloud.old["AccessKeyId"]
    leak = f"{old}:{cloud.old['SecretAccessKey']}\n"
    path = world.repo.path / "aws.env"
    command = ("aws", "rotate", "-", "--store", "env:aws.env", "--yes")
    first = world.run(*command, "--apply", stdin=leak)
    assert first.status == 1, first
    stored = SettingsFile(str(path)).read()
    assert cloud.keys() == {old: "Active", stored[KEY]: "Active"}
    second = world.run(*command, "--resume", stdin=leak)
    assert second.status == 1, second
    assert cloud.keys() == {old: "Inactive", stored[KEY]: "Active"}
    third = world.run(*command, "--resume", stdin=leak)
    assert third.status == 0, third
    assert cloud.keys() == {stored[KEY]: "Active"}
    for secret in (cloud.old["SecretAccessKey"], stored[SECRET]):
        assert not shows(world.said, secret)
        assert not shows(world.written(but=[path]), secret)


def test_what_was_made_and_not_stored_is_deleted(
    world: World, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS gives keys no names: it is the one that was not there before."""
    command = ("aws", "rotate", cloud.old["AccessKeyId"], "--store", "env:aws.env", "--apply")

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(SettingsFile, "write", die)
        assert world.run(*command).status == 130
    assert len(cloud.keys()) == 2
    done = world.run(*command)
    assert done.status == 1, done
    assert "which an interrupted run had made and not stored" in done.out
    stored = SettingsFile("aws.env").read()[KEY]
    assert set(cloud.keys()) == {cloud.old["AccessKeyId"], stored}


@pytest.mark.parametrize("last", ["create_access_key", "update_access_key", "delete_access_key"])
def test_a_rotation_goes_on_where_it_was_interrupted(
    world: World, cloud: Cloud, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    """Right after AWS has done what was asked."""
    real = Aws.call
    left = [last]

    def call(aws: Aws, service: str, operation: str, **parameters: object) -> dict[str, Any]:
        answer = real(aws, service, operation, **parameters)
        if operation in left:
            left.remove(operation)
            raise KeyboardInterrupt
        return answer

    monkeypatch.setattr(Aws, "call", call)
    command = ("aws", "rotate", cloud.old["AccessKeyId"], "--store", "env:aws.env", "--apply")
    statuses = [world.run(*command).status for _ in range(4)]
    assert statuses.count(130) == 1
    assert statuses[-1] == 0, world.said
    assert cloud.keys() == {SettingsFile("aws.env").read()[KEY]: "Active"}


def test_a_key_is_revoked(world: World, cloud: Cloud) -> None:
    plan = world.run("aws", "revoke", cloud.old["AccessKeyId"])
    assert (plan.status, len(cloud.keys())) == (1, 1)
    done = world.run("aws", "revoke", cloud.old["AccessKeyId"], "--apply", "--yes")
    assert done.status == 0, done
    assert cloud.keys() == {}


def test_no_one_ends_the_login_that_acts(world: World, cloud: Cloud) -> None:
    done = world.run("aws", "revoke", cloud.admin["AccessKeyId"], "--apply", "--yes")
    assert (done.status, "itself, which is to die" in done.err) == (3, True)


def test_a_third_key_is_not_to_be_had(world: World, cloud: Cloud) -> None:
    cloud.iam.create_access_key(UserName="app")
    command = ("aws", "rotate", cloud.old["AccessKeyId"], "--store", "env:aws.env", "--apply")
    done = world.run(*command)
    assert (done.status, "has two keys already" in done.err) == (3, True), done
    assert len(cloud.keys()) == 2


def test_when_a_key_was_used(world: World, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """moto has no history of events; this one is CloudTrail's, in its form."""
    event = {"sourceIPAddress": "203.0.113.9"}

    def trail(asked: Asked) -> Answer:
        if "cloudtrail" not in asked.headers.get("X-Amz-Target", "").lower():
            return Answer(400, {"__type": "Unknown"})
        wanted = json.loads(asked.body)["LookupAttributes"][0]["AttributeValue"]
        assert wanted == cloud.old["AccessKeyId"]
        page = {"EventName": "ListBuckets", "CloudTrailEvent": json.dumps(event)}
        return Answer(200, {"Events": [page] * 3})

    server = Server(trail, lambda status: Answer(status, {}))
    with server.running():
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDTRAIL", server.local("https://x")[:-2])
        done = world.run("aws", "investigate", cloud.old["AccessKeyId"], "--format", "json",
                         "--since", "2026-11-01")  # fmt: skip
    assert done.status == 1, done
    assert json.loads(done.out) == {
        "schema": 1, "key": cloud.old["AccessKeyId"], "user": "app", "since": "2026-11-01",
        "last_used": None, "service": "N/A",
        "calls": [{"address": "203.0.113.9", "event": "ListBuckets", "count": 3}],
    }  # fmt: skip


def test_a_secret_of_secrets_manager_is_a_store(world: World, cloud: Cloud) -> None:
    """Other fields stay, and the version before is kept."""
    secrets = boto3.session.Session().client("secretsmanager")
    secrets.create_secret(Name="team/app", SecretString=json.dumps({"other": "1"}))
    command = ("aws", "rotate", cloud.old["AccessKeyId"], "--store", "aws:team/app", "--apply")
    done = world.run(*command)
    assert done.status == 1, done
    held = json.loads(secrets.get_secret_value(SecretId="team/app")["SecretString"])
    assert sorted(held) == [KEY, SECRET, "other"]
    assert set(cloud.keys()) == {cloud.old["AccessKeyId"], held[KEY]}
    assert not shows(world.said, held[SECRET])
    before = secrets.get_secret_value(SecretId="team/app", VersionStage="AWSPREVIOUS")
    assert json.loads(before["SecretString"]) == {"other": "1"}


def test_what_is_no_json_is_not_overwritten(world: World, cloud: Cloud) -> None:
    boto3.session.Session().client("secretsmanager").create_secret(
        Name="team/app", SecretString="plain"
    )
    command = ("aws", "rotate", cloud.old["AccessKeyId"], "--store", "aws:team/app", "--apply")
    done = world.run(*command)
    assert (done.status, "does not overwrite it" in done.err) == (3, True), done
    assert list(cloud.keys()) == [cloud.old["AccessKeyId"]]

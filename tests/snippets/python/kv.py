"""Goes through what hvac can do with a KV engine of version 2, and prints what it sees."""

import os

import hvac
from hvac.exceptions import Forbidden, InvalidPath, InvalidRequest

vault = hvac.Client()
kv = vault.secrets.kv.v2


def read(version: int | None = None) -> str:
    try:
        answer = kv.read_secret_version(
            path="a/b", mount_point="secret", version=version, raise_on_deleted_version=True
        )
    except (Forbidden, InvalidPath) as error:
        return type(error).__name__
    data = answer["data"]
    return f"{data['data']} is version {data['metadata']['version']}"


print(read())
print(kv.create_or_update_secret(path="a/b", secret={"n": 1})["data"]["version"])
print(kv.create_or_update_secret(path="a/b", secret={"n": 2}, cas=1)["data"]["version"])
try:
    kv.create_or_update_secret(path="a/b", secret={"n": 3}, cas=1)
except InvalidRequest as error:
    print(error.errors)
print(read(), read(1), read(3), sep="; ")
kv.delete_latest_version_of_secret(path="a/b")
print(read(), read(1), sep="; ")
vault.token = "another"
print(read())
try:
    vault.auth.approle.login(os.environ["ROLE"], "another")
except InvalidRequest as error:
    print(error.errors)
vault.auth.approle.login(os.environ["ROLE"], os.environ["SECRET_ID"])
print(read(1))

"""What a program of JavaScript or TypeScript reads from each store."""

from __future__ import annotations

import re

from keystop.fix.syntax import Lookup

_ENVIRONMENT = """function fromEnvironment(name: string): string {
    const value = process.env[name];
    if (value === undefined) {
        throw new Error(`${name} is not set`);
    }
    return value;
}
"""
_AWS = """async function fromSecretsManager(id: string): Promise<string> {
    const client = new SecretsManagerClient({});
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: id }));
    if (SecretString === undefined) {
        throw new Error(`${id} holds no text`);
    }
    return SecretString;
}
"""
_VAULT = """async function fromVault(path: string): Promise<string> {
    const { data } = await vault().read(`secret/data/${path}`);
    return data.data.value;
}
"""
_CONJUR = """async function fromConjur(id: string): Promise<string> {
    const { CONJUR_APPLIANCE_URL, CONJUR_ACCOUNT, CONJUR_AUTHN_LOGIN, CONJUR_AUTHN_API_KEY } =
        process.env;
    const ask = async (path: string, options: RequestInit): Promise<string> => {
        const answer = await fetch(`${CONJUR_APPLIANCE_URL}${path}`, options);
        if (!answer.ok) {
            throw new Error(`Conjur answered ${answer.status}`);
        }
        return answer.text();
    };
    const login = encodeURIComponent(CONJUR_AUTHN_LOGIN ?? "");
    const token = await ask(`/authn/${CONJUR_ACCOUNT}/${login}/authenticate`, {
        method: "POST",
        headers: { "Accept-Encoding": "base64" },
        body: CONJUR_AUTHN_API_KEY,
    });
    return ask(`/secrets/${CONJUR_ACCOUNT}/variable/${encodeURIComponent(id)}`, {
        headers: { Authorization: `Token token="${token}"` },
    });
}
"""
_SDK = '{ GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager"'
TYPESCRIPT = {
    "env": Lookup("fromEnvironment(QUOTENAMEQUOTE)", (), _ENVIRONMENT, "fromEnvironment"),
    "aws": Lookup(
        "await fromSecretsManager(QUOTENAMEQUOTE)",
        (f"import {_SDK};",),
        _AWS, "fromSecretsManager", waits=True, loose=True,
    ),
    "vault": Lookup(
        "await fromVault(QUOTENAMEQUOTE)",
        ('import vault from "node-vault";',),
        _VAULT, "fromVault", waits=True, loose=True,
    ),
    "conjur": Lookup(
        "await fromConjur(QUOTENAMEQUOTE)", (), _CONJUR, "fromConjur", waits=True, loose=True
    ),
}  # fmt: skip
_TYPES = re.compile(r"(?<=[a-z]): (?:string|RequestInit)|(?<=\)): (?:string|Promise<string>)")


def _without_types(lookup: Lookup) -> Lookup:
    return lookup._replace(helper=_TYPES.sub("", lookup.helper))


JAVASCRIPT = {store: _without_types(one) for store, one in TYPESCRIPT.items()} | {
    "env": Lookup("process.env.NAME")
}

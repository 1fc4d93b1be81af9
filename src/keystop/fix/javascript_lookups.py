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
_VAULT = """async function fromVault(path: string, field: string): Promise<string> {
    const { data } = await vault().read(`secret/data/${path}`);
    if (data.data[field] === undefined) {
        throw new Error(`${path} has no ${field}`);
    }
    return data.data[field];
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
    const text = await ask(`/secrets/${CONJUR_ACCOUNT}/variable/${encodeURIComponent(id)}`, {
        headers: { Authorization: `Token token="${token}"` },
    });
    return text;
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
        "await fromVault(QUOTENAMEQUOTE, QUOTEFIELDQUOTE)",
        ('import vault from "node-vault";',),
        _VAULT, "fromVault", waits=True, loose=True,
    ),
    "conjur": Lookup(
        "await fromConjur(QUOTENAMEQUOTE)", (), _CONJUR, "fromConjur", waits=True, loose=True
    ),
}  # fmt: skip
_FIELD = """let fields: Record<string, string>;
    try {
        fields = JSON.parse(TEXT);
    } catch {
        throw new Error(`${id} is not JSON`); // the parser's message quotes the text
    }
    if (fields[field] === undefined) {
        throw new Error(`${id} has no ${field}`);
    }
    return fields[field];
"""


def _login(lookup: Lookup, text: str) -> Lookup:
    """The look-up of a field; text is what the function returns for all of the secret."""
    called = lookup.called.replace("from", "fieldFrom")
    helper = lookup.helper.replace(f"    return {text};\n}}\n",
                                   f"    {_FIELD.replace('TEXT', text)}}}\n")  # fmt: skip
    return lookup._replace(
        expression=f"await {called}(QUOTENAMEQUOTE, QUOTEFIELDQUOTE)",
        helper=helper.replace(
            f"{lookup.called}(id: string)", f"{called}(id: string, field: string)"
        ),
        called=called,
    )


TYPESCRIPT_LOGINS = {
    "aws": _login(TYPESCRIPT["aws"], "SecretString"),
    "conjur": _login(TYPESCRIPT["conjur"], "text"),
}
_TYPES = re.compile(
    r"(?<=[a-z]): (?:string|RequestInit|Record<string, string>)|(?<=\)): (?:string|Promise<string>)"
)


def _without_types(lookup: Lookup) -> Lookup:
    return lookup._replace(helper=_TYPES.sub("", lookup.helper))


JAVASCRIPT_LOGINS = {store: _without_types(one) for store, one in TYPESCRIPT_LOGINS.items()}
JAVASCRIPT = {store: _without_types(one) for store, one in TYPESCRIPT.items()} | {
    "env": Lookup("process.env.NAME")
}

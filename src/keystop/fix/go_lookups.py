"""What a program of Go reads from each store."""

from __future__ import annotations

from keystop.fix.syntax import Lookup

_ENVIRONMENT = """// fromEnvironment returns an environment variable, or panics.
func fromEnvironment(name string) string {
    value, ok := os.LookupEnv(name)
    if !ok {
        panic(name + " is not set")
    }
    return value
}
"""
_AWS = """// fromSecretsManager returns the text of a secret, or panics.
func fromSecretsManager(id string) string {
    settings, err := awsconfig.LoadDefaultConfig(context.Background())
    if err != nil {
        panic(err)
    }
    input := &secretsmanager.GetSecretValueInput{SecretId: aws.String(id)}
    secret, err := secretsmanager.NewFromConfig(settings).GetSecretValue(context.Background(), input)
    if err != nil {
        panic(err)
    }
    return aws.ToString(secret.SecretString)
}
"""  # noqa: E501
_VAULT = """// fromVault returns a field of the secret at a path of Vault, or panics.
func fromVault(path, field string) string {
    client, err := vault.NewClient(vault.DefaultConfig())
    if err != nil {
        panic(err)
    }
    secret, err := client.KVv2("secret").Get(context.Background(), path)
    if err != nil {
        panic(err)
    }
    value, ok := secret.Data[field].(string)
    if !ok {
        panic(path + " has no " + field)
    }
    return value
}
"""
_CONJUR = """// fromConjur returns the value of a variable in Conjur, or panics.
func fromConjur(id string) string {
    settings, err := conjurapi.LoadConfig()
    if err != nil {
        panic(err)
    }
    client, err := conjurapi.NewClientFromEnvironment(settings)
    if err != nil {
        panic(err)
    }
    secret, err := client.RetrieveSecret(id)
    if err != nil {
        panic(err)
    }
    return string(secret)
}
"""
_SDK = "github.com/aws/aws-sdk-go-v2"
LOOKUPS = {
    "env": Lookup('fromEnvironment("NAME")', ('"os"',), _ENVIRONMENT, "fromEnvironment"),
    "aws": Lookup(
        'fromSecretsManager("NAME")',
        (
            '"context"',
            f'"{_SDK}/aws"',
            f'awsconfig "{_SDK}/config"',
            f'"{_SDK}/service/secretsmanager"',
        ),
        _AWS,
        "fromSecretsManager",
    ),
    "vault": Lookup(
        'fromVault("NAME", "FIELD")',
        ('"context"', 'vault "github.com/hashicorp/vault/api"'),
        _VAULT,
        "fromVault",
    ),
    "conjur": Lookup(
        'fromConjur("NAME")',
        ('"github.com/cyberark/conjur-api-go/conjurapi"',),
        _CONJUR,
        "fromConjur",
    ),
}
_FIELD = """fields := map[string]string{{}}
    if json.Unmarshal({data}, &fields) != nil {{
        panic(id + " is no JSON object of strings")
    }}
    value, ok := fields[field]
    if !ok {{
        panic(id + " has no " + field)
    }}
    return value
"""


def _login(lookup: Lookup, text: str, data: str) -> Lookup:
    """The look-up of a field; text is what the function returns for all of it, data its bytes."""
    called = lookup.called.replace("from", "fieldFrom")
    helper = lookup.helper.replace(f"return {text}\n", _FIELD.format(data=data))
    begin = helper.index("func ")
    return Lookup(
        f'{called}("NAME", "FIELD")',
        tuple(sorted((*lookup.imports, '"encoding/json"'), key=lambda line: line.split('"')[1])),
        f"// {called} returns a field of a secret that is JSON, or panics.\n"
        + helper[begin:].replace(f"{lookup.called}(id string)", f"{called}(id, field string)"),
        called,
    )


LOGINS = {
    "aws": _login(LOOKUPS["aws"], "aws.ToString(secret.SecretString)",
                  "[]byte(aws.ToString(secret.SecretString))"),
    "conjur": _login(LOOKUPS["conjur"], "string(secret)", "secret"),
}  # fmt: skip

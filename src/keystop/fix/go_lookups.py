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
_VAULT = """// fromVault returns the value kept at a path of Vault, or panics.
func fromVault(path string) string {
    client, err := vault.NewClient(vault.DefaultConfig())
    if err != nil {
        panic(err)
    }
    secret, err := client.KVv2("secret").Get(context.Background(), path)
    if err != nil {
        panic(err)
    }
    return secret.Data["value"].(string)
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
    value, err := client.RetrieveSecret(id)
    if err != nil {
        panic(err)
    }
    return string(value)
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
        'fromVault("NAME")',
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

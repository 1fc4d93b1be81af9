using System;
using System.Net.Http;
using System.Threading.Tasks;
using Twilio.Clients;
using VaultSharp;
using VaultSharp.Core;
using VaultSharp.V1.AuthMethods;
using VaultSharp.V1.AuthMethods.AppRole;
using VaultSharp.V1.AuthMethods.Token;

/// <summary>A Twilio client; its credentials come from a KV version 2 engine of HashiCorp
/// Vault.</summary>
public static class TwilioFromVault
{
    private const string Mount = "secret";
    private const string Path = "twilio";

    /// <summary>Reads the secret anew. Exceptions hold no value.</summary>
    public static async Task<TwilioRestClient> ClientAsync()
    {
        var role = Environment.GetEnvironmentVariable("VAULT_ROLE_ID");
        IAuthMethodInfo auth = string.IsNullOrEmpty(role)
            ? new TokenAuthMethodInfo(Value("VAULT_TOKEN"))
            : new AppRoleAuthMethodInfo(role, Value("VAULT_SECRET_ID"));
        var vault = new VaultClient(new VaultClientSettings(Value("VAULT_ADDR"), auth));
        try
        {
            var answer = await vault.V1.Secrets.KeyValue.V2.ReadSecretAsync(
                path: Path, mountPoint: Mount);
            string Field(string name) =>
                answer.Data.Data.TryGetValue(name, out var value) && value?.ToString() is { } text
                    ? text
                    : throw new InvalidOperationException($"{Mount}/{Path} has no {name}");
            return new TwilioRestClient(
                Field("apiKeySid"), Field("apiKeySecret"), Field("accountSid"));
        }
        catch (Exception error) when (error is VaultApiException or HttpRequestException)
        {
            throw new InvalidOperationException(
                $"cannot read {Mount}/{Path} from Vault: {error.Message}");
        }
    }

    private static string Value(string name) =>
        Environment.GetEnvironmentVariable(name)
        ?? throw new InvalidOperationException($"not set in the environment: {name}");
}

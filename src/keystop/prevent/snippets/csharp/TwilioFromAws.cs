using System;
using System.Text.Json;
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;
using Twilio.Clients;

/// <summary>A Twilio client; its credentials come from AWS Secrets Manager.</summary>
public static class TwilioFromAws
{
    private const string Secret = "prod/twilio";

    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    private record Login(string? AccountSid, string? ApiKeySid, string? ApiKeySecret);

    /// <summary>Reads the secret anew. Exceptions hold no value.</summary>
    public static async Task<TwilioRestClient> ClientAsync()
    {
        string text;
        try
        {
            using var aws = new AmazonSecretsManagerClient();
            var request = new GetSecretValueRequest { SecretId = Secret };
            text = (await aws.GetSecretValueAsync(request)).SecretString;
        }
        catch (Exception error) when (error is AmazonServiceException or AmazonClientException)
        {
            throw new InvalidOperationException(
                $"cannot read {Secret} from AWS Secrets Manager: {error.Message}");
        }
        Login? login;
        try
        {
            login = JsonSerializer.Deserialize<Login>(text, Web);
        }
        catch (JsonException)
        {
            throw new InvalidOperationException($"{Secret} is not JSON");
        }
        if (login is not { AccountSid: { } account, ApiKeySid: { } key, ApiKeySecret: { } secret })
        {
            throw new InvalidOperationException(
                $"{Secret} has not all of apiKeySid, apiKeySecret, accountSid");
        }
        return new TwilioRestClient(key, secret, account);
    }
}

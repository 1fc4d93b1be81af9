using System;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using Twilio.Clients;

/// <summary>A Twilio client; its credentials come from a variable of CyberArk Conjur that holds
/// JSON.</summary>
public static class TwilioFromConjur
{
    private const string Variable = "prod/twilio";

    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    private record Login(string? AccountSid, string? ApiKeySid, string? ApiKeySecret);

    /// <summary>Reads the variable anew. Exceptions hold no value.</summary>
    public static async Task<TwilioRestClient> ClientAsync()
    {
        Login? login;
        try
        {
            login = JsonSerializer.Deserialize<Login>(await ReadAsync(), Web);
        }
        catch (HttpRequestException error)
        {
            throw new InvalidOperationException(
                $"cannot read {Variable} from Conjur: {error.Message}");
        }
        catch (JsonException)
        {
            throw new InvalidOperationException($"{Variable} is not JSON");
        }
        if (login is not { AccountSid: { } account, ApiKeySid: { } key, ApiKeySecret: { } secret })
        {
            throw new InvalidOperationException(
                $"{Variable} has not all of apiKeySid, apiKeySecret, accountSid");
        }
        return new TwilioRestClient(key, secret, account);
    }

    private static async Task<string> ReadAsync()
    {
        using var http = new HttpClient();
        var (url, account) = (Value("CONJUR_APPLIANCE_URL"), Value("CONJUR_ACCOUNT"));
        var user = Uri.EscapeDataString(Value("CONJUR_AUTHN_LOGIN"));
        using var answer = await http.PostAsync(
            $"{url}/authn/{account}/{user}/authenticate",
            new StringContent(Value("CONJUR_AUTHN_API_KEY")));
        answer.EnsureSuccessStatusCode();
        var token = Convert.ToBase64String(
            Encoding.UTF8.GetBytes(await answer.Content.ReadAsStringAsync()));
        http.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Token", $"token=\"{token}\"");
        return await http.GetStringAsync(
            $"{url}/secrets/{account}/variable/{Uri.EscapeDataString(Variable)}");
    }

    private static string Value(string name) =>
        Environment.GetEnvironmentVariable(name)
        ?? throw new InvalidOperationException($"not set in the environment: {name}");
}

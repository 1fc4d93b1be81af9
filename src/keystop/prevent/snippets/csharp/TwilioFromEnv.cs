using System;
using Twilio.Clients;

/// <summary>A Twilio client; its credentials come from the environment.</summary>
public static class TwilioFromEnv
{
    public static TwilioRestClient Client() =>
        new(Value("TWILIO_API_KEY"), Value("TWILIO_API_SECRET"), Value("TWILIO_ACCOUNT_SID"));

    private static string Value(string name)
    {
        var value = Environment.GetEnvironmentVariable(name);
        return !string.IsNullOrEmpty(value)
            ? value
            : throw new InvalidOperationException($"not set in the environment: {name}");
    }
}

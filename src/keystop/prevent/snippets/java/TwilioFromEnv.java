import com.twilio.http.TwilioRestClient;

/** A Twilio client; its credentials come from the environment. */
public final class TwilioFromEnv {
    private TwilioFromEnv() {}

    public static TwilioRestClient client() {
        return new TwilioRestClient.Builder(value("TWILIO_API_KEY"), value("TWILIO_API_SECRET"))
                .accountSid(value("TWILIO_ACCOUNT_SID"))
                .build();
    }

    private static String value(String name) {
        String value = System.getenv(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalStateException("not set in the environment: " + name);
        }
        return value;
    }
}

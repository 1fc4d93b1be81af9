import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.twilio.http.TwilioRestClient;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/** A Twilio client; its credentials come from AWS Secrets Manager. */
public final class TwilioFromAws {
    private static final String SECRET = "prod/twilio";

    private TwilioFromAws() {}

    /** Reads the secret anew. Exceptions hold no value. */
    public static TwilioRestClient client() {
        JsonNode login = login();
        return new TwilioRestClient.Builder(field(login, "apiKeySid"), field(login, "apiKeySecret"))
                .accountSid(field(login, "accountSid"))
                .build();
    }

    private static JsonNode login() {
        try (SecretsManagerClient aws = SecretsManagerClient.create()) {
            String text = aws.getSecretValue(request -> request.secretId(SECRET)).secretString();
            return new ObjectMapper().readTree(text);
        } catch (SdkException error) {
            throw new IllegalStateException(
                    "cannot read " + SECRET + " from AWS Secrets Manager: " + error.getMessage());
        } catch (JsonProcessingException error) {
            // Its message quotes the text: it is left out.
            throw new IllegalStateException(SECRET + " is not JSON");
        }
    }

    private static String field(JsonNode login, String name) {
        String value = login.path(name).asText();
        if (value.isEmpty()) {
            throw new IllegalStateException(SECRET + " has no " + name);
        }
        return value;
    }
}

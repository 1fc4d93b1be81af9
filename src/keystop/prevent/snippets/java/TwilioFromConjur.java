import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.twilio.http.TwilioRestClient;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * A Twilio client; its credentials come from a variable of CyberArk Conjur that holds JSON. Two
 * requests do: the vendor's library wants a JAX-RS implementation beside it.
 */
public final class TwilioFromConjur {
    private static final String VARIABLE = "prod/twilio";

    private TwilioFromConjur() {}

    /** Reads the variable anew. Exceptions hold no value. */
    public static TwilioRestClient client() throws IOException, InterruptedException {
        JsonNode login;
        try {
            login = new ObjectMapper().readTree(read());
        } catch (JsonProcessingException error) {
            // Its message quotes the text: it is left out.
            throw new IllegalStateException(VARIABLE + " is not JSON");
        }
        return new TwilioRestClient.Builder(field(login, "apiKeySid"), field(login, "apiKeySecret"))
                .accountSid(field(login, "accountSid"))
                .build();
    }

    private static String read() throws IOException, InterruptedException {
        String account = variable("CONJUR_ACCOUNT");
        String login = encoded(variable("CONJUR_AUTHN_LOGIN"));
        String token = send(to("/authn/" + account + "/" + login + "/authenticate")
                .POST(BodyPublishers.ofString(variable("CONJUR_AUTHN_API_KEY"))));
        String sent = Base64.getEncoder().encodeToString(token.getBytes(StandardCharsets.UTF_8));
        return send(to("/secrets/" + account + "/variable/" + encoded(VARIABLE))
                .header("Authorization", "Token token=\"" + sent + "\""));
    }

    private static HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create(variable("CONJUR_APPLIANCE_URL") + path));
    }

    private static String send(HttpRequest.Builder request)
            throws IOException, InterruptedException {
        HttpResponse<String> answer =
                HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException("cannot read " + VARIABLE + " from Conjur: "
                    + answer.uri().getPath() + " answers " + answer.statusCode());
        }
        return answer.body();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String variable(String name) {
        String value = System.getenv(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalStateException("not set in the environment: " + name);
        }
        return value;
    }

    private static String field(JsonNode login, String name) {
        String value = login.path(name).asText();
        if (value.isEmpty()) {
            throw new IllegalStateException(VARIABLE + " has no " + name);
        }
        return value;
    }
}

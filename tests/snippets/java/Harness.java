import com.twilio.http.TwilioRestClient;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Makes the client of a snippet for each line that comes in, and prints what it would log in with.
 * Only a hash of it is printed: who started this knows what it is to be.
 */
final class Harness {
    private static final Map<String, Callable<TwilioRestClient>> MAKERS = Map.of(
            "aws", TwilioFromAws::client,
            "conjur", TwilioFromConjur::client,
            "env", TwilioFromEnv::client,
            "vault", TwilioFromVault::client);

    public static void main(String[] arguments) throws Exception {
        var lines = new BufferedReader(new InputStreamReader(System.in));
        while (lines.readLine() != null) {
            TwilioRestClient client = MAKERS.get(arguments[0]).call();
            String login = client.getAccountSid()
                    + "\n" + hidden(client, "username") + "\n" + hidden(client, "password");
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(login.getBytes());
            System.out.println(HexFormat.of().formatHex(hash));
        }
    }

    private static Object hidden(TwilioRestClient client, String name) throws Exception {
        var field = TwilioRestClient.class.getDeclaredField(name);
        field.setAccessible(true);
        return field.get(client);
    }
}

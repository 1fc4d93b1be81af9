import com.twilio.http.TwilioRestClient;
import io.github.jopenlibs.vault.Vault;
import io.github.jopenlibs.vault.VaultConfig;
import io.github.jopenlibs.vault.VaultException;
import java.util.Map;

/** A Twilio client; its credentials come from a KV version 2 engine of HashiCorp Vault. */
public final class TwilioFromVault {
    private static final String PATH = "secret/twilio";

    private TwilioFromVault() {}

    /** Reads the secret anew. Exceptions hold no value. */
    public static TwilioRestClient client() {
        Map<String, String> login;
        try {
            login = read();
        } catch (VaultException error) {
            throw new IllegalStateException(
                    "cannot read " + PATH + " from Vault: " + error.getMessage());
        }
        return new TwilioRestClient.Builder(field(login, "apiKeySid"), field(login, "apiKeySecret"))
                .accountSid(field(login, "accountSid"))
                .build();
    }

    private static Map<String, String> read() throws VaultException {
        VaultConfig config = new VaultConfig().engineVersion(2).build(); // VAULT_ADDR, VAULT_TOKEN
        String role = System.getenv("VAULT_ROLE_ID");
        if (role != null) {
            config.token(Vault.create(config).auth()
                    .loginByAppRole(role, System.getenv("VAULT_SECRET_ID"))
                    .getAuthClientToken());
        }
        return Vault.create(config).logical().read(PATH).getData();
    }

    private static String field(Map<String, String> login, String name) {
        String value = login.get(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalStateException(PATH + " has no " + name);
        }
        return value;
    }
}

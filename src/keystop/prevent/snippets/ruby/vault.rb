# A Twilio client; its credentials come from a KV version 2 engine of HashiCorp Vault.
require "twilio-ruby"
require "vault"

MOUNT = "secret"
PATH = "twilio"
FIELDS = %i[apiKeySid apiKeySecret accountSid].freeze

# Reads the secret anew. Raises RuntimeError, without any value, when it cannot be used.
def twilio_client
  vault = Vault::Client.new # VAULT_ADDR, VAULT_TOKEN, VAULT_NAMESPACE
  begin
    vault.auth.approle(ENV["VAULT_ROLE_ID"], ENV["VAULT_SECRET_ID"]) if ENV["VAULT_ROLE_ID"]
    secret = vault.kv(MOUNT).read(PATH)
  rescue Vault::VaultError => e
    raise "cannot read #{MOUNT}/#{PATH} from Vault: #{e.message}"
  end
  raise "there is no #{MOUNT}/#{PATH} in Vault" if secret.nil?

  login = secret.data.values_at(*FIELDS)
  raise "#{MOUNT}/#{PATH} has not all of #{FIELDS.join(', ')}" unless login.all?

  Twilio::REST::Client.new(*login)
end

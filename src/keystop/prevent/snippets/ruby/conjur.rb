# A Twilio client; its credentials come from a variable of CyberArk Conjur that holds JSON.
require "conjur-api"
require "json"
require "twilio-ruby"

VARIABLE = "prod/twilio"
FIELDS = %w[apiKeySid apiKeySecret accountSid].freeze

# Reads the variable anew. Raises RuntimeError, without any value, when it cannot be used.
def twilio_client
  begin
    Conjur.configuration.apply_cert_config! # CONJUR_APPLIANCE_URL, CONJUR_CERT_FILE
    login, key = ENV.fetch("CONJUR_AUTHN_LOGIN"), ENV.fetch("CONJUR_AUTHN_API_KEY")
    id = "#{ENV.fetch('CONJUR_ACCOUNT')}:variable:#{VARIABLE}"
    text = Conjur::API.new_from_key(login, key).resource(id).value
  rescue RestClient::Exception => e
    raise "cannot read #{VARIABLE} from Conjur: #{e.message}"
  end
  begin
    Twilio::REST::Client.new(*JSON.parse(text).fetch_values(*FIELDS))
  rescue JSON::ParserError, KeyError, NoMethodError
    # Without a cause: its message quotes the text.
    raise RuntimeError, "#{VARIABLE} is not JSON with #{FIELDS.join(', ')}", cause: nil
  end
end

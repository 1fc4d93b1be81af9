# A Twilio client; its credentials come from AWS Secrets Manager.
require "aws-sdk-secretsmanager"
require "json"
require "twilio-ruby"

SECRET = "prod/twilio"
FIELDS = %w[apiKeySid apiKeySecret accountSid].freeze

# Reads the secret anew. Raises RuntimeError, without any value, when it cannot be used.
def twilio_client
  begin
    text = Aws::SecretsManager::Client.new.get_secret_value(secret_id: SECRET).secret_string
  rescue Aws::Errors::ServiceError => e
    raise "cannot read #{SECRET} from AWS Secrets Manager: #{e.message}"
  end
  begin
    Twilio::REST::Client.new(*JSON.parse(text).fetch_values(*FIELDS))
  rescue JSON::ParserError, KeyError, NoMethodError
    # Without a cause: its message quotes the text.
    raise RuntimeError, "#{SECRET} is not JSON with #{FIELDS.join(', ')}", cause: nil
  end
end

# A Twilio client; its credentials come from the environment.
require "twilio-ruby"

NAMES = %w[TWILIO_API_KEY TWILIO_API_SECRET TWILIO_ACCOUNT_SID].freeze

# Raises RuntimeError naming the variables that are missing.
def twilio_client
  missing = NAMES.select { |name| ENV.fetch(name, "").empty? }
  raise "not set in the environment: #{missing.join(', ')}" unless missing.empty?

  Twilio::REST::Client.new(*ENV.values_at(*NAMES))
end

// A Twilio client; its credentials come from the environment. Valid as TypeScript, too.
import twilio from "twilio";

const NAMES = ["TWILIO_API_KEY", "TWILIO_API_SECRET", "TWILIO_ACCOUNT_SID"];

export function twilioClient() {
  const missing = NAMES.filter((name) => !process.env[name]);
  if (missing.length > 0) {
    throw new Error(`not set in the environment: ${missing.join(", ")}`);
  }
  const [key, secret, accountSid] = NAMES.map((name) => process.env[name]);
  return twilio(key, secret, { accountSid });
}

// A Twilio client; its credentials come from AWS Secrets Manager. Valid as TypeScript, too.
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import twilio from "twilio";

const SECRET = "prod/twilio";

export async function twilioClient() {
  let text;
  try {
    const answer = await new SecretsManagerClient().send(
      new GetSecretValueCommand({ SecretId: SECRET }),
    );
    text = answer.SecretString ?? "";
  } catch (error) {
    throw new Error(`cannot read ${SECRET} from AWS Secrets Manager: ${error}`);
  }
  let fields;
  try {
    fields = JSON.parse(text);
  } catch {
    // The message of a SyntaxError quotes the text.
    throw new Error(`${SECRET} is not JSON`);
  }
  const { apiKeySid, apiKeySecret, accountSid } = fields;
  if (!apiKeySid || !apiKeySecret || !accountSid) {
    throw new Error(`${SECRET} has not all of apiKeySid, apiKeySecret, accountSid`);
  }
  return twilio(apiKeySid, apiKeySecret, { accountSid });
}

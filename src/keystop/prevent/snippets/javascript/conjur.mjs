// A Twilio client; its credentials come from a variable of CyberArk Conjur that holds JSON.
// There is no library of the vendor's: two requests do. Valid as TypeScript, too.
import twilio from "twilio";

const VARIABLE = "prod/twilio";

export async function twilioClient() {
  const { CONJUR_APPLIANCE_URL: url, CONJUR_ACCOUNT: account, CONJUR_AUTHN_LOGIN: login } =
    process.env;
  if (!url || !account || !login) {
    throw new Error("set CONJUR_APPLIANCE_URL, CONJUR_ACCOUNT, CONJUR_AUTHN_LOGIN");
  }
  const authenticated = await fetch(
    `${url}/authn/${account}/${encodeURIComponent(login)}/authenticate`,
    { method: "POST", body: process.env.CONJUR_AUTHN_API_KEY ?? "" },
  );
  if (!authenticated.ok) {
    throw new Error(`Conjur does not let ${login} in: status ${authenticated.status}`);
  }
  const token = Buffer.from(await authenticated.text()).toString("base64");
  const answer = await fetch(
    `${url}/secrets/${account}/variable/${encodeURIComponent(VARIABLE)}`,
    { headers: { Authorization: `Token token="${token}"` } },
  );
  if (!answer.ok) {
    throw new Error(`cannot read ${VARIABLE} from Conjur: status ${answer.status}`);
  }
  let fields;
  try {
    fields = await answer.json();
  } catch {
    // The message of a SyntaxError quotes the text.
    throw new Error(`${VARIABLE} is not JSON`);
  }
  const { apiKeySid, apiKeySecret, accountSid } = fields;
  if (!apiKeySid || !apiKeySecret || !accountSid) {
    throw new Error(`${VARIABLE} has not all of apiKeySid, apiKeySecret, accountSid`);
  }
  return twilio(apiKeySid, apiKeySecret, { accountSid });
}

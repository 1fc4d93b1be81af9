// A Twilio client; its credentials come from a KV version 2 engine of HashiCorp Vault.
// Valid as TypeScript, too.
import nodeVault from "node-vault";
import twilio from "twilio";

const PATH = "secret/data/twilio"; // of the engine "secret": version 2 wants the data/

export async function twilioClient() {
  const vault = nodeVault(); // VAULT_ADDR, VAULT_TOKEN, VAULT_NAMESPACE
  let answer;
  try {
    if (process.env.VAULT_ROLE_ID) {
      await vault.approleLogin({
        role_id: process.env.VAULT_ROLE_ID,
        secret_id: process.env.VAULT_SECRET_ID,
      });
    }
    answer = await vault.read(PATH);
  } catch (error) {
    throw new Error(`cannot read ${PATH} from Vault: ${error}`);
  }
  const { apiKeySid, apiKeySecret, accountSid } = answer.data.data;
  if (!apiKeySid || !apiKeySecret || !accountSid) {
    throw new Error(`${PATH} has not all of apiKeySid, apiKeySecret, accountSid`);
  }
  return twilio(apiKeySid, apiKeySecret, { accountSid });
}

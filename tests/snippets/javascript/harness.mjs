// Makes the client of a snippet for each line that comes in, and prints what it would log in with.
// Only a hash of it is printed: who started this knows what it is to be.
import { createHash } from "node:crypto";
import { createInterface } from "node:readline";

const { twilioClient } = await import(`./${process.argv[2]}.mjs`);
for await (const _ of createInterface({ input: process.stdin })) {
  const client = await twilioClient();
  const login = `${client.accountSid}\n${client.username}\n${client.password}`;
  console.log(createHash("sha256").update(login).digest("hex"));
}

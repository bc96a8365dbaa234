// Messages of the corpus in the names of domains that sign: made and signed before anything is measured.
import fs from "node:fs";
import { dkimSign } from "mailauth/lib/dkim/sign.js";

/** All messages with their senders. `file`: JSON, [{ domain, keys: [{ selector, algorithm, private }] }]. */
export async function signedMessages(file, corpus, recipients) {
  const senders = JSON.parse(fs.readFileSync(file, "utf8"));
  const all = [];
  for (const [n, recipient] of recipients.entries()) {
    const { domain, keys } = senders[n % senders.length];
    const sender = `s${n}@${domain}`;
    const text = corpus.message(n, recipient).latin1Slice();
    // The traces of other hosts on top stay away: a sender's own host brings it.
    const body = Buffer.from(text.slice(text.indexOf("Date: ")).replace(/^From: .*$/m, `From: <${sender}>`), "latin1");
    const signed = await dkimSign(body, {
      canonicalization: "relaxed/relaxed",
      signatureData: keys.map((key) => ({
        signingDomain: domain,
        selector: key.selector,
        privateKey: key.private,
        algorithm: key.algorithm,
      })),
    });
    if (signed.errors.length > 0) throw new Error(`not signed: ${signed.errors[0].err}`);
    all.push({ sender, body: Buffer.concat([Buffer.from(signed.signatures, "latin1"), body]) });
  }
  return all;
}

/**
 * From a message that came whole to what each account's store is given: it is examined, and what the examiner says is put
 * into its header. Without an examiner it is stored as it came, in INBOX. Accounts of which the same is said share one
 * form of the message.
 */
import type { AccountId, DeliveryId } from "../../store/ids.ts";
import { newField } from "../../syntax/message/header-edit.ts";
import { octetsOf, octetString } from "../../syntax/message/octets.ts";
import type { Examination, Examining, Letter } from "./examiner.ts";
import type { Envelope, Recipient, Reply } from "./inbound.ts";
import { type HeldHeader, heldHeader, markedMail, type Whole } from "./marked-mail.ts";
import * as verdict from "./verdict.ts";

/** What one account's store is given. */
export type Placed = {
  readonly account: AccountId;
  readonly into: "INBOX" | "\\Junk";
  /** The same object for all who are given the same. */
  readonly whole: Whole;
};

export type Placement =
  | { readonly kind: "refused"; readonly reply: Reply }
  | {
      readonly kind: "placed";
      readonly each: readonly Placed[];
      readonly isSenderVerified: boolean;
      /** To be called once, when the message was taken. */
      accepted(): void;
    };

/** A message, and the way that it came. */
export type Received = {
  readonly envelope: Envelope;
  readonly recipients: readonly Recipient[];
  /** Of the recipients, each once. */
  readonly accounts: readonly AccountId[];
  readonly id: DeliveryId;
  readonly time: number;
  readonly trace: Uint8Array;
  /** Begins with the trace. */
  readonly whole: Whole;
  /** Tells whether it is a bounce of what the account never sent; such mail goes to Junk. Never rejects. */
  readonly isBackscatter: (account: AccountId) => Promise<boolean>;
};

/** @throws SpoolError */
export async function placementOf(examining: Examining | undefined, received: Received): Promise<Placement> {
  return examining === undefined ? unexamined(received) : examined(examining, received);
}

async function unexamined({ accounts, whole, isBackscatter }: Received): Promise<Placement> {
  const each = await Promise.all(
    accounts.map(async (account): Promise<Placed> => ({ account, into: folder(await isBackscatter(account)), whole })),
  );
  return { kind: "placed", each, isSenderVerified: true, accepted: () => {} };
}

async function examined(examining: Examining, received: Received): Promise<Placement> {
  const { accounts, whole, trace } = received;
  const header = await heldHeader(whole, trace.length);
  if (header === undefined) return { kind: "refused", reply: verdict.headerTooLarge };
  const examination = await examining.examine(letterOf(received, header), received.recipients);
  if (examination.kind === "refused") return examination;
  const { isSenderVerified } = examination;
  const forms = new Map<string, Promise<Whole>>();
  const each = await Promise.all(
    accounts.map(async (account): Promise<Placed> => {
      const { into, field } = await placingOf(examination, received, account);
      const key = octetString(field);
      const form =
        forms.get(key) ?? markedMail(whole, header, [field, examination.fields], (one) => examination.isForged(one));
      forms.set(key, form);
      return { account, into, whole: await form };
    }),
  );
  return { kind: "placed", each, isSenderVerified, accepted: () => examination.accepted() };
}

function letterOf({ envelope, id, time, trace, whole }: Received, { octets, traceBytes, fields }: HeldHeader): Letter {
  const { content, derived } = whole;
  return { envelope, id, time, trace, content, header: octets.subarray(traceBytes), fields, text: derived };
}

const BACKSCATTER = octetsOf(
  newField("X-Spam-Verdict", "Junk, rule=backscatter; it reports on mail that the\r\n recipient has not sent").raw,
);

async function placingOf(
  { each }: Extract<Examination, { readonly kind: "taken" }>,
  { isBackscatter }: Received,
  account: AccountId,
): Promise<{ readonly into: Placed["into"]; readonly field: Uint8Array }> {
  const placing = each.find((one) => one.account === account);
  if (placing === undefined) throw new Error("an examiner places a message for each of its accounts");
  // Asked in any case: what comes back about mail of the account is counted there.
  const isUnwanted = await isBackscatter(account);
  return isUnwanted && placing.into === "INBOX" ? { into: "\\Junk", field: BACKSCATTER } : placing;
}

const folder = (isBackscatter: boolean): Placed["into"] => (isBackscatter ? "\\Junk" : "INBOX");

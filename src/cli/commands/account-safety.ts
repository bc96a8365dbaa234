/** The commands on the way back into an account, its second step and its plan. The first three lead to a log-in: gated. */
import type { Done, Refused, Safety } from "../../service/accounts/accounts.ts";
import { done, type Outcome, type StoreCommand, text } from "../command.ts";

const address = { name: "address", summary: "the primary address, in any case" } as const;
const gatedByLogIn = { scope: "log-in", account: "address" } as const;

const outcome = (result: Done | Refused): Outcome =>
  result.kind === "refused" ? { kind: "refused", sentence: result.sentence } : done({});

const RECOVERY: Readonly<Record<Safety["recovery"], string>> = {
  none: "none: a lost password cannot be set anew",
  unconfirmed: "given, but its holder has not confirmed it: it leads to nothing yet",
  confirmed: "confirmed",
};

export const safetyCommands: readonly StoreCommand[] = [
  {
    name: "account safety",
    where: "stores",
    access: "content-free",
    summary: "Show whether an account has a way back and a second step, and its plan",
    description: "The recovery address itself is not shown: it belongs to the holder alone.",
    arguments: [address],
    options: [],
    examples: ["altmail account safety ada@example.org --home var"],
    async work({ accounts }, given) {
      const result = await accounts.safety(text(given, "address"));
      return result.kind === "refused" ? result : done(result.safety);
    },
    show: ({ recovery, secondStep, recoveryCodes, plan }: Safety) =>
      [
        `recovery address: ${RECOVERY[recovery]}`,
        `second step: ${secondStep ? `on, with ${recoveryCodes} recovery codes left` : "off"}`,
        plan === undefined ? "plan: none" : `plan: ${plan.name}, up to ${plan.aliases} aliases`,
      ].join("\n"),
  },
  {
    name: "account recovery set",
    where: "stores",
    access: gatedByLogIn,
    summary: "Set the recovery address for a holder who lost the way back; it counts at once",
    description:
      "You vouch for it: be sure that it is the holder who asks. The address that was there before and the account itself are told, before it changes. With it a new password can be set, and a second step needs its recovery codes all the same.",
    arguments: [address, { name: "recovery", summary: "an address of another provider" }],
    options: [],
    examples: ["altmail account recovery set ada@example.org ada@elsewhere.example --home var"],
    work: async ({ accounts }, given) =>
      outcome(await accounts.setRecoveryAddress(text(given, "address"), text(given, "recovery"))),
    show: () => "set: it leads back in from now on; the holder was told",
  },
  {
    name: "account recovery remove",
    where: "stores",
    access: gatedByLogIn,
    summary: "Remove the recovery address; then nothing leads back after a lost password",
    arguments: [address],
    options: [],
    examples: ["altmail account recovery remove ada@example.org --home var"],
    work: async ({ accounts }, given) => outcome(await accounts.removeRecoveryAddress(text(given, "address"))),
    show: () => "removed; the holder was told",
  },
  {
    name: "account second-step off",
    where: "stores",
    access: gatedByLogIn,
    summary: "Turn off the second step for a holder who lost device and recovery codes",
    description: "The password alone opens the account then. The holder is told in the account and elsewhere.",
    arguments: [address],
    options: [],
    examples: ["altmail account second-step off ada@example.org --home var"],
    work: async ({ accounts }, given) => outcome(await accounts.turnOffSecondStep(text(given, "address"))),
    show: () => "off: the password alone opens the account; the holder was told",
  },
  {
    name: "account plan",
    where: "stores",
    access: "content-free",
    summary: "Set what an account's plan is called and how many aliases it allows",
    description:
      'For services that sell nothing; where there is billing, it sets the plan that was bought. Aliases that are there stay. Room for mail: "account quota".',
    arguments: [
      address,
      { name: "plan", summary: "its name: letters a-z, digits and hyphens" },
      { name: "aliases", summary: "how many aliases it allows, a whole number" },
    ],
    options: [],
    examples: ["altmail account plan ada@example.org family 20 --home var"],
    async work({ accounts }, given) {
      const aliases = /^[0-9]{1,6}$/.test(text(given, "aliases")) ? Number(text(given, "aliases")) : Number.NaN;
      return outcome(await accounts.setPlan(text(given, "address"), { name: text(given, "plan"), aliases }));
    },
    show: () => "the plan holds from now on",
  },
];

/**
 * Sign-up (promises D1, D8, M1): a name, then the rest, then the page with a plain link to Stripe; or, where nothing is sold,
 * an account by an invitation code. Of an address nobody learns more than whether it is free, and no network often. What was
 * typed rests nowhere before the order, and a password nowhere at all.
 */
import { MINUTE } from "../../../host/clock.ts";
import { nameWords } from "../../../rules/sign-up/sign-up-words.ts";
import type { AskLimit } from "../../../service/web-access/ask-limit.ts";
import type { SignUp } from "../../../store/billing.ts";
import { noProblems, type Problems } from "../portal/fields.ts";
import type { Form } from "../portal/form.ts";
import type { PortalRoute, Reply, Visit } from "../portal/route.ts";
import { checkAddress, checkSignUp, typedIn, type Wanted } from "./check-sign-up.ts";
import { namePage, type SignUpSaid, WHOLE, wholePage } from "./sign-up-page.ts";
import { type SignUpServices, signUpPaths } from "./sign-up-services.ts";
import { signUpWords } from "./sign-up-words.ts";

const NOTHING: SignUpSaid["typed"] = {
  name: "",
  domain: "",
  recovery: "",
  plan: "",
  code: "",
  agrees: false,
  begins: false,
};

export const signUpRoute = (services: SignUpServices): PortalRoute => ({
  path: signUpPaths.signUp,
  access: "everybody",
  get: (visit) => ({
    kind: "page",
    page: namePage(visit, services, { typed: NOTHING, problems: noProblems }),
  }),
  post: (visit, form) => (form.has(WHOLE) ? order(services, visit, form) : look(services, visit, form)),
});

/** Says whether a name is free; if it is, asks for the rest. */
async function look(services: SignUpServices, visit: Visit, form: Form): Promise<Reply> {
  const { language } = visit;
  const typed = { ...NOTHING, name: form.text("name"), domain: form.text("domain") };
  const refuse = (problems: Problems, code: 422 | 429 = 422): Reply => ({
    kind: "page",
    code,
    page: namePage(visit, services, { typed, problems }),
  });
  const checked = checkAddress(typed, services, language);
  if (checked.kind === "wrong") return refuse(checked.problems);
  const late = tooOften(services.names, visit);
  if (late !== undefined) return refuse(late, 429);
  const { address } = checked;
  if (!(await isFree(services, address))) return refuse(new Map([["name", nameWords[language].taken]]));
  return { kind: "page", page: wholePage(visit, services, { typed, problems: noProblems, free: address }) };
}

/** Nobody has it, and nobody is just signing up for it. */
const isFree = async ({ isFree: isNobodys, billing }: SignUpServices, address: string): Promise<boolean> =>
  (await isNobodys(address)) && !(await billing.isKept(address));

async function order(services: SignUpServices, visit: Visit, form: Form): Promise<Reply> {
  const { language } = visit;
  const refuse = (problems: Problems, code: 422 | 429 | 503 = 422): Reply => ({
    kind: "page",
    code,
    page: wholePage(visit, services, { typed: typedIn(form), problems }),
  });
  const checked = checkSignUp(form, services, language);
  if (checked.kind === "wrong") return refuse(checked.problems);
  const late = tooOften(services.names, visit) ?? tooOften(services.orders, visit);
  if (late !== undefined) return refuse(late, 429);
  const { wanted } = checked;
  if (!(await isFree(services, wanted.address))) return refuse(new Map([["name", nameWords[language].taken]]));
  const passwordHash = await services.hash(wanted.prepared);
  if (passwordHash === undefined) return refuse(new Map([["name", signUpWords[language].busy]]), 503);
  const { address, recovery } = wanted;
  const signUp: SignUp = { address, passwordHash, recovery, language, agreedAt: services.clock.now() };
  const answer = services.by === "payment" ? begin : redeem;
  const outcome = await answer(services, visit, signUp, wanted);
  return outcome.kind === "reply" ? outcome.reply : refuse(outcome.problems, outcome.code);
}

type Answered =
  | { readonly kind: "reply"; readonly reply: Reply }
  | { readonly kind: "wrong"; readonly problems: Problems; readonly code?: 422 | 503 };

async function begin(
  { billing, origin }: SignUpServices,
  visit: Visit,
  signUp: SignUp,
  { plan }: Wanted,
): Promise<Answered> {
  const { language } = visit;
  const word = signUpWords[language];
  const started = await billing.start({
    signUp,
    plan,
    successUrl: (reference) => `${origin}${visit.to(signUpPaths.paid)}${reference}`,
    cancelUrl: (reference) => `${origin}${visit.to(signUpPaths.paid)}${reference}?back`,
  });
  switch (started.kind) {
    case "link":
      return { kind: "reply", reply: { kind: "go", path: `${visit.to(signUpPaths.paid)}${started.reference}` } };
    case "taken":
      return wrong("name", nameWords[language].taken);
    case "no-plan":
      return wrong("plan", word.planMissing);
    case "full":
      return wrong("name", word.busy, 503);
    case "failed":
      return wrong("plan", word.stripe, 503);
  }
}

async function redeem({ billing }: SignUpServices, visit: Visit, signUp: SignUp, { code }: Wanted): Promise<Answered> {
  const { language } = visit;
  const word = signUpWords[language];
  const { kind } = await billing.redeem(code, signUp);
  switch (kind) {
    case "open":
      return { kind: "reply", reply: { kind: "go", path: visit.to(signUpPaths.opened) } };
    case "taken":
      return wrong("name", nameWords[language].taken);
    case "unknown-code":
      return wrong("code", word.codeUnknown);
    case "full":
      return wrong("name", word.busy, 503);
  }
}

const wrong = (name: string, sentence: string, code: 422 | 503 = 422): Answered => ({
  kind: "wrong",
  problems: new Map([[name, sentence]]),
  code,
});

function tooOften(limit: AskLimit, { peerAddress, language }: Visit): Problems | undefined {
  const waitMs = limit.ask(peerAddress);
  return waitMs === 0 ? undefined : new Map([["name", signUpWords[language].wait(Math.ceil(waitMs / MINUTE))]]);
}

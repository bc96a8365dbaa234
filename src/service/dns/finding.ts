/** What a look at the DNS shows, one thing at a time: it is right, it is to be changed, or nobody can say. */

export type DnsFinding =
  | { readonly kind: "right"; readonly subject: string; readonly is: string }
  | {
      readonly kind: "to-do";
      readonly subject: string;
      /**
       * `must`: mail is refused, delayed or taken for spam by it, or is in danger of it. `should`: it works, and could
       * work more safely or tell more.
       */
      readonly weight: "must" | "should";
      readonly wrong: string;
      readonly costs: string;
      readonly remedy: string;
    }
  | { readonly kind: "cannot-say"; readonly subject: string; readonly why: string };

export const right = (subject: string, is: string): DnsFinding => ({ kind: "right", subject, is });

export const toDo = (
  weight: "must" | "should",
  subject: string,
  words: { readonly wrong: string; readonly costs: string; readonly remedy: string },
): DnsFinding => ({ kind: "to-do", subject, weight, ...words });

export const cannotSay = (subject: string, why: string): DnsFinding => ({ kind: "cannot-say", subject, why });

/** Where a name's servers do not answer, or give answers that do not fit their signatures. */
export const noAnswer = (subject: string, name: string): DnsFinding =>
  cannotSay(subject, `the resolver gives no usable answer for ${name}: its name servers are down, or DNSSEC is broken`);

/** What an operator can copy. */
export const publish: string = 'publish the record that "altmail dns print" shows';

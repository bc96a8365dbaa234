/** The command that lets somebody open an account by himself, where nothing is sold. */
import { done, type StoreCommand } from "../command.ts";

export const inviteCommands: readonly StoreCommand[] = [
  {
    name: "invite",
    where: "stores",
    access: "content-free",
    summary: "Make an invitation code, with which somebody opens one account on the website",
    description:
      "The code is shown once and is good for 30 days and one account, with the quota that the settings give. The website must be served (`site.serve`), and nothing be sold (`billing.provider`). Who is invited with it is not known here.",
    arguments: [],
    options: [],
    examples: ["altmail invite --home /var/lib/altmail"],
    work: async ({ invite }) => {
      const code = await invite();
      return code === undefined
        ? {
            kind: "refused",
            sentence: 'nobody can use an invitation here: it takes site.serve, and billing.provider = "none"',
          }
        : done(code);
    },
    show: (code: string) => code,
  },
];

/**
 * Opens an account that was promised before: under an id, with a hash, that a sign-up keeps. Who opens it twice, in one
 * process or two, stopped in between or not, opens it once; and an account that is there is never touched.
 */
import type { AccountsParts } from "./manage-parts.ts";
import type { Accounts } from "./accounts.ts";

export function openVerb({ directory, mail, clock, log }: AccountsParts): Pick<Accounts, "open"> {
  return {
    async open({ id, address, passwordHash, quotaBytes, language }) {
      const isOpened = async (): Promise<boolean> => (await directory.byId(id))?.primary === address;
      if (await isOpened()) return "opened";
      if ((await directory.byAddress(address)) !== undefined) return "taken";
      // The file is made before the record, as always; one that a stopped try has left is this account's.
      await mail.create(id, { quotaBytes });
      const record = { id, primary: address, state: "active", language, quotaBytes, createdAt: clock.now() } as const;
      const { kind } = await directory.add([{ ...record, passwordHash }]);
      if (kind === "added") {
        log("account.added", { account: id, count: 1 });
        return "opened";
      }
      // Another process may have been quicker with the same account: then the file is that of a living one.
      if (await isOpened()) return "opened";
      await mail.destroy(id);
      return "taken";
    },
  };
}

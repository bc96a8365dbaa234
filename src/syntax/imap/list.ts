/**
 * LIST and LSUB: RFC 9051 section 6.3.9 with the options of RFC 5258, RFC 6154 and RFC 5819; LSUB is RFC 3501 section
 * 6.3.9. An option that is not known is an error, as RFC 5258 section 3 wants.
 */
import type { Command, ListCommand, StatusItem } from "./command.ts";
import type { Cursor } from "./cursor.ts";
import { wildLength } from "./list-match.ts";
import { mailboxPattern } from "./mailbox-name.ts";
import { readStatusItems } from "./status.ts";

/** Patterns of one LIST: each is held against each name. */
const MAX_PATTERNS = 100;
/** Signs of all patterns of a command from their first wildcards on: as many steps, at most, for each sign of each name. */
const MAX_WILD = 512;

type SelectOption = ListCommand["select"][number];
type ReturnOption = ListCommand["returns"][number];

const SELECT: ReadonlySet<string> = new Set<SelectOption>(["SUBSCRIBED", "SPECIAL-USE", "REMOTE", "RECURSIVEMATCH"]);
const RETURN: ReadonlySet<string> = new Set<ReturnOption>(["SUBSCRIBED", "CHILDREN", "SPECIAL-USE"]);

export function readList(cursor: Cursor): Command {
  cursor.space("after LIST");
  const select = cursor.sees("(") ? readSelectOptions(cursor) : [];
  const reference = mailboxPattern(cursor.astring("the reference name"));
  cursor.space("before the mailbox pattern");
  const patterns = cursor.sees("(")
    ? cursor.list("the mailbox patterns", () => readPattern(cursor))
    : [readPattern(cursor)];
  if (patterns.length > MAX_PATTERNS) cursor.fail(`Expected at most ${MAX_PATTERNS} mailbox patterns.`);
  checkWild(cursor, reference, patterns);
  const { returns, status } = readReturns(cursor);
  return { name: "LIST", reference, patterns, select, returns, status };
}

export function readLsub(cursor: Cursor): Command {
  cursor.space("after LSUB");
  const reference = mailboxPattern(cursor.astring("the reference name"));
  cursor.space("before the mailbox pattern");
  const pattern = readPattern(cursor);
  checkWild(cursor, reference, [pattern]);
  return { name: "LSUB", reference, pattern };
}

function checkWild(cursor: Cursor, reference: string, patterns: readonly string[]): void {
  const wild = patterns.reduce((sum, pattern) => sum + wildLength(reference + pattern), 0);
  if (wild > MAX_WILD) cursor.fail(`Expected at most ${MAX_WILD} characters from the first wildcards of patterns on.`);
}

function readPattern(cursor: Cursor): string {
  return mailboxPattern(cursor.listMailbox("a mailbox pattern"));
}

function readSelectOptions(cursor: Cursor): readonly SelectOption[] {
  const options = cursor.list(
    "the selection options",
    () => {
      const option = cursor.keyword("a selection option");
      return SELECT.has(option)
        ? (option as SelectOption)
        : cursor.fail("Expected a selection option that this server knows.");
    },
    true,
  );
  cursor.space("after the selection options");
  const isBase = (option: SelectOption): boolean => option === "SUBSCRIBED" || option === "SPECIAL-USE";
  if (options.includes("RECURSIVEMATCH") && !options.some(isBase))
    cursor.fail('Expected "SUBSCRIBED" or "SPECIAL-USE" beside "RECURSIVEMATCH".');
  return [...new Set(options)];
}

type Returns = Pick<ListCommand, "returns" | "status">;

function readReturns(cursor: Cursor): Returns {
  if (cursor.seesEnd()) return { returns: [], status: undefined };
  cursor.space('before "RETURN"');
  if (cursor.keyword('"RETURN"') !== "RETURN") cursor.fail('Expected "RETURN" after the mailbox pattern.');
  cursor.space('after "RETURN"');
  const returns = new Set<ReturnOption>();
  let status: readonly StatusItem[] | undefined;
  cursor.list(
    "the return options",
    () => {
      const option = cursor.keyword("a return option");
      if (RETURN.has(option)) {
        returns.add(option as ReturnOption);
      } else if (option === "STATUS") {
        cursor.space('after "STATUS"');
        status = readStatusItems(cursor);
      } else {
        cursor.fail("Expected a return option that this server knows.");
      }
    },
    true,
  );
  return { returns: [...returns], status };
}

/**
 * Says where a fault of ours happened, and nothing of what the program had in hand: messages of errors quote values, and
 * values may be somebody's. So what is logged or printed of a fault is its class and places in our own sources.
 */

const MOST_PLACES = 5;
const PLACE = /^ {4}at (.*\/src\/\S+:\d+:\d+)\)?$/;

/** Lists the innermost places of our program in an error's stack, as `function (src/file.ts:line:column`. */
export function faultPlaces(error: Error): readonly string[] {
  return trace(error)
    .split("\n")
    .flatMap((line) => PLACE.exec(line)?.[1] ?? [])
    .slice(0, MOST_PLACES)
    .map((place) => place.replace(/\S*\/src\//, "src/"));
}

/** The stack without the message at its head, which could look like a place. */
function trace({ stack = "", message }: Error): string {
  const at = stack.indexOf(message);
  return at < 0 ? stack : stack.slice(at + message.length);
}

/**
 * How the readers of this folder give up on a command: one throw, caught in parse.ts and append.ts and nowhere else, so
 * that what leaves the folder is a value. The sentence names what was expected and never repeats what was sent.
 */
export class BadSyntax extends Error {}

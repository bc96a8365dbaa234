/** The languages of the site: English at the root, Swedish below `/sv`. */

export type Language = "en" | "sv";

export const LANGUAGES: readonly Language[] = ["en", "sv"];

/** What stands before every path of a language. */
export const prefixOf = (language: Language): string => (language === "en" ? "" : `/${language}`);

/** The language that a path belongs to. */
export const languageOf = (path: string): Language => (/^\/sv(?:\/|$)/.test(path) ? "sv" : "en");

/** The path in `language` of a page whose path in English is `path`: "/" is "/sv/" in Swedish. */
export const pathIn = (language: Language, path: string): string => `${prefixOf(language)}${path}`;

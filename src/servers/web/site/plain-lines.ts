/** Collects paragraphs of plain text while a page is read: knows how far in one stands, and the sign of the list's next entry. */
import { broken } from "../../../service/notices/letter.ts";

/** What is quoted, and examples. */
const SET_IN = "    ";

export type PlainLines = {
  readonly paragraphs: readonly string[];
  /** @param isTight without an empty line after what came before it in its list */
  put(text: string, isTight?: boolean): void;
  /** Lines as they are, set in. */
  putExample(text: string): void;
  beginQuote(): void;
  /** @param from the first number; none: points */
  beginList(from: number | undefined): void;
  beginItem(): void;
  /** Of a quotation or an entry. */
  end(): void;
  endList(): void;
};

export function plainLines(): PlainLines {
  const paragraphs: string[] = [];
  const margins: string[] = [];
  const lists: (number | undefined)[] = [];
  /** Of entries that begin: before their first line, in the place of so much of the margin. */
  let signs = "";
  let isInList = false;

  const place = (lines: string, isTight: boolean): void => {
    if (isTight && isInList) paragraphs.push(`${paragraphs.pop() ?? ""}\n${lines}`);
    else paragraphs.push(lines);
    isInList = lists.length > 0;
    signs = "";
  };

  return {
    paragraphs,
    put(text, isTight = false) {
      const margin = margins.join("");
      const first = margin.slice(0, margin.length - signs.length) + signs;
      const [start = "", ...others] = text.split("\n");
      place([broken(start, first, margin), ...others.map((line) => broken(line, margin))].join("\n"), isTight);
    },
    putExample(text) {
      const margin = margins.join("") + SET_IN;
      place(
        text
          .split("\n")
          .map((line) => `${margin}${line}`.trimEnd())
          .join("\n"),
        false,
      );
    },
    beginQuote: () => void margins.push(SET_IN),
    beginList(from) {
      if (lists.length === 0) isInList = false;
      lists.push(from);
    },
    beginItem() {
      const number = lists.pop();
      const sign = number === undefined ? "- " : `${number}. `;
      lists.push(number === undefined ? undefined : number + 1);
      signs += sign;
      margins.push(" ".repeat(sign.length));
    },
    end: () => void margins.pop(),
    endList: () => void lists.pop(),
  };
}

/** Reads passwords and keys: from the terminal without echo, else the first line of stdin. Never from the command line. */
import { HostError } from "../host/host-error.ts";

const MAX_LINE_BYTES = 4096;

/** Asks on the terminal, twice when `confirm`; or takes the first line of stdin when that is no terminal. */
export async function readSecret(prompt: string, confirm: boolean): Promise<string> {
  if (!process.stdin.isTTY) return firstLine(process.stdin);
  const first = await readHidden(`${prompt}: `);
  if (confirm && (await readHidden(`${prompt} again: `)) !== first)
    throw new HostError("the two were not the same: nothing was changed, try again");
  return first;
}

/** @throws HostError when there is no line. */
export async function firstLine(input: AsyncIterable<Uint8Array | string>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of input) {
    chunks.push(Buffer.from(chunk));
    if (chunks.at(-1)?.includes(0x0a) === true || Buffer.concat(chunks).length > MAX_LINE_BYTES) break;
  }
  const [line = ""] = Buffer.concat(chunks).toString("utf8").split(/\r?\n/, 1);
  if (line === "")
    throw new HostError("stdin holds nothing: type it at a terminal, or give it as the first line of stdin");
  return line;
}

function readHidden(prompt: string): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(prompt);
  stdin.setRawMode(true);
  stdin.setEncoding("utf8");
  return new Promise((resolve, reject) => {
    let typed = "";
    const finish = (): void => {
      stdin.off("data", take);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write("\n");
    };
    const take = (keys: string): void => {
      for (const key of keys) {
        if (key === "\r" || key === "\n" || key === "\u0004") {
          finish();
          resolve(typed);
          return;
        }
        if (key === "\u0003") {
          finish();
          reject(new HostError("interrupted: nothing was changed"));
          return;
        }
        if (key === "\u007f" || key === "\b") typed = typed.replace(/.$/su, "");
        else if (key === "\u0015") typed = "";
        else typed += key;
      }
    };
    stdin.on("data", take);
    stdin.resume();
  });
}

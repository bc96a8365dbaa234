/** Why a port cannot be had, as a sentence that says what to do: the machine or its operator must change something. */
import { once } from "node:events";
import type { Server } from "node:net";
import { HostError } from "./host-error.ts";
import { codeOf } from "./listener-handshake.ts";

export type WantedPort = {
  /** As the operator knows it: a setting, or what listens there. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** How another one is given, where it is not said by the name: "start it with another --port". */
  readonly change?: string;
};

/** @param error of node:net, with `code` */
export function portError(error: unknown, wanted: WantedPort): HostError {
  return new HostError(sentence(codeOf(error), wanted), { cause: error });
}

/** Waits until a server that was told to listen does. @throws HostError when it cannot */
export async function listening(server: Server, wanted: WantedPort): Promise<void> {
  try {
    await once(server, "listening");
  } catch (error) {
    throw portError(error, wanted);
  }
}

/** When settings name one port twice. */
export const portTwice = (wanted: WantedPort, other: WantedPort): HostError =>
  new HostError(`${placeOf(wanted)} is wanted for ${other.name} already: ${changeOf(wanted)}`);

const placeOf = ({ name, host, port }: WantedPort): string => `port ${port} on ${host} (${name})`;
const changeOf = ({ change = "give altmail another port" }: WantedPort): string => change;

function sentence(code: string, wanted: WantedPort): string {
  const where = placeOf(wanted);
  const change = changeOf(wanted);
  switch (code) {
    case "EADDRINUSE":
      return `${where} is taken by another program: end it ("ss -ltnp" shows which), or ${change}`;
    case "EACCES":
      return `${where} may not be opened by this user: give altmail CAP_NET_BIND_SERVICE, which ports below 1024 need, or ${change}`;
    case "EADDRNOTAVAIL":
      return `${where} cannot be opened, for this machine has no such address: ${change}`;
    default:
      return `${where} cannot be opened (${code}): ${change}`;
  }
}

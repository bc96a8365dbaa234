/** The events of the defence, as its parts record them; the program's `Log` is one of these. */
import type { FieldsOf } from "../../host/events/declaration.ts";
import type { defenceEvents } from "../../host/events/defence.ts";

type DefenceEvents = typeof defenceEvents;

export type DefenceLog = <N extends keyof DefenceEvents>(name: N, fields: FieldsOf<DefenceEvents[N]>) => void;

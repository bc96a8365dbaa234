/**
 * The two names of the web platform that `syntax` uses beside ECMAScript itself. This folder is compiled without any
 * ambient types, so that sockets, files and clocks do not exist here; what else it needs must be written down in this file.
 */
declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(input?: Uint8Array, options?: { stream?: boolean }): string;
}

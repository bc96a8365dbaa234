/**
 * Parts under construction while a message is parsed: the node of the tree, which is a `Part` (part.ts) and a `BodyNode`
 * (structure.ts) once its end has come, and what the parser must know of it until then.
 */
import { emptyEntity } from "./entity.ts";
import type { Entity } from "./entity.ts";

/** A node of the tree. */
export type Node = {
  readonly headerStart: number;
  bodyStart: number;
  bodyEnd: number;
  type: string;
  subtype: string;
  encoding: string;
  entity: Entity;
  lines: number;
  readonly children: Node[];
  message: Node | undefined;
  envelope: string | undefined;
};

/** A node whose end has not come. */
export type OpenPart = {
  readonly node: Node;
  readonly isMessageRoot: boolean;
  /** Its default type is message/rfc822 (RFC 2046 section 5.1.5). */
  readonly isInDigest: boolean;
  /** The last part that the limits allow. */
  readonly isLast: boolean;
  kind: "header" | "multipart" | "closed-multipart" | "message" | "text" | "leaf";
  boundary: Uint8Array | undefined;
  /** Line ends before the body. */
  linesBefore: number;
};

/** A part without octets; as it stands it is an empty text. */
export function newNode(headerStart: number): Node {
  return {
    headerStart,
    bodyStart: headerStart,
    bodyEnd: headerStart,
    type: emptyEntity.type,
    subtype: emptyEntity.subtype,
    encoding: emptyEntity.encoding,
    entity: emptyEntity,
    lines: 0,
    children: [],
    message: undefined,
    envelope: undefined,
  };
}

/** Gives a node what its header said. */
export function describe(node: Node, entity: Entity): void {
  node.entity = entity;
  node.type = entity.type;
  node.subtype = entity.subtype;
  node.encoding = entity.encoding;
}

/** Tells whether a message is inside (RFC 2046 section 5.2.1, RFC 6532 section 3.7). */
export function isMessageType({ type, subtype }: Entity): boolean {
  return type === "message" && (subtype === "rfc822" || subtype === "global");
}

/** Makes a leaf of what may not be looked into; RFC 2046 section 4: what cannot be looked into is application/octet-stream. */
export function opaque(entity: Entity): Entity {
  return { ...entity, type: "application", subtype: "octet-stream", parameters: [] };
}

/**
 * The random number in a visitor's cookie, and what is made of it: the id under which a session is stored, so that a copy of
 * the store opens no session, and the token in forms, so that no other site can send a form in a visitor's name. Both are
 * one-way: neither leads to the number, nor to the other.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

declare const brand: unique symbol;
/** 256 random bits, base64url: as in the cookie. */
export type VisitToken = string & { readonly [brand]: "VisitToken" };
/** The hash of a token, base64url: as in the store. */
export type SessionId = string & { readonly [brand]: "SessionId" };

const TOKEN_BYTES = 32;
const FORM = /^[A-Za-z0-9_-]{43}$/;

export const newToken = (): VisitToken => randomBytes(TOKEN_BYTES).toString("base64url") as VisitToken;

/** @returns `undefined` for what was never made here. */
export const parseToken = (text: string): VisitToken | undefined =>
  FORM.test(text) ? (text as VisitToken) : undefined;

/** Without salt or stretching: nobody guesses 256 bits. */
export const sessionIdOf = (token: VisitToken): SessionId =>
  createHash("sha256").update(token).digest("base64url") as SessionId;

/** Stands in every form that this visitor is shown. */
export const formTokenOf = (token: VisitToken): string =>
  createHmac("sha256", token).update("altmail form").digest("base64url");

/** Compares in constant time. */
export function isFormTokenOf(token: VisitToken, given: string): boolean {
  const [a, b] = [Buffer.from(formTokenOf(token)), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}

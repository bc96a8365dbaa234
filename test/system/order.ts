/** Somebody orders an account in a browser: the steps of sign-up up to the link that leads to Stripe. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { heading, press } from "./browser.ts";

/** @returns the name of the session at Stripe that the link leads to. */
export async function order(
  page: Page,
  origin: string,
  typed: { readonly name: string; readonly password: string },
): Promise<string> {
  await page.goto(`${origin}/account/sign-up`);
  await page.fill("#name", typed.name);
  await press(page, "Go on");
  await page.fill("#password", typed.password);
  await page.fill("#again", typed.password);
  await page.getByLabel("small").check();
  await page.check("#terms");
  await page.check("#begin");
  await press(page, "Order with obligation to pay");
  await heading(page, /pay at Stripe/);
  const link = (await page.getByRole("link", { name: "Pay at Stripe" }).getAttribute("href")) ?? "";
  assert.match(link, /^https:\/\/checkout\.stripe\.com\//);
  return link.slice(link.lastIndexOf("/") + 1);
}

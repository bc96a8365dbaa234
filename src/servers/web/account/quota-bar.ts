/** How full an account is, drawn; the words beside it say the same, so who hears the page is not told twice. */
import { type Html, html } from "../markup.ts";

const WIDTH = 200;

export function quotaBar(octets: number, quotaBytes: number): Html {
  const part = quotaBytes <= 0 ? 1 : Math.min(1, octets / quotaBytes);
  // Something is seen as soon as there is something.
  const width = octets === 0 ? 0 : Math.max(2, Math.round(part * (WIDTH - 2)));
  return html`<svg width="${WIDTH}" height="12" viewBox="0 0 ${WIDTH} 12" aria-hidden="true" focusable="false"><rect x="0.5" y="0.5" width="${WIDTH - 1}" height="11" fill="none" stroke="currentColor" opacity="0.6"/><rect x="1" y="1" width="${width}" height="10" fill="currentColor"/></svg>`;
}

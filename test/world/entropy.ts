/** How even octets are spread: sealed ones, like random ones, have almost 8 bits an octet. */

/** Shannon entropy in bits an octet. */
export function entropy(octets: Uint8Array): number {
  const counts = new Float64Array(256);
  for (const octet of octets) counts[octet] = (counts[octet] ?? 0) + 1;
  return counts.reduce(
    (sum, count) => (count === 0 ? sum : sum - (count / octets.length) * Math.log2(count / octets.length)),
    0,
  );
}

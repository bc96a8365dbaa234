/** A password for demo accounts that can be remembered and typed; a lab listens on loopback only. */
import { randomInt } from "node:crypto";

const WORDS =
  "amber anchor apple arrow autumn basket beacon birch bridge candle canyon cedar cherry cloud copper coral crane dawn delta ember falcon fern flint forest garden ginger glacier harbor hazel heron indigo island ivory jasmine juniper kettle lagoon lantern lemon linen maple marble meadow mint moss nectar oak ocean olive opal orchid otter pepper pine plum quartz raven reed river saffron sail silver stone summit thistle tiger topaz valley velvet walnut willow winter wren zephyr".split(
    " ",
  );
const COUNT = 4;

export function memorablePassword(): string {
  return Array.from({ length: COUNT }, () => WORDS[randomInt(WORDS.length)]).join("-");
}

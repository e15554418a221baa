/** Prints a JSON array of what the printer writes for random values (argument: how many), always the same ones. */

import * as rt from "../../../lisp/runtime/index.mjs";

const STRINGS = ["", "a", "a b", 'q"\\', "\n\t\u0000", "\ud800", "😀", "é", "\u2028", "constructor", "__proto__", "1", "-1",
  "a/b", "a.b", "x:y", "#", "'", "a'b", "?", "+", "->", "nil", "true", "%", "&", "$", "λ", "a\u200bb", "\u00a0", "{", "1a",
  "-", "-a", ".", "..", "a,b", ":", "@x", "^m", 'f"', "#a", "\\n", "\ufeff", "class", "*x*", "_", "a_b", "a-b"];
const NUMBERS = [0, -0, 1, -1, 1.5, 1e21, 1e-7, 2 ** 53, NaN, Infinity, 123456789012345680000];
const NAMES = STRINGS.filter(rt.readsAsKeyword);

let seed = 7;
function below(n) {
  seed = (seed * 1103515245 + 12345) & 0x7fffffff;
  return (seed >> 8) % n;
}
const pick = (xs) => xs[below(xs.length)];
const several = (most, make) => Array.from({ length: below(most) }, make);

function value(depth) {
  const deeper = () => value(depth + 1);
  switch (below(depth > 3 ? 5 : 9)) {
    case 0: return pick(NUMBERS);
    case 1: return pick(STRINGS);
    case 2: return rt.keyword(pick(NAMES));
    case 3: return pick([null, true, false]);
    case 4: return BigInt(below(1000)) * 10n ** 20n - 500n;
    case 5: return rt.set(several(3, deeper));
    case 6: {
      const object = {};
      for (const key of several(4, () => pick(STRINGS))) rt.setField(object, key, deeper(), "test");
      return object;
    }
    default: return several(4, deeper);
  }
}

console.log(JSON.stringify(Array.from({ length: Number(process.argv[2]) }, () => rt.prStr(value(0)))));

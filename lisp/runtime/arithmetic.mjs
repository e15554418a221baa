/**
 * Operators on values of unknown type: arithmetic and order.
 *
 * In: any values. Out: what the operator gives. Numbers never come here where the compiler knows them; the slow
 * path knows BigInt promotion, Python's operators (through the ops object of a PyProxy) and JavaScript's own; what
 * these would turn into nonsense is refused.
 */

import { isPromise, pyOps, truthy, wrongType } from "./data.mjs";

const jsAdd = (a, b) => a + b;
const jsSub = (a, b) => a - b;
const jsMul = (a, b) => a * b;
const jsPow = (a, b) => (typeof b === "bigint" && b < 0n ? Number(a) ** Number(b) : a ** b);

/** BigInts divide exactly or become floats, as numbers do. */
function jsDiv(a, b) {
  if (typeof a === "bigint" && typeof b === "bigint") {
    return b !== 0n && a % b === 0n ? a / b : Number(a) / Number(b);
  }
  return a / b;
}

/**
 * Refuse what JavaScript would turn into nonsense: nil, keywords, functions, promises, collections. What has a text or
 * a number of its own (dates, decimals; beside a string also a URL) is left to JavaScript, as booleans are. It says what
 * it got in few words, because it is embedded with every operator.
 */
function checkOperand(x, who, beside) {
  const joins = who === "+" && typeof beside === "string";
  if (x !== null && x !== undefined && typeof x !== "function") {
    if (typeof x !== "object" || x[Symbol.toPrimitive] || x.valueOf !== Object.prototype.valueOf) return;
    if (joins && x.toString !== Object.prototype.toString && !Array.isArray(x) && !ArrayBuffer.isView(x)) return;
  }
  const kind = typeof x === "function" ? "function" : x instanceof Promise ? "Promise" : (x?.constructor?.name ?? "nil");
  const shown = x?.[Symbol.toStringTag] === "Keyword" ? `:${x.name}` : kind === "Promise" ? "a promise; await it first" : kind;
  throw new TypeError(`${who}: expected ${joins ? "a string" : who === "+" ? "a number or a string" : "a number"}, got ${shown}`);
}

/** A BigInt operand makes the other one a BigInt if it is integral; otherwise both become floats. */
function arithmetic(who, name, op, a, b) {
  const ops = pyOps(a) ?? pyOps(b);
  if (ops !== undefined) return ops.binary(name, a, b);
  checkOperand(a, who, b);
  checkOperand(b, who, a);
  if (typeof a === "bigint" && typeof b === "number") return Number.isInteger(b) ? op(a, BigInt(b)) : op(Number(a), b);
  if (typeof b === "bigint" && typeof a === "number") return Number.isInteger(a) ? op(BigInt(a), b) : op(a, Number(b));
  return op(a, b);
}

export function add(a, b) {
  return typeof a === "number" && typeof b === "number" ? a + b : arithmetic("+", "add", jsAdd, a, b);
}

export function sub(a, b) {
  return typeof a === "number" && typeof b === "number" ? a - b : arithmetic("-", "sub", jsSub, a, b);
}

export function mul(a, b) {
  return typeof a === "number" && typeof b === "number" ? a * b : arithmetic("*", "mul", jsMul, a, b);
}

export function div(a, b) {
  return typeof a === "number" && typeof b === "number" ? a / b : arithmetic("/", "truediv", jsDiv, a, b);
}

export function pow(a, b) {
  return typeof a === "number" && typeof b === "number" ? a ** b : arithmetic("**", "pow", jsPow, a, b);
}

export function neg(a) {
  if (typeof a === "number") return -a;
  const ops = pyOps(a);
  if (ops !== undefined) return ops.unary("neg", a);
  checkOperand(a, "-");
  return -a;
}

/** The ops object for a comparison; a promise has no order, and would silently be less than nothing. */
function orderOps(a, b, who) {
  const ops = pyOps(a) ?? pyOps(b);
  if (ops === undefined) for (const x of [a, b]) if (isPromise(x)) throw wrongType(who, "something with an order", x);
  return ops;
}

export function lt(a, b) {
  if (typeof a === "number" && typeof b === "number") return a < b;
  const ops = orderOps(a, b, "<");
  return ops === undefined ? a < b : ops.binary("lt", a, b);
}

export function le(a, b) {
  if (typeof a === "number" && typeof b === "number") return a <= b;
  const ops = orderOps(a, b, "<=");
  return ops === undefined ? a <= b : ops.binary("le", a, b);
}

export function gt(a, b) {
  if (typeof a === "number" && typeof b === "number") return a > b;
  const ops = orderOps(a, b, ">");
  return ops === undefined ? a > b : ops.binary("gt", a, b);
}

export function ge(a, b) {
  if (typeof a === "number" && typeof b === "number") return a >= b;
  const ops = orderOps(a, b, ">=");
  return ops === undefined ? a >= b : ops.binary("ge", a, b);
}

/**
 * (+ & xs): The sum; strings are joined, with numbers and what has a text of its own.
 * Example: (+ 1 2 3) => 6
 */
export function $a(...xs) {
  return xs.length === 0 ? 0 : xs.reduce(add);
}

/** (* & xs): The product. Example: (* 2 3) => 6 */
export function $s(...xs) {
  return xs.length === 0 ? 1 : xs.reduce(mul);
}

/** (- x & more): The difference; of one number, its negative. Example: (- 5 2 1) => 2 */
export function $m(x, ...more) {
  return more.length === 0 ? neg(x) : more.reduce(sub, x);
}

/** (/ x & more): The quotient; of one number, its inverse. Example: (/ 12 2 3) => 2 */
export function $d(x, ...more) {
  return more.length === 0 ? div(1, x) : more.reduce(div, x);
}

/** (** x y): x to the power of y. Example: (** 2 10) => 1024 */
export function $s$s(x, y) {
  return pow(x, y);
}

/** Does the relation hold between all neighbours? One pair gives the operator's own result. */
function chainOf(relation, xs) {
  if (xs.length === 2) return relation(xs[0], xs[1]);
  for (let i = 1; i < xs.length; i++) if (!truthy(relation(xs[i - 1], xs[i]))) return false;
  return true;
}

/** (< x & more): Are the operands increasing? Example: (< 1 2 3) => true */
export function $l(...xs) {
  return chainOf(lt, xs);
}

/** (<= x & more): Does no operand exceed the next? Example: (<= 1 1 2) => true */
export function $l$e(...xs) {
  return chainOf(le, xs);
}

/** (> x & more): Are the operands decreasing? Example: (> 3 2 1) => true */
export function $g(...xs) {
  return chainOf(gt, xs);
}

/** (>= x & more): Is no operand less than the next? Example: (>= 2 2 1) => true */
export function $g$e(...xs) {
  return chainOf(ge, xs);
}

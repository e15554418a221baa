/**
 * Functions that are pickled side by side and share state: they have to travel as one.
 *
 * In: functions as they are pickled one after the other into one pickle. Out: for each its key, and where it shares
 * a variable that one of them sets, an atom, or a function that has such a variable with earlier ones: a capsule of all of
 * these (capture.mjs), which takes the place of those that were sent of them before. Nothing is shared by what only the
 * program's globals lead to: each process has its own globals.
 */
import { demangle } from "../../lisp/runtime/index.mjs";
import { capsule, captured } from "./capture.mjs";

/** Functions that travel as one: the capsule of each further one has all of them. */
const MOST = 64;

/** ms that a pickle may take to be written. */
const KEPT = 60_000;

export class Company {
  constructor() {
    this.members = new Map(); // key -> { root, found, group: members that share, this one too }
    setTimeout(() => this.members.clear(), KEPT).unref(); // it holds what they have captured
  }

  /** [key of the function, null or [keys, capsule of these]]. */
  join(root, found, known) {
    const key = keyOf(root.root);
    const member = { key, root, found, group: [] };
    const names = new Set();
    const shares = [...this.members.values()].filter((other) => {
      const name = other.key === key ? null : shared(other.found, found, known);
      if (name !== null) names.add(name);
      return name !== null;
    });
    const group = [...new Set(shares.flatMap((other) => other.group)), member];
    if (group.length > MOST) throw tooMany(root.name, group.length, [...names].map(demangle));
    for (const each of group) each.group = group;
    this.members.set(key, member);
    if (group.length === 1) return [key, null];
    return [key, [group.map((each) => each.key), capsule(captured(group.map((each) => each.root), known))]];
  }
}

const numbers = new WeakMap();
let count = 0;

/** The same for a function whenever it is sent, and no other's. */
function keyOf(fn) {
  if (!numbers.has(fn)) numbers.set(fn, count++);
  return `${process.pid}.${numbers.get(fn)}`;
}

const tooMany = (name, count, shared) =>
  Object.assign(new TypeError(`${name} cannot be sent to another process: ${count} functions beside each other share its ${shared.join(", ")}: send one function that makes them there`), { name: "Unsendable" });

/** The name of a variable whose value, or which itself, two functions share; null: they share nothing. */
function shared(one, other, known) {
  for (const thing of other.state) if (one.state.has(thing)) return holder(other, thing);
  const both = captured([], known);
  const holders = new Map();
  for (const [at, found] of [one, other].entries()) {
    for (const each of found.functions) if (!holders.has(each.value)) both.functions.push((holders.set(each.value, at), each));
  }
  both.way = [other.way[0]];
  const cells = new Map(); // `scope name` -> which of the two has it
  for (const [each, names] of both.shared()) {
    for (const { identity, name } of names) {
      const key = `${identity} ${name}`;
      const before = cells.get(key) ?? holders.get(each.value);
      if (before !== holders.get(each.value)) return name;
      cells.set(key, before);
    }
  }
  return null;
}

/** The first variable that has a thing. */
function holder(found, thing) {
  const at = found.seen.get(thing);
  const vars = found.functions.flatMap((one) => one.vars);
  return vars.find(([, made]) => made?.r === at)?.[0] ?? "variables";
}

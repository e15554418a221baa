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
import { contexts } from "./scopes.mjs";

/** Functions that travel as one: the capsule of each further one has all of them. */
const MOST = 64;

/** ms that a pickle may take to be written. */
const KEPT = 60_000;

export class Company {
  constructor() {
    this.members = new Map(); // key -> { root, found, group: members that share, this one too, cells }
    this.states = new Map(); // atom or function -> a member that has it
    this.variables = new Map(); // name -> value -> { members, isSet: does one of them set it? }
    setTimeout(() => [this.members, this.states, this.variables].forEach((each) => each.clear()), KEPT).unref(); // who else holds that?
  }

  /** [key of the function, null or [keys, capsule of these]]. */
  join(root, found, known) {
    const key = keyOf(root.root);
    if (this.members.has(key)) return [key, null];
    const member = { key, root, found, group: [], cells: null };
    const names = new Set();
    const near = this.near(member, names);
    const group = [...new Set([...near].flatMap((other) => other.group)), member];
    if (group.length > MOST) throw unsendable(root.name, `${group.length} functions beside each other share its ${[...names].map(demangle).join(", ")}: send one function that makes them there`);
    for (const each of group) each.group = group;
    this.enter(member);
    if (group.length === 1) return [key, null];
    return [key, [group.map((each) => each.key), capsule(captured(group.map((each) => each.root), known))]];
  }

  /** The members that share something with one, by `names`. */
  near(member, names) {
    const near = new Set(), maybe = new Set();
    for (const thing of member.found.state) {
      const other = this.states.get(thing);
      if (other !== undefined) {
        near.add(other);
        names.add(holder(member.found, thing));
      }
    }
    for (const [name, value, isSet] of variables(member.found)) {
      const same = this.variables.get(name)?.get(value);
      if (same !== undefined && (isSet || same.isSet)) for (const other of same.members) maybe.add(other);
    }
    for (const other of maybe) {
      for (const [cell, { name, isSet }] of cells(member)) {
        const theirs = cells(other).get(cell);
        if (theirs === undefined || !(isSet || theirs.isSet)) continue;
        near.add(other);
        names.add(name);
      }
    }
    return near;
  }

  enter(member) {
    this.members.set(member.key, member);
    for (const thing of member.found.state) this.states.set(thing, member);
    for (const [name, value, isSet] of variables(member.found)) {
      if (!this.variables.has(name)) this.variables.set(name, new Map());
      const same = this.variables.get(name).get(value) ?? { members: new Set(), isSet: false };
      same.members.add(member);
      same.isSet ||= isSet;
      this.variables.get(name).set(value, same);
    }
  }
}

/** [name, value, is it set there?] of what a function and those that it needs have captured. */
function* variables(found) {
  for (const one of found.functions) {
    for (const [name, scope] of one.names) yield [name, one.inside.scopes[scope][name], one.about.assigned.has(name)];
  }
}

/** The variables themselves: `scope name` -> { name, isSet }; a picture of the heap tells which scopes are the same. */
function cells(member) {
  if (member.cells !== null) return member.cells;
  const { functions } = member.found;
  const chains = contexts(functions.map((one) => one.value));
  if (chains === null) throw unsendable(member.root.name, "others beside it may share its variables, and the heap is too large to tell");
  member.cells = new Map();
  functions.forEach((one, at) => {
    for (const [name, scope] of one.names) {
      const cell = `${chains[at][scope]} ${name}`;
      member.cells.set(cell, { name, isSet: one.about.assigned.has(name) || member.cells.get(cell)?.isSet === true });
    }
  });
  return member.cells;
}

const numbers = new WeakMap();
let count = 0;

/** The same for a function whenever it is sent, and no other's. */
function keyOf(fn) {
  if (!numbers.has(fn)) numbers.set(fn, count++);
  return `${process.pid}.${numbers.get(fn)}`;
}

const unsendable = (name, why) => Object.assign(new TypeError(`${name} cannot be sent to another process: ${why}`), { name: "Unsendable" });

/** The first variable that has a thing. */
function holder(found, thing) {
  const at = found.seen.get(thing);
  const vars = found.functions.flatMap((one) => one.vars);
  return vars.find(([, made]) => made?.r === at)?.[0] ?? "variables";
}

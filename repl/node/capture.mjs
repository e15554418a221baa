/**
 * A function of JavaScript made into a capsule: all that it needs to be made again in another process.
 *
 * In: a function or class, and who names what is to be had there too (travel.mjs). Out:
 *   code   the text of a function that gives, by number, what makes the functions: their own texts, among the names that
 *          they capture, and the globals of the program that they use
 *   data   JSON text of { root, nodes, made, globals, imports, closed }: each object once, so cycles and sharing stay;
 *          `closed` are those that take no further properties, and how: [number, "freeze"] ..
 *   objects  Python's objects, then bytes
 *   places [line in the code, url, line, column, text] of each function, for who knows where that was in the Lisp
 * bridge/node/capsule.mjs opens it. What cannot be had elsewhere is a TypeError that says which variable holds it.
 */
import { Atom, demangle } from "../../lisp/runtime/index.mjs";
import { freeNames } from "./free_names.mjs";
import { closure, contexts } from "./scopes.mjs";

const PYTHON = Symbol.for("polyrepl.python");
const OWN_OF_FUNCTIONS = new Set(["length", "name", "prototype", "arguments", "caller"]);

/** Nodes that are made anew; all others are had there by a name. */
const ANEW = new Set(["f", "a", "A", "M", "S", "d", "re", "e", "o", "o0", "i"]);

/** Objects of the platform's that their text makes again. */
const TEXTS = ["URL", "URLSearchParams"];

const PRIVATE = /^class\b[^]*[{;\s]#[\p{ID_Start}$_][\p{ID_Continue}$]*\s*[=;(}\n]/u;

/** What texts of functions say; the text of one is read once. */
const read = new Map();
const KEPT = 1000;

function namesOf(text) {
  let found = read.get(text);
  if (found === undefined) {
    if (read.size >= KEPT) read.delete(read.keys().next().value);
    read.set(text, (found = freeNames(text)));
  }
  return found;
}

const aKind = (name) => `${/^[aeiou]/i.test(name) && !/^(?:u[nrst]i|url|eu|one)/i.test(name) ? "an" : "a"} ${name}`;

/** Is it an exception of Python's, which travels as any object of Python's does? */
const isPyError = (v) => v instanceof Error && Object.hasOwn(v, "exception") && v.exception?.[PYTHON] !== undefined;

const unsendable = (message) => Object.assign(new TypeError(message), { name: "Unsendable" });

/** Calls that are to fit on the stack still. V8's inspector takes some of it, and says nothing of what it could not do. */
const ROOM = 1500;
const room = (calls) => (calls === 0 ? 0 : 1 + room(calls - 1));

class Capture {
  /** @param {{ nameOf: (value: any) => any[] | undefined, isOwned: (global: string) => boolean }} known */
  constructor(known) {
    this.known = known;
    this.nodes = [];
    this.seen = new Map();
    this.objects = [];
    this.bytes = [];
    this.functions = []; // { value, text, about, node, names: Map of name -> scope, line }
    this.globals = new Map();
    this.way = []; // names that lead to what is looked at: the function's, then keys and, as objects, variables
    this.closed = [];
    this.state = new Set(); // captured atoms and functions that set what they have captured: each is to be there once
    this.inGlobals = 0;
    this.size = 0;
    this.largest = { name: "", size: 0 };
  }

  refuse(why) {
    const [own] = this.way;
    throw unsendable(this.way.length > 1 ? `${own} cannot be sent to another process: its ${this.said()} ${why}` : `${own} ${why}`);
  }

  /** What is looked at, for messages: the innermost name, what holds it, and the variable that holds that. */
  said() {
    const names = this.way.slice(1);
    const at = names.findLastIndex((name) => typeof name !== "string");
    const shown = names.slice(-2);
    if (at >= 0 && at < names.length - 2) shown.unshift(names[at]);
    return shown.reverse().map((name) => name.variable ?? name).join(" of ");
  }

  value(v) {
    switch (typeof v) {
      case "undefined": return { u: 1 };
      case "boolean": return v;
      case "string": this.size += v.length; return v;
      case "number": this.size += 8; return Number.isFinite(v) && !Object.is(v, -0) ? v : { x: Object.is(v, -0) ? "-0" : String(v) };
      case "bigint": return { b: String(v) };
      case "symbol": {
        const key = Symbol.keyFor(v) ?? Object.getOwnPropertyNames(Symbol).find((name) => Symbol[name] === v);
        if (key === undefined) this.refuse("is a symbol that no other process knows: use Symbol.for, or a keyword");
        return Symbol.keyFor(v) === undefined ? { w: key } : { s: key };
      }
    }
    if (v === null) return null;
    const before = this.seen.get(v);
    if (before !== undefined) return { r: before };
    const at = this.nodes.length;
    this.seen.set(v, at);
    this.nodes.push(null);
    this.size += 16;
    this.nodes[at] = this.object(v, at);
    if (!Object.isExtensible(v) && ANEW.has(this.nodes[at][0])) this.closed.push([at, Object.isFrozen(v) ? "freeze" : Object.isSealed(v) ? "seal" : "preventExtensions"]);
    return { r: at };
  }

  object(v, at) {
    if (v[PYTHON] !== undefined || isPyError(v)) return ["py", this.objects.push([v, this.said()]) - 1];
    const named = this.known.nameOf(v);
    if (named !== undefined) return named;
    if (this.known.builtinOf(v) === "Proxy") this.refuse("is a Proxy, which does not tell what stands behind it: send that");
    if (typeof v === "function") return this.func(v, at);
    if (Array.isArray(v) && Object.getPrototypeOf(v) === Array.prototype) return ["a", this.items(v)];
    if (v instanceof Promise || typeof v.then === "function") this.refuse("is a promise, which lives in its process: await it first");
    if (v instanceof Atom && this.inGlobals === 0) this.state.add(v);
    const proto = Object.getPrototypeOf(v);
    if (proto === Map.prototype) return ["M", Array.from(v, ([key, item]) => [this.value(key), this.under(key, item)])];
    if (proto === Set.prototype) return ["S", Array.from(v, (item) => this.value(item))];
    if (proto === Date.prototype) return ["d", v.getTime()];
    if (proto === RegExp.prototype) return ["re", v.source, v.flags, v.lastIndex];
    if (v instanceof Error) return this.error(v);
    if (v instanceof ArrayBuffer || (typeof SharedArrayBuffer !== "undefined" && v instanceof SharedArrayBuffer)) return this.buffer(v);
    if (ArrayBuffer.isView(v)) return this.view(v, proto);
    const text = TEXTS.find((name) => proto === globalThis[name]?.prototype);
    if (text !== undefined) return ["v", text, String(v)];
    if (proto === Object.prototype || proto === null) return [proto === null ? "o0" : "o", this.properties(v)];
    return this.instance(v, proto);
  }

  /** An error: of JavaScript's own kinds by the name of its kind. */
  error(v) {
    const named = this.known.nameOf(v.constructor);
    const kind = named?.[0] === "g" ? named[1] : this.value(v.constructor);
    return ["e", v.name, String(v.message), String(v.stack ?? ""), kind, this.properties(v, ["message", "stack", "name"])];
  }

  buffer(v) {
    this.size += v.byteLength;
    return ["ab", this.bytes.push(new Uint8Array(v.slice(0))) - 1];
  }

  /** A typed array or DataView; by its class too, where that is not JavaScript's own. */
  view(v, proto) {
    const kind = Object.prototype.toString.call(v).slice(8, -1);
    const own = proto === globalThis[kind]?.prototype ? [] : [this.value(proto.constructor)];
    return ["t", kind, this.value(v.buffer), v.byteOffset, v.length ?? v.byteLength, ...own];
  }

  items(v) {
    return Array.from(v, (item) => this.value(item));
  }

  under(name, item) {
    this.way.push(typeof name === "string" || typeof name === "number" ? String(name) : "items");
    const made = this.value(item);
    this.way.pop();
    return made;
  }

  properties(v, without = []) {
    const found = [];
    for (const key of Reflect.ownKeys(v)) {
      if (without.includes(key) || (typeof v === "function" && typeof key === "string" && (OWN_OF_FUNCTIONS.has(key) || /^__\w+__$/.test(key)))) continue;
      const about = Object.getOwnPropertyDescriptor(v, key);
      if (typeof key === "symbol" && Symbol.keyFor(key) === undefined && typeof v === "function") continue;
      if (!about.enumerable && (typeof key === "symbol" || typeof v === "function")) continue;
      if (about.get || about.set) {
        this.refuse(`has a getter, ${String(key)}, that has to be called in its own process: copy it first`);
      }
      found.push([this.value(key), this.under(typeof key === "symbol" ? key.description : key, about.value), ...(about.enumerable ? [] : [false])]);
    }
    return found;
  }

  /** An object of a class: by the class and its properties. */
  instance(v, proto) {
    const name = proto.constructor?.name || "object";
    const kind = this.known.builtinOf(v);
    if (kind === "GeneratorObject") this.refuse("is a generator that has begun: send the function that makes it");
    if (kind === "Array") {
      if (proto.constructor?.prototype === proto) return ["A", this.value(proto.constructor), this.items(v), this.properties(v, ["length"]).filter(([key]) => !/^\d+$/.test(key))];
    } else if (kind !== null) this.refuse(`is ${aKind(name)}, which lives in its own process`);
    if (typeof proto.constructor !== "function" || proto.constructor.prototype !== proto) {
      this.refuse("is an object that no class has made");
    }
    const named = this.known.nameOf(proto.constructor);
    const foreign = named === undefined ? closure(proto.constructor).url.startsWith("node:") : named[0] === "g" || named[0] === "n";
    if (foreign) this.refuse(`is ${aKind(name)}, which lives in its own process`);
    for (let kind = proto.constructor; typeof kind === "function"; kind = Object.getPrototypeOf(kind)) {
      if (PRIVATE.test(Function.prototype.toString.call(kind))) this.refuse(`is ${aKind(name)} with private fields, which only its class can read`);
    }
    return ["i", this.value(proto.constructor), this.properties(v)];
  }

  func(v, at) {
    room(ROOM);
    const text = Function.prototype.toString.call(v);
    if (/\{\s*\[native code\]\s*\}\s*$/.test(text)) {
      const bound = v.name.startsWith("bound ");
      this.refuse(bound ? "is a bound function, which does not tell what it is bound to: send (fn [..] ..) instead" : "is a native function of this process");
    }
    let about;
    try {
      about = namesOf(text);
    } catch (error) {
      this.refuse(`cannot be read as JavaScript (${error.message})`);
    }
    if (about.needs !== null) this.refuse(`uses ${about.needs} of what stands around it: give that a name and use the name`);
    if (about.kind !== "init") this.refuse("is a getter or setter: send its object's class");
    const inside = closure(v);
    if (inside.url.startsWith("node:")) this.refuse("is a function of Node's own that no module exports");
    const one = { value: v, text, about, at, names: new Map(), inside, vars: [] };
    this.functions.push(one);
    this.size += text.length;
    for (const [, , name, isBound] of about.globals) {
      if (isBound && !this.known.isOwned(name)) this.refuse(`uses globalThis.${name} beside a ${name} of its own`);
    }
    for (const name of about.free) {
      const scope = inside.scopes.findIndex((names) => Object.hasOwn(names, name));
      if (scope >= 0) one.names.set(name, scope);
      else if (name !== "globalThis" && !this.known.isOwned(name) && (Object.hasOwn(globalThis, name) || about.assigned.has(name))) this.global(name);
    }
    if (this.inGlobals === 0 && [...about.assigned].some((name) => one.names.has(name))) this.state.add(v);
    for (const [name, scope] of one.names) one.vars.push([name, this.variable(name, inside.scopes[scope][name])]);
    return ["f", at, this.properties(v), v.name];
  }

  variable(name, value) {
    const before = this.size;
    this.way.push({ variable: demangle(name) });
    const made = this.value(value);
    this.way.pop();
    if (this.size - before > this.largest.size && this.nodes[made?.r]?.[0] !== "f") this.largest = { name: demangle(name), size: this.size - before };
    return made;
  }

  global(name) {
    if (this.globals.has(name)) return;
    this.globals.set(name, null);
    this.inGlobals++;
    this.globals.set(name, this.variable(name, globalThis[name]));
    this.inGlobals--;
  }

  /** Functions in groups that share a variable which one of them sets: Map of function -> [[scope identity, names], ..]. */
  shared() {
    const holders = new Map();
    for (const one of this.functions) for (const name of one.names.keys()) holders.set(name, [...(holders.get(name) ?? []), one]);
    const asked = new Set();
    const names = [];
    for (const [name, all] of holders) {
      if (all.length < 2 || !all.some((one) => one.about.assigned.has(name))) continue;
      const value = (one) => one.inside.scopes[one.names.get(name)][name];
      const same = all.filter((one) => all.some((other) => other !== one && Object.is(value(one), value(other))));
      if (same.length > 1) names.push(name);
      for (const one of same) asked.add(one);
    }
    if (names.length === 0) return new Map();
    const all = [...asked];
    const found = contexts(all.map((one) => one.value));
    if (found === null) throw unsendable(`${this.way[0]} cannot be sent to another process: several functions may share its variable ${demangle(names[0])}, and the heap is too large to tell`);
    const chains = new Map(all.map((one, at) => [one, found[at]]));
    const cells = new Map(); // `identity name` -> functions
    for (const name of names) {
      for (const one of holders.get(name).filter((each) => chains.has(each))) {
        const key = `${chains.get(one)[one.names.get(name)]} ${name}`;
        cells.set(key, [...(cells.get(key) ?? []), one]);
      }
    }
    const shared = new Map();
    for (const [key, sharers] of cells) {
      const [identity, name] = key.split(" ");
      if (sharers.length < 2 || !sharers.some((one) => one.about.assigned.has(name))) continue;
      for (const one of sharers) shared.set(one, [...(shared.get(one) ?? []), { identity: Number(identity), name, depth: one.names.get(name) }]);
    }
    return shared;
  }
}

/** Writes the code of a capsule, and knows which line it is at. */
class Writer {
  constructor() {
    this.parts = [];
    this.line = 0;
  }

  write(text) {
    this.parts.push(text);
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) this.line++;
  }

  /** A function's own text, as an expression on lines of its own; gives its first line. */
  source({ text, about }, isOwned) {
    let plain = text;
    for (const [start, end, name] of about.globals) if (!isOwned(name)) plain = plain.slice(0, start) + " ".repeat(end - start) + plain.slice(end);
    const method = about.method !== null;
    this.write(method ? "({\n" : "(\n");
    const line = this.line;
    this.write(about.key === null ? plain : `${text.slice(0, about.key[0])}${about.method}${plain.slice(about.key[1])}`);
    this.write(method ? `\n})[${JSON.stringify(about.method)}]` : "\n)");
    return line;
  }
}

const setter = (names) => `(polyrepl$o) => { ({ ${names.join(", ")} } = polyrepl$o); }`;

function written(capture, shared, places) {
  const out = new Writer();
  const known = (name) => capture.known.isOwned(name);
  const globals = [...capture.globals.keys()];
  out.write(`"use strict";\n(polyrepl$) => {\n${globals.length > 0 ? `let ${globals.join(", ")};\n` : ""}polyrepl$.globals = ${setter(globals.map((name) => `${name} = ${name}`))};\npolyrepl$.make = [\n`);
  const made = []; // [number of the maker, [variables of each setter], those and the globals that a class reads at once]
  const numbers = new Map(); // text and names -> number of the maker
  const place = (one, line) => places.push([line, one.inside.url, one.inside.line, one.inside.column, one.text]);
  const where = new Map(); // function -> [number in `made`, which of its functions]
  for (const one of capture.functions) {
    if (shared.has(one)) continue;
    const names = [...one.names.keys()];
    const now = names.filter((name) => one.about.now.has(name));
    const key = `${names.join(" ")}\n${one.text}`;
    if (!numbers.has(key)) {
      numbers.set(key, numbers.size);
      out.write(`(polyrepl$now) => {${names.length > 0 ? ` let ${names.join(", ")};` : ""}${now.length > 0 ? ` ({ ${now.join(", ")} } = polyrepl$now);` : ""} return [[`);
      place(one, out.source(one, known));
      out.write(`], [${names.length > 0 ? setter(names) : ""}]]; },\n`);
    }
    where.set(one, [made.length, 0]);
    made.push([numbers.get(key), names.length > 0 ? [one.vars] : [], one.vars.filter(([name]) => one.about.now.has(name)), globals.filter((name) => one.about.now.has(name) && !one.names.has(name))]);
  }
  let count = numbers.size;
  for (const group of groups(shared)) {
    const setters = [];
    let number = 0;
    out.write("() => { const polyrepl$f = [], polyrepl$s = [];\n");
    const block = (members, depth) => {
      for (const [identity, inner] of byIdentity(members, shared, depth)) {
        if (identity === null) {
          for (const one of inner) {
            const cells = new Set(shared.get(one).map(({ name }) => name));
            const vars = one.vars.filter(([name]) => !cells.has(name));
            out.write(`{${vars.length > 0 ? ` let ${vars.map(([name]) => name).join(", ")}; polyrepl$s.push(${setter(vars.map(([name]) => name))});` : ""} polyrepl$f.push(`);
            place(one, out.source(one, known));
            out.write("); }\n");
            if (vars.length > 0) setters.push(vars);
            where.set(one, [made.length, number++]);
          }
          continue;
        }
        const names = new Set(inner.flatMap((one) => shared.get(one).filter((cell) => cell.identity === identity).map(({ name }) => name)));
        out.write(`{ let ${[...names].join(", ")}; polyrepl$s.push(${setter([...names])});\n`);
        const holder = (name) => inner.find((one) => shared.get(one).some((cell) => cell.identity === identity && cell.name === name));
        setters.push([...names].map((name) => holder(name).vars.find(([own]) => own === name)));
        block(inner, depth + 1);
        out.write("}\n");
      }
    };
    block(group, 0);
    out.write("return [polyrepl$f, polyrepl$s]; },\n");
    made.push([count++, setters, [], []]);
  }
  out.write("];\n}\n");
  for (const one of capture.functions) capture.nodes[one.at].splice(1, 1, ...where.get(one));
  return { code: out.parts.join(""), made };
}

/** The scopes of a function that hold shared variables, the outermost first. */
const chain = (cells) => [...new Map([...cells].sort((a, b) => b.depth - a.depth).map(({ identity }) => [identity, true])).keys()];

/** Functions by the next scope inwards that they share, null for those that have no further one. */
function byIdentity(members, shared, depth) {
  const found = new Map();
  for (const one of members) {
    const identity = chain(shared.get(one))[depth] ?? null;
    found.set(identity, [...(found.get(identity) ?? []), one]);
  }
  return found;
}

/** Functions that are tied together by shared variables. */
function groups(shared) {
  const found = [];
  for (const [one, cells] of shared) {
    const scopes = new Set(cells.map(({ identity }) => identity));
    const tied = found.filter((group) => [...group.scopes].some((scope) => scopes.has(scope)));
    const merged = { scopes: new Set([...scopes, ...tied.flatMap((group) => [...group.scopes])]), members: [...tied.flatMap((group) => group.members), one] };
    found.splice(0, found.length, ...found.filter((group) => !tied.includes(group)), merged);
  }
  return found.map(({ members }) => members);
}

/**
 * What functions capture, each once.
 * @param {{root: any, receiver: any, name: string}[]} roots functions or classes, each with the object that it was taken
 *   from as a method (null: none) and what messages call it
 */
export function captured(roots, known) {
  const found = new Capture(known);
  found.heads = roots.map(({ root, receiver, name }) => {
    found.way = [name];
    try {
      if (receiver === null) return found.value(root);
      const key = Reflect.ownKeys(Object.getPrototypeOf(receiver) ?? {}).find((each) => typeof each === "string" && receiver[each] === root);
      return key === undefined ? { bound: [found.value(receiver), found.value(root)] } : { method: [found.value(receiver), key] };
    } catch (error) {
      if (error instanceof RangeError && /call stack/.test(error.message)) found.refuse("is nested too deeply to be sent");
      throw error;
    }
  });
  return found;
}

/** The capsule of that, see above; opened it is the function, or where there are several what gives each by its number. */
export function capsule(found) {
  const places = [];
  const { code, made } = written(found, found.shared(), places);
  const imports = found.nodes.filter((node) => node?.[0] === "j").map(([, ...about]) => about);
  const root = found.heads.length === 1 ? found.heads[0] : { all: found.heads };
  const data = JSON.stringify({ root, nodes: found.nodes, made, globals: [...found.globals], imports, closed: found.closed });
  return [code, data, found.objects.map(([, way]) => way), found.objects.map(([v]) => v), found.bytes, places, found.size, found.largest.name];
}

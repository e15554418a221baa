/**
 * Classes of JavaScript whose parent is a Python class: each is a real Python class, made when it is first used.
 *
 * In: `class X extends Parent {..}`, Parent a PyProxy of a class. Out: a Python class T with Parent as its base, whose
 * methods, getters and static members are X's, called with the Python instance (a PyProxy) as `this`. X is left as the
 * shell that holds the code: `super` in it asks Python's `super(T, this)`, its static members are T's.
 *
 * Who makes an instance: Python calls `T(..)`, whose `__init__` runs X's constructor with a `new.target` of its own,
 * by which `super(..)` in there finds the instance that is being made. `new X(..)` in JavaScript begins in the
 * constructor, and `super(..)` makes the instance.
 */
import { PyError } from "./errors.mjs";
import { records } from "./handles.mjs";
import { MADE_OF, parametersOf } from "./parameters.mjs";
import { OPS, SORT_BITS, SORTS } from "./protocol.mjs";

/** Answered by what a class with a Python parent inherits from: a function that makes the Python class of it. */
export const DERIVE = Symbol.for("polyrepl.derive");
const CLASS = SORTS.indexOf("class");
const MODULE = "polyrepl.bridge.subclassing";
/** Members that have a name of their own in Python. */
const ALIASES = new Map([[Symbol.iterator, "__iter__"], [Symbol.asyncIterator, "__aiter__"], ["toString", "__str__"]]);

export class Classes {
  /** @param {import("./proxy.mjs").Proxies} proxies */
  constructor(proxies) {
    this.proxies = proxies;
    /** A class of JavaScript -> the PyProxy of its Python class. @type {WeakMap<Function, any>} */
    this.made = new WeakMap();
    /** A `new.target` -> the instance that Python is making. @type {WeakMap<object, any>} */
    this.begun = new WeakMap();
    this.derive = (cls, starts, docs, name) => this.#derived(cls, starts, docs, name);
    this.module = null;
  }

  /** What a Python class has as `prototype`, until its heir gets one that asks `super`. */
  prototypeOf(handler) {
    return (handler.prototype ??= {});
  }

  /**
   * The PyProxy of the Python class that a class of JavaScript is; undefined for one that has no Python parent.
   * @param {any} cls @param {boolean} [starts] whether it has a constructor or fields
   * @param {[string, string][]} [docs] docstrings of members, "" is the class
   * @param {string} [name] its name, where a static member of that name hides it
   */
  pythonOf(cls, starts, docs = [], name = undefined) {
    const known = this.made.get(cls);
    if (known !== undefined) return known;
    let parent;
    try {
      parent = Object.getPrototypeOf(cls);
    } catch {
      return undefined; // a trap of somebody's Proxy
    }
    if (typeof parent !== "function" || parent === Function.prototype) return undefined;
    const handler = records.get(parent);
    if (handler === undefined) parent = this.pythonOf(parent);
    else if (handler.all !== this.proxies || (handler.traits & SORT_BITS) !== CLASS) return undefined;
    return parent === undefined ? undefined : this.#make(cls, parent, starts, docs, name);
  }

  /** The Python class of a class that is complete now. */
  #derived(cls, starts, docs, name) {
    const early = this.made.get(cls);
    if (early === undefined) return this.pythonOf(cls, starts, docs, name) ?? cls;
    // A static field made an instance: those behind it have come since.
    for (const [, name, value] of this.#members(cls, "static")) {
      early[name] = value;
      delete cls[name];
    }
    return early;
  }

  #make(cls, parent, starts, docs, name = nameOf(cls)) {
    const source = Function.prototype.toString.call(cls);
    if (/\.\s*#[\w$]/.test(source)) {
      throw new TypeError(`${name || "a class"} has a Python parent and cannot have private members (#x): name them _x`);
    }
    const members = [...this.#members(cls.prototype, "method"), ...this.#members(cls, "static")];
    const initial = members.some(([kind, name]) => kind === "method" && name === "__init__");
    if (initial && (starts ?? /\bconstructor\s*\(/.test(source))) {
      throw new TypeError(`${name || "a class"} has both __init__ and a constructor or fields: Python runs only one`);
    }
    const start = !initial && (starts ?? true) ? this.#constructorOf(cls) : null;
    const made = this.#ask("make", parent, name || "anonymous", members, start, docs);
    this.made.set(cls, made);
    for (const [kind, name] of members) if (kind === "static" || kind === "value") delete cls[name];
    Object.setPrototypeOf(cls.prototype, new Proxy({}, new Above(this, made)));
    Object.setPrototypeOf(cls, new Proxy(function () {}, new Above(this, made)));
    return made;
  }

  /** [kind, name, function or value, setter or null, parameters, defaults] of each member of a class or its prototype. */
  #members(holder, kind) {
    const members = [];
    for (const key of Reflect.ownKeys(holder)) {
      const found = Object.getOwnPropertyDescriptor(holder, key);
      if (kind === "static" ? key === "prototype" || (isOwnOfFunctions(key) && !found.writable) : key === "constructor") continue;
      const name = ALIASES.get(key) ?? key;
      if (typeof name === "symbol") throw new TypeError(`a class with a Python parent cannot have the member ${String(key)}: Python's names are texts`);
      if ("value" in found && found.enumerable) members.push(["value", name, found.value]); // a field
      else if ("value" in found) members.push([kind, name, ...signed(methodOf(found.value, key))]);
      else if (kind === "static") throw new TypeError(`a class with a Python parent cannot have a static getter or setter (${name})`);
      else members.push(["property", name, found.get && methodOf(found.get, key), found.set && methodOf(found.set, key)]);
      if (name !== key && typeof key === "string") members.push([kind, key, ...members.at(-1).slice(2)]);
    }
    return members;
  }

  /** The constructor as `__init__`. */
  #constructorOf(cls) {
    const start = (self, ...args) => {
      const target = new Proxy(cls, {});
      this.begun.set(target, bare(self));
      Reflect.construct(cls, args, target);
    };
    Object.defineProperty(start, MADE_OF, { value: { of: cls, first: ["self"] } });
    return signed(start);
  }

  /**
   * `super(..args)` in a constructor: begin the instance, or go on with the one that Python has begun.
   * @param {any} level the class whose constructor it is (`above`), or its parent @param {boolean} above
   */
  construct(level, above, args, newTarget) {
    const self = this.begun.get(newTarget);
    const kind = self === undefined ? this.pythonOf(newTarget) : undefined;
    if (self !== undefined) {
      this.#ask("initialize", level, above, self, ...args);
      return self;
    }
    // Reflect.construct with a class that has nothing to do with it
    if (kind === undefined) return Object(this.proxies.call(level, [], args));
    return bare(this.#ask("begin", kind, level, above, ...args));
  }

  /** A member that a class of JavaScript inherits: what its Python class has. */
  member(cls, key) {
    if (key === DERIVE) return this.derive;
    if (key === Symbol.hasInstance) return (value) => isInstance.call(this.pythonOf(cls), value);
    const made = typeof key === "symbol" || key === "prototype" ? undefined : this.pythonOf(cls);
    const found = made && this.proxies.probe(made, key);
    return found ?? Reflect.get(Function.prototype, key, cls);
  }

  /** `super.key` in a method or static method of the class `made`. */
  above(made, receiver, key) {
    return this.#ask("above", made, receiver, key);
  }

  /** `super.key = value` there. */
  setAbove(made, receiver, key, value) {
    this.#ask("set_above", made, receiver, key, value);
  }

  #ask(name, ...args) {
    this.module ??= this.proxies.connection.request(OPS.import, () => [MODULE]);
    return this.proxies.call(this.module, [name], args);
  }
}

/** `value instanceof C` of a Python class C, which is `this`. */
export function isInstance(value) {
  const subject = value instanceof Error && value.exception !== undefined ? value.exception : value;
  const { all } = records.get(this);
  if (all.handleOf(subject) === undefined) return false;
  return all.connection.request(OPS.operator, (m) => ["isinstance", m.encode(subject), m.encode(this)]);
}

/** The name of a class; a static member that is called `name` hides it, but not from its source. */
function nameOf(cls) {
  const own = Object.getOwnPropertyDescriptor(cls, "name");
  if (typeof own?.value === "string" && !own.writable) return own.value;
  return /^class\s+(?!extends\b)([\p{ID_Start}$_][\p{ID_Continue}$]*)/u.exec(Function.prototype.toString.call(cls))?.[1] ?? "";
}

const isOwnOfFunctions = (key) => key === "name" || key === "length";

/** The instance itself: exceptions come as errors. */
const bare = (self) => (self instanceof PyError ? self.exception : self);

/** A method as a function whose first argument is `this`. */
function methodOf(fn, key) {
  const made = (self, ...args) => Reflect.apply(fn, bare(self), args);
  Object.defineProperty(made, "name", { value: typeof key === "symbol" ? ALIASES.get(key) : key });
  Object.defineProperty(made, MADE_OF, { value: { of: fn, first: ["self"] } });
  if (fn[Symbol.toStringTag] !== undefined) Object.defineProperty(made, Symbol.toStringTag, { value: fn[Symbol.toStringTag] });
  return made;
}

/** [the function, its parameters, their defaults] */
function signed(fn) {
  return [fn, null, ...Object.values(parametersOf(fn))];
}

/** What a class and its prototype inherit from: Python's `super` of the class. */
class Above {
  constructor(classes, made) {
    this.classes = classes;
    this.made = made;
  }

  get(target, key, receiver) {
    const { classes, made } = this;
    if (records.has(receiver)) {
      const name = ALIASES.get(key) ?? key;
      return typeof name === "symbol" ? undefined : classes.above(made, receiver, name);
    }
    return typeof receiver === "function" ? classes.member(receiver, key) : Reflect.get(target, key);
  }

  has(target, key) {
    return Reflect.has(target, key);
  }

  set(target, key, value, receiver) {
    if (typeof key === "symbol") return false;
    if (records.has(receiver)) {
      this.classes.setAbove(this.made, receiver, ALIASES.get(key) ?? key, value);
      return true;
    }
    const owner = this.classes.pythonOf(receiver);
    return owner !== undefined && Reflect.set(owner, key, value);
  }

  construct(target, args, newTarget) {
    return this.classes.construct(this.made, true, args, newTarget);
  }

  apply() {
    throw new TypeError("a class is called with new");
  }
}

/**
 * What Python asks of JavaScript objects: one small function per operation; the mirror of `server.py`.
 * In: a request's header. Out: the value it answers with. Anything thrown becomes an error reply, never a crash.
 */
import { together } from "./ahead.mjs";
import { Later, Missing, Wire } from "./answers.mjs";
import { Interrupt, isA, ProtocolError } from "./errors.mjs";
import { forms } from "./forms.mjs";
import { ByRef } from "./marshal.mjs";
import { callOf } from "./parameters.mjs";
import { inspect, isPromise } from "./platform.mjs";
import { FLAGS, OPS, TAGS } from "./protocol.mjs";
import { take, Walk } from "./walking.mjs";

/** @param {import("./connection.mjs").Connection} connection @param {any} evaluator @param {any} interrupts */
export function makeServer(connection, evaluator, interrupts) {
  const { marshal } = connection;
  const target = (message) => marshal.exports.get(message[3]);
  const aheadOf = new WeakMap(); // of functions that are called for many items: how far is read ahead in them

  function args(message, body, from) {
    const shared = [];
    const values = new Array(message.length - from);
    for (let index = from; index < message.length; index++) {
      const wire = message[index];
      values[index - from] = typeof wire === "object" && wire !== null ? marshal.decode(wire, body, shared) : wire;
    }
    return values;
  }

  function callee(message) {
    let receiver;
    let fn = target(message);
    const path = message[4];
    if (typeof path === "number") receiver = marshal.exports.get(path);
    else if (path !== null) {
      for (const name of path) {
        receiver = fn;
        fn = fn[name];
      }
    }
    if (typeof fn !== "function") throw new TypeError(`${inspect(fn, { depth: 0 })} is not a function`);
    return { fn, receiver };
  }

  function call(message, body) {
    // The arguments first: what a call that fails mentions has been received all the same.
    const list = args(message, body, 5);
    const { fn, receiver } = callee(message);
    return Reflect.apply(fn, receiver, list);
  }

  let pseudo = 0;
  /** What was thrown behind items that went out first: the next request has it. @type {WeakMap<object, {error: any}>} */
  const failures = new WeakMap();

  const table = {
    ping: (message) => message[3] ?? null,
    import: (message, body, frame) => evaluator.importFor(message[3], message[4], frame, connection),
    eval: (message) => evaluator.evaluateFor(message[3], message[4]),
    exec: (message) => {
      evaluator.evaluate(message[3]);
    },
    getattr: (message) => {
      let object = target(message);
      let name = message[4];
      if (typeof name !== "string") {
        for (const step of name.slice(0, -1)) object = object[step];
        name = name.at(-1);
      } else name = named(object, name, message[5]);
      const value = object[name];
      if (value === undefined && !(name in Object(object))) {
        throw new Missing("attribute", `JavaScript ${describe(object) || "Object"} has no property ${JSON.stringify(name)}`);
      }
      return value;
    },
    setattr: (message, body) => {
      const object = target(message);
      const value = marshal.decode(message[5], body);
      if (message[4] === "__dict__" && typeof object === "function") marshal.leftOn.set(object, value);
      else object[named(object, message[4], message[6])] = value;
    },
    delattr: (message) => {
      const object = target(message);
      const name = named(object, message[4], message[5]);
      if (!Reflect.deleteProperty(object, name)) throw new TypeError(`cannot delete ${name}`);
    },
    hasattr: (message) => message[4] in Object(target(message)),
    call,
    calls: (message, body) => {
      const fn = target(message);
      const items = marshal.decode(message[4], body);
      if (!Array.isArray(items)) throw new ProtocolError("what a function is to be called with is no array");
      if (!aheadOf.has(fn)) aheadOf.set(fn, new Map());
      together(marshal.proxies, items, aheadOf.get(fn)); // rows that a key or a mapping looks into
      const end = performance.now() + 5;
      const answers = [];
      for (const item of items) {
        answers.push(fn(item));
        if ((answers.length & 7) === 0 && performance.now() > end) break;
      }
      return new Wire((m) => {
        const wire = m.open();
        for (const answer of answers) wire.push(m.encodeAlone(answer));
        return wire;
      });
    },
    new: (message, body) => Reflect.construct(target(message), args(message, body, 4)),
    getitem: (message, body) => {
      const object = target(message);
      const key = marshal.decode(message[4], body);
      if (object instanceof Map) {
        if (!object.has(key)) throw keyError(key);
        return object.get(key);
      }
      if (Array.isArray(object) || ArrayBuffer.isView(object)) {
        const index = Number.isInteger(key) && key < 0 ? object.length + key : key;
        if (Number.isInteger(index) && !(index >= 0 && index < object.length)) throw new Missing("index", `index ${key} is out of range`);
        return object[index];
      }
      if (!(key in Object(object))) throw keyError(key);
      return object[key];
    },
    setitem: (message, body) => {
      const object = target(message);
      const [key, value] = args(message, body, 4);
      if (object instanceof Map) object.set(key, value);
      else object[Array.isArray(object) && key < 0 ? object.length + key : key] = value;
    },
    delitem: (message, body) => {
      const object = target(message);
      const key = marshal.decode(message[4], body);
      if (object instanceof Map || object instanceof Set) {
        if (!object.delete(key)) throw keyError(key);
      } else if (Array.isArray(object)) {
        if (!(key >= -object.length && key < object.length)) throw new Missing("index", `index ${key} is out of range`);
        object.splice(key, 1);
      }
      else if (key in object) delete object[key];
      else throw keyError(key);
    },
    len: (message) => {
      const object = target(message);
      return typeof object.size === "number" ? object.size : typeof object.length === "number" ? object.length : Object.keys(object).length;
    },
    iter: (message) => {
      const object = target(message);
      const iterable =
        message[4] === true
          ? (object[Symbol.asyncIterator]?.() ?? object[Symbol.iterator]())
          : (Walk.of(object) ?? (object instanceof Map ? object.keys() : object[Symbol.iterator]()));
      return [iterable !== object, new ByRef(iterable)];
    },
    next: (message) => {
      const iterator = target(message);
      const late = failures.get(iterator);
      if (late !== undefined) {
        failures.delete(iterator);
        throw late.error;
      }
      const items = [];
      let done;
      try {
        done = Walk.is(iterator) ? iterator.take(items, message[4]) : take(iterator, items, message[4]);
      } catch (error) {
        if (items.length === 0 || isA(error, Interrupt)) throw error;
        failures.set(iterator, { error });
        done = false;
      }
      return new Wire((m) => {
        const reply = m.open();
        let wire = m.numbers(items);
        if (wire !== null) m.open();
        else {
          wire = m.open();
          for (const item of items) {
            const given = m.frame.given.length;
            try {
              wire.push(m.encode(item));
            } catch (error) {
              if (wire.length === 1) throw error;
              m.takeBack(given);
              failures.set(iterator, { error });
              done = false;
              break;
            }
          }
        }
        reply.push(done, wire);
        return reply;
      });
    },
    send: (message, body, frame) => {
      const object = target(message);
      const value = marshal.decode(message[5], body);
      switch (message[4]) {
        case "dispose":
          object[Symbol.dispose]();
          return null;
        case "asyncDispose":
          return new Later(Promise.resolve(object[Symbol.asyncDispose]()));
      }
      const method = object[message[4]];
      if (typeof method !== "function") {
        if (message[4] === "throw") throw value;
        return [true, value];
      }
      const step = method.call(object, message[4] === "next" && value === null ? undefined : value);
      if (frame.flags & FLAGS.ASYNC) {
        return new Later(Promise.resolve(step).then((s) => [Boolean(s.done), s.value]));
      }
      return [Boolean(step.done), step.value];
    },
    contains: (message, body) => {
      const object = target(message);
      const key = marshal.decode(message[4], body);
      if (object instanceof Map || object instanceof Set) return object.has(key);
      if (Array.isArray(object) || ArrayBuffer.isView(object)) return object.includes(key);
      return key in object;
    },
    dir: (message) => {
      const names = new Set();
      for (let object = Object(target(message)); object !== null && object !== Object.prototype; object = Object.getPrototypeOf(object)) {
        const inFunction = typeof object === "function"; // where these two are not to be looked at
        for (const name of Object.getOwnPropertyNames(object)) {
          if (!inFunction || (name !== "caller" && name !== "arguments")) names.add(name);
        }
      }
      return [...names];
    },
    repr: (message) => inspect(target(message), { depth: 2, breakLength: 100 }),
    str: (message) => text(target(message)),
    display: (message) => inspect(target(message), { depth: 4, breakLength: 100 }),
    await: (message, body, frame) => {
      const promise = Promise.resolve(target(message));
      connection.awaited.add(promise);
      connection.answers.later(frame.id, promise);
      return new Later(null);
    },
    run: (message, body, frame) => {
      const list = args(message, body, 5);
      const { fn, receiver } = callee(message);
      // A run without a form gets a negative number of its own, so that it can be cancelled too.
      const form = forms.getStore() ?? --pseudo;
      const run = interrupts.begin(form, frame.id);
      const call = () => forms.run(form, () => Reflect.apply(fn, receiver, list));
      const waits = (frame.flags & FLAGS.ASYNC) === 0;
      let value;
      if (waits || connection.holding) {
        let goesOn = false;
        try {
          value = call();
          goesOn = !waits && isPromise(value);
          if (!goesOn) return value; // at once, since no job runs while the turn is kept
        } finally {
          if (!goesOn) interrupts.end(run);
        }
      }
      const finish = connection.answers.later(
        frame.id,
        forms.run(form, () => new Promise((resolve) => resolve(value ?? call())).finally(() => interrupts.end(run))),
        (reason) => interrupts.cancel(run, reason),
      );
      run.settle = (value, failed = true) => {
        interrupts.end(run);
        finish(value, failed);
      };
      return new Later(null);
    },
    hold: (message, body, frame) => {
      connection.holding = (frame.flags & FLAGS.ASYNC) !== 0;
      return null;
    },
    operator: (message, body) => {
      const [first, second] = args(message, body, 4);
      switch (message[3]) {
        case "instanceof":
          return first instanceof second;
        case "equals":
          return Object.is(first, second);
        case "throw": // and the answer says all of it, as of whatever is thrown
          throw first;
      }
      throw new ProtocolError(`unknown operator ${message[3]}`);
    },
    convert: (message) => new Wire((m) => deepCopy(m, target(message))),
    describe: (message) => {
      const object = target(message);
      if (message[4] === true) return isA(object, Error) ? leaves(object) : {};
      return { type: describe(object), ...(typeof object === "function" ? callOf(object) : { parameters: [], defaults: [] }) };
    },
    stats: (message) => {
      if (message[3] === true) marshal.proxies.imports.collect(true);
      else marshal.proxies.imports.sweep();
      return { objects: marshal.exports.size, proxies: marshal.proxies.imports.living.size };
    },
  };

  const byNumber = [];
  for (const [name, fn] of Object.entries(table)) byNumber[OPS[name]] = fn;
  return (op, message, body, frame) => {
    const fn = byNumber[op];
    if (fn === undefined) throw new ProtocolError(`unknown operation ${op}`);
    return fn(message, body, frame);
  };
}

/** String(), also of what has no text of its own: a module's namespace, an object without a prototype. */
function text(object) {
  const own = typeof object === "symbol" || typeof (object[Symbol.toPrimitive] ?? object.toString ?? object.valueOf) === "function";
  return own ? String(object) : inspect(object, { depth: 1, breakLength: 100 });
}

/** The property that Python means: `other` (`class` for `class_`) where the object has none of the very name. */
function named(object, name, other) {
  return other !== undefined && !(name in Object(object)) ? other : name;
}

function keyError(key) {
  return new Missing("key", typeof key === "string" ? key : inspect(key));
}

function describe(object) {
  if (typeof object === "function") return "function";
  const name = object?.constructor?.name;
  return typeof name === "string" ? name : "Object";
}

const SAID = new Set(["name", "message", "stack", "cause"]);

/** What an Error has that can be in another process: the names of its classes, properties of its own, and what getters of its
 * classes give. What Python could not hold is text. */
function leaves(error) {
  const kinds = [], own = {};
  const put = (key, { value, get }) => {
    if (SAID.has(key) || Object.hasOwn(own, key) || (key === "errors" && isA(error, AggregateError))) return;
    try {
      if (get !== undefined) value = Reflect.apply(get, error, []);
      if (typeof value !== "function") own[key] = isHeld(value) ? value : inspect(value, { depth: 2 });
    } catch {
      // a getter that fails is no property to be had
    }
  };
  for (const [key, about] of Object.entries(Object.getOwnPropertyDescriptors(error))) put(key, about);
  for (let at = Object.getPrototypeOf(error); at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, "constructor") && typeof at.constructor?.name === "string") kinds.push(at.constructor.name);
    for (const [key, about] of Object.entries(Object.getOwnPropertyDescriptors(at))) if (about.get !== undefined && key !== "__proto__") put(key, about);
  }
  return { kinds, own };
}

/** Are there neither circles nor many levels in a value, and no Map or Set with keys that are one to Python? */
function isHeld(value, around = []) {
  if (typeof value !== "object" || value === null) return true;
  if (around.includes(value) || around.length > 50) return false;
  const inner = [...around, value];
  const isMap = isA(value, Map);
  if (isMap || isA(value, Set)) {
    const keys = [...value.keys()];
    if (new Set(keys.map((key) => (typeof key === "boolean" ? Number(key) : key))).size < keys.length) return false;
    return keys.every((key) => isHeld(key, inner)) && (!isMap || [...value.values()].every((item) => isHeld(item, inner)));
  }
  const proto = Object.getPrototypeOf(value);
  if (Array.isArray(value) || proto === Object.prototype || proto === null) return Object.values(value).every((item) => isHeld(item, inner));
  return true; // which crosses by reference
}

/** A class instance as a plain copy; containers are copied anyway. */
function deepCopy(marshal, object) {
  const wire = marshal.encode(object);
  if (!Array.isArray(wire) || wire[0] !== TAGS.HANDLE || typeof object !== "object") return wire;
  marshal.takeBack();
  if (object[Symbol.iterator] !== undefined) return marshal.encode([...object]);
  return marshal.encode(Object.fromEntries(Object.entries(object))); // what it has under symbols is no data
}

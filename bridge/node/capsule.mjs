/**
 * A capsule of JavaScript opened: functions made again in this process, with all that they had captured.
 *
 * In: the function of its code (`polyrepl$` -> makers by number), its data, Python's objects and bytes, and what gives
 * named things (what a runtime, a module or the platform has under a name). Out: what was sent. repl/node/capture.mjs
 * makes capsules; what nodes of the data are is said there and here, case by case.
 */

/** @param {(makers: any) => void} code @param {string} text @param {any[]} objects @param {Uint8Array[]} bytes
 * @param {(kind: string, rest: any[]) => any} named */
export function openCapsule(code, text, objects, bytes, named) {
  const { root, nodes, made, globals, closed } = JSON.parse(text);
  const makers = {};
  code(makers);
  const values = new Array(nodes.length);
  const done = new Uint8Array(nodes.length);
  const groups = new Array(made.length);
  const later = [];

  const value = (e) => {
    if (e === null || typeof e !== "object") return e;
    if ("r" in e) return done[e.r] ? values[e.r] : make(e.r, nodes[e.r]);
    if ("u" in e) return undefined;
    if ("x" in e) return e.x === "-0" ? -0 : Number(e.x);
    if ("b" in e) return BigInt(e.b);
    return "s" in e ? Symbol.for(e.s) : Symbol[e.w];
  };
  const named_ = (pairs) => Object.fromEntries(pairs.map(([name, e]) => [name, value(e)]));
  const keep = (at, v) => ((done[at] = 1), (values[at] = v));
  const properties = (v, pairs) => {
    for (const [key, e, enumerable = true] of pairs) Object.defineProperty(v, value(key), { value: value(e), writable: true, enumerable, configurable: true });
    return v;
  };

  /** The functions of a group, whose variables get their values when all functions are there. */
  const group = (number) => {
    if (groups[number] === undefined) {
      const [maker, setters, now, nowGlobals] = made[number];
      for (const name of nowGlobals) makers.globals(named_([[name, globals.find(([own]) => own === name)[1]]]));
      const [functions, set] = makers.make[maker](named_(now));
      groups[number] = functions;
      setters.forEach((pairs, at) => later.push(() => set[at](named_(pairs))));
    }
    return groups[number];
  };

  const make = (at, [kind, ...rest]) => {
    const [first, second, third, fourth, fifth] = rest;
    switch (kind) {
      case "py": return keep(at, objects[first]);
      case "f": {
        const fn = keep(at, group(first)[second]);
        if (fn.name !== fourth) Object.defineProperty(fn, "name", { value: fourth, configurable: true });
        later.push(() => properties(fn, third));
        return fn;
      }
      case "a": case "A": {
        const items = keep(at, kind === "a" ? [] : Reflect.construct(Array, [], value(first)));
        for (const e of kind === "a" ? first : second) items.push(value(e));
        return kind === "a" ? items : properties(items, third);
      }
      case "M": {
        const map = keep(at, new Map());
        for (const [key, e] of first) map.set(value(key), value(e));
        return map;
      }
      case "S": {
        const set = keep(at, new Set());
        for (const e of first) set.add(value(e));
        return set;
      }
      case "d": return keep(at, new Date(first));
      case "re": return keep(at, Object.assign(new RegExp(first, second), { lastIndex: third }));
      case "e": {
        const kinds = { Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError };
        const own = fourth !== null && typeof fourth === "object" ? value(fourth) : kinds[fourth] ?? Error;
        const error = keep(at, Reflect.construct(Error, [second], own));
        Object.defineProperty(error, "stack", { value: third, writable: true, configurable: true });
        if (error.name !== first) Object.defineProperty(error, "name", { value: first, writable: true, configurable: true });
        return properties(error, fifth);
      }
      case "ab": return keep(at, bytes[first].slice().buffer);
      case "t": {
        const view = keep(at, new globalThis[first](value(second), third, fourth));
        return fifth === undefined ? view : Object.setPrototypeOf(view, value(fifth).prototype); // Node's Buffer, a class of one's own
      }
      case "v": return keep(at, new globalThis[first](second));
      case "o": case "o0": return properties(keep(at, kind === "o" ? {} : Object.create(null)), first);
      case "i": {
        const kind = value(first);
        return properties(keep(at, Object.create(kind.prototype)), second);
      }
      default: return keep(at, named(kind, rest));
    }
  };

  later.push(() => makers.globals(named_(globals)));
  const whole = (head) => {
    if (head === null || typeof head !== "object") return value(head);
    if ("all" in head) {
      const all = head.all.map(whole);
      return (at) => all[at]; // which crosses as one thing, as an array would not
    }
    if ("method" in head) {
      const object = value(head.method[0]);
      return (...args) => object[head.method[1]](...args);
    }
    if ("bound" in head) {
      const [object, fn] = head.bound.map(value);
      return (...args) => fn.apply(object, args);
    }
    return value(head);
  };
  const found = whole(root);
  for (let next; (next = later.shift()) !== undefined; ) next();
  for (const [at, how] of closed) if (done[at]) Object[how](values[at]);
  return found;
}

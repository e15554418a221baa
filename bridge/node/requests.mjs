/**
 * Requests of a program whose proxies return promises: when they are sent, and which go together.
 * In: results that want a request. Out: their ends. A request is sent in the next microtask, whether its result is
 * awaited or not; calls and reads of what others of them come to go along in one frame (see chains.py). A call that
 * nobody has asked about by then is a statement: what is asked after it comes after it. What needs the end of a request
 * that is under way waits for it.
 */
import { records } from "./handles.mjs";
import { copiedAs } from "./marshal.mjs";
import { LOOKS, OPS, TAGS, TRAITS } from "./protocol.mjs";
import { withArguments } from "./proxy.mjs";
import { Result } from "./results.mjs";

/** The type of an argument that is the result of an earlier step (see chains.py). */
const STEP = "polyrepl.step";

/** The result of an earlier step of the frame, as an argument. */
class Step {
  constructor(index) {
    this.index = index;
  }
}

/** A call of what is found under names in its first need, or a read (`args` is undefined). */
export class Link extends Result {
  constructor(label, parent, names, args, more = NONE) {
    super(label, more === NONE ? [parent] : [parent, ...more.values()]);
    this.parent = parent;
    this.names = names;
    this.args = args;
    /** The arguments that are results: by what stands in their place. @type {Map<any, Result>} */
    this.more = more;
    this.group = undefined;
    this.index = -1;
  }

  forget() {
    super.forget();
    this.parent = this.args = undefined;
    this.more = NONE;
  }
}

/** Anything else: `send` makes the request when the needs are met; one that is `quick` runs nothing of the program's. */
export class Request extends Result {
  constructor(label, needs, send, quick = true) {
    super(label, needs);
    this.send = send;
    this.quick = quick;
    this.sent = false;
  }
}

const NONE = new Map();

export class Requests {
  #queue = [];
  #steps = false;
  /** What must come before others can be sent. @type {Set<Result>} */
  #awaited = new Set();

  /** @param {any} connection @param {(raw: any) => any} wrap makes of what comes what the program sees @param {any} unseen */
  constructor(connection, wrap, unseen) {
    this.connection = connection;
    this.wrap = wrap;
    this.unseen = unseen;
  }

  /** Send it with the next microtask. */
  add(result) {
    if (this.#queue.push(result) === 1) queueMicrotask(() => this.#flush());
    return result;
  }

  /** When all has been sent but what waits for calls of the program's. */
  async sent() {
    await null;
    for (;;) {
      const next = [...this.#awaited].find((result) => result instanceof Request && result.sent && result.quick);
      if (next === undefined) return;
      await new Promise((resolve) => next.whenSettled(resolve));
    }
  }

  #flush() {
    const queue = this.#queue;
    this.#queue = [];
    for (const group of grouped(queue)) this.#whenReady(group);
  }

  /** Send a group when all that it needs of others has come. */
  #whenReady(group) {
    const inside = new Set(group);
    const outside = new Set(group.flatMap(({ needs }) => needs.filter((need) => !need.settled && !inside.has(need))));
    let open = outside.size;
    if (open === 0) return this.#send(group);
    for (const need of outside) {
      this.#awaited.add(need);
      need.whenSettled(() => {
        this.#awaited.delete(need);
        open -= 1;
        if (open === 0) this.#send(group);
      });
    }
  }

  #send(group) {
    const ready = [];
    const failed = [];
    for (const result of group) {
      const of = result.needs.find((need) => need.failed);
      if (of === undefined) ready.push(result);
      else {
        result.fail(of.error, of);
        failed.push(result);
      }
    }
    this.unseen.tell(failed);
    if (ready.length === 0) return;
    const [first] = ready;
    const { connection } = this;
    const statement = !ready.some(({ looked }) => looked) && first instanceof Link;
    if (first instanceof Request) {
      first.sent = true;
      this.#settleWith(first, first.send);
    } else if (ready.length === 1 && !statement && connection.proxies.handleOf(first.parent.value) !== undefined) {
      const { parent, names, args, more } = first;
      const { value } = parent;
      if (args !== undefined) this.#settleWith(first, () => connection.proxies.post(value, names.length ? names : null, filled(args, more)));
      else this.#settleWith(first, () => connection.post(OPS.getattr, () => [connection.proxies.handleOf(value), names, LOOKS.PROBE]));
    } else this.#sendChain(ready, statement);
  }

  #settleWith(result, send) {
    let promise;
    try {
      promise = send();
    } catch (error) {
      return this.#fail([result], error);
    }
    promise.then((value) => result.settle(this.wrap(value, result.label)), (error) => this.#fail([result], error));
  }

  #fail(results, error) {
    for (const result of results) if (!result.settled) result.fail(error);
    this.unseen.tell(results.filter(({ failed }) => failed));
  }

  #sendChain(links, statement) {
    const { connection } = this;
    if (!this.#steps && links.some(({ more }) => more.size > 0)) {
      this.#steps = true;
      // In front: a type of the program's is never asked what it makes of a step.
      connection.marshal.custom.unshift({ name: STEP, test: (value) => value instanceof Step, encode: (step) => step.index });
    }
    const sent = [];
    const bad = [];
    let promise;
    try {
      promise = connection.post(OPS.chain, (m) => {
        const wires = [statement];
        for (const link of links) {
          const known = m.frame.given.length;
          m.frame.seen = null; // each step's containers are numbered by themselves
          try {
            const of = link.needs.find((need) => need.failed);
            if (of !== undefined) throw of.error;
            wires.push(stepOf(m, link));
            link.index = sent.push(link) - 1;
          } catch (error) {
            m.takeBack(known);
            link.fail(error, link.needs.find((need) => need.failed));
            bad.push(link);
          }
        }
        return wires;
      });
    } catch (error) {
      return this.#fail(links, error);
    }
    this.unseen.tell(bad);
    promise.then((outcomes) => this.#settleAll(sent, outcomes), (error) => this.#fail(sent, error));
  }

  #settleAll(links, outcomes) {
    for (let at = 0; at < links.length; at++) {
      const link = links[at];
      const [failed, value] = outcomes[at];
      const handler = failed ? undefined : records.get(Object(value));
      if (failed) link.fail(value, link.needs.find((need) => need.failed && need.error === value));
      else if (link.args === undefined && handler !== undefined && handler.traits & TRAITS.AWAITABLE) this.#settleWith(link, () => Promise.resolve(value));
      else link.settle(this.wrap(value, link.label));
    }
    this.unseen.tell(links.filter(({ failed }) => failed));
  }
}

/**
 * Requests in the order they were made; links that need each other are together. A group that waits holds nothing that
 * could go at once: what a link waits for may wait for another of them.
 */
function grouped(queue) {
  const order = new Map(queue.map((result, at) => [result, at]));
  const waiting = new Set();
  for (const result of queue) {
    result.group = [result];
    const open = result.needs.filter(({ settled }) => !settled);
    const groups = [...new Set(open.map((need) => (need instanceof Link && order.has(need) ? need.group : undefined)))];
    if (!(result instanceof Link) || groups.length === 0) continue;
    if (groups.includes(undefined) || (groups.length > 1 && groups.some((group) => waiting.has(group)))) {
      waiting.add(result.group);
      continue;
    }
    let large = result.group;
    for (const group of groups) {
      const small = group.length < large.length ? group : large;
      large = small === group ? large : group;
      for (const one of small) {
        large.push(one);
        one.group = large;
      }
    }
  }
  const groups = new Set(queue.map(({ group }) => group));
  for (const result of queue) result.group = undefined;
  return [...groups].map((group) => group.sort((a, b) => order.get(a) - order.get(b)));
}

function stepOf(marshal, { parent, names, args, more }) {
  const from = parent.settled ? [marshal.encode(parent.value)] : parent.index;
  return [from, names, args === undefined ? null : withArguments(marshal, [-1], filled(args, more))];
}

/** A container of the kind of another, with nothing in it. */
const EMPTY = {
  [TAGS.OBJECT]: (like) => Object.create(Object.getPrototypeOf(like)),
  [TAGS.ARRAY]: () => [],
  [TAGS.MAP]: () => new Map(),
  [TAGS.SET]: () => new Set(),
};

/** Arguments with the ends of results, or the steps that they are, in their places; at any depth of what is copied. */
export function filled(args, more) {
  if (more.size === 0) return args;
  const copies = new Map();
  const fill = (value) => {
    const result = more.get(value);
    if (result !== undefined) return result.settled ? result.value : new Step(result.index);
    if (copies.has(value)) return copies.get(value);
    const kind = containerOf(value);
    if (kind === undefined) return value;
    const copy = EMPTY[kind](value);
    copies.set(value, copy);
    if (kind === TAGS.OBJECT) {
      for (const [key, item] of Object.entries(value)) Object.defineProperty(copy, key, { value: fill(item), enumerable: true, configurable: true, writable: true });
    } else if (kind === TAGS.ARRAY) for (let at = 0; at < value.length; at++) copy.push(fill(value[at]));
    else if (kind === TAGS.MAP) for (const [key, item] of value) copy.set(fill(key), fill(item));
    else for (const item of value) copy.add(fill(item));
    return copy;
  };
  return args.map(fill);
}

/** As what an argument is copied in which results may be; undefined where none are looked for. */
function containerOf(value) {
  return typeof value !== "object" || value === null || records.has(value) ? undefined : copiedAs(value);
}

/**
 * The results among arguments, at any depth of what is copied.
 * @param {any[]} args @param {(value: any) => Result | undefined} resultOf that a value stands for
 * @returns {Map<any, Result>}
 */
export function resultsIn(args, resultOf) {
  let found = NONE;
  let seen;
  const look = (value) => {
    if ((typeof value !== "object" && typeof value !== "function") || value === null) return;
    const result = found.get(value) ?? resultOf(value);
    if (result !== undefined) {
      if (found === NONE) found = new Map();
      found.set(value, result);
      return;
    }
    const kind = containerOf(value);
    if (kind === undefined) return;
    seen ??= new Set();
    if (seen.has(value)) return;
    seen.add(value);
    if (kind === TAGS.OBJECT) {
      for (const name of Object.keys(value)) {
        // A getter runs once, when the value is sent.
        const property = Object.getOwnPropertyDescriptor(value, name);
        if (property !== undefined && "value" in property) look(property.value);
      }
    } else if (kind === TAGS.ARRAY) for (let at = 0; at < value.length; at++) look(value[at]);
    else if (kind === TAGS.MAP) for (const entry of value) entry.forEach(look);
    else for (const item of value) look(item);
  };
  for (const value of args) look(value);
  return found;
}

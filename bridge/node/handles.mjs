/**
 * Object tables and their lifetimes; the mirror of `handles.py`.
 * In: JS objects that go to Python, handles of Python objects that arrive. Out: `Exports` keeps what Python holds,
 * `Imports` knows the living proxy of each handle and collects releases of those that died. Finalizers never run
 * inside one synchronous loop, so after many new proxies, or when they pin many of Python's bytes, it sweeps itself.
 */
import { ProtocolError } from "./errors.mjs";
import { collectGarbage } from "./platform.mjs";

const SWEEP_PROXIES = 20_000;
const SWEEP_BYTES = 64 * 2 ** 20;

/** What is known of every PyProxy of every connection. @type {WeakMap<object, any>} */
export const records = new WeakMap();

/** Objects of ours that the other side holds. */
export class Exports {
  /** @param {(value: any) => void} [forgotten] called with a value that the other side has forgotten */
  constructor(forgotten = () => {}) {
    /** @type {Map<number, {value: any, count: number}>} */
    this.objects = new Map();
    /** @type {Map<any, number>} */
    this.handles = new Map();
    this.next = 1;
    this.forgotten = forgotten;
  }

  /** Handle of a value, the same one as long as the other side holds it; counts one sending. */
  add(value) {
    let handle = this.handles.get(value);
    if (handle !== undefined) {
      this.objects.get(handle).count += 1;
      return handle;
    }
    handle = this.next++;
    this.handles.set(value, handle);
    this.objects.set(handle, { value, count: 1 });
    return handle;
  }

  /** @param {number} handle */
  get(handle) {
    const entry = this.objects.get(handle);
    if (entry === undefined) throw new ProtocolError(`unknown handle ${handle}`);
    return entry.value;
  }

  /** The other side forgets `count` receipts of a handle. */
  release(handle, count) {
    const entry = this.objects.get(handle);
    if (entry === undefined) return;
    entry.count -= count;
    if (entry.count > 0) return;
    this.objects.delete(handle);
    this.handles.delete(entry.value);
    this.forgotten(entry.value);
  }

  /** Several of them. @param {number[]} pairs handle, count, handle, count, ... */
  releaseAll(pairs) {
    for (let index = 0; index < pairs.length; index += 2) this.release(pairs[index], pairs[index + 1]);
  }

  get size() {
    return this.objects.size;
  }
}

/** Living proxies of the other side's objects. */
export class Imports {
  /** @param {() => void} onDead called when releases are waiting to be sent */
  constructor(onDead) {
    /** @type {Map<number, {ref: WeakRef<object>, handle: number, count: number}>} */
    this.living = new Map();
    /** @type {number[]} handle, count, handle, count, ... */
    this.dead = [];
    this.onDead = onDead;
    this.registry = new FinalizationRegistry((entry) => this.gone(entry));
    this.made = 0; // since the last sweep
    this.limit = SWEEP_PROXIES;
    this.bytes = 0;
  }

  /** The proxy of a handle that has just been received (once more), or undefined. */
  find(handle) {
    const entry = this.living.get(handle);
    if (entry === undefined) return undefined;
    const proxy = entry.ref.deref();
    if (proxy !== undefined) entry.count += 1;
    return proxy;
  }

  /** Remember a new proxy of an object of about `bytes` bytes. */
  adopt(handle, proxy, bytes = 0) {
    const entry = { ref: new WeakRef(proxy), handle, count: 1, gone: false };
    const old = this.living.get(handle);
    if (old !== undefined) this.gone(old);
    this.living.set(handle, entry);
    this.registry.register(proxy, entry);
    this.made += 1;
    this.bytes += bytes;
    if (this.made >= this.limit || this.bytes >= SWEEP_BYTES) {
      this.collect();
      this.limit = Math.max(SWEEP_PROXIES, this.living.size);
    }
  }

  /** A handle has come that nobody will make a proxy of. */
  refuse(handle) {
    this.dead.push(handle, 1);
    if (this.dead.length === 2) this.onDead();
  }

  /** Collect garbage now and release what died. */
  collect(thoroughly = false) {
    this.made = this.bytes = 0;
    collectGarbage(thoroughly);
    this.sweep();
  }

  /** A proxy died, by collection or `destroy`. Harmless twice. */
  gone(entry) {
    if (entry.gone) return;
    entry.gone = true;
    if (this.living.get(entry.handle) === entry) this.living.delete(entry.handle);
    this.dead.push(entry.handle, entry.count);
    if (this.dead.length === 2) this.onDead();
  }

  /** Look through all entries; the registry gets no chance inside a loop. */
  sweep() {
    for (const entry of this.living.values()) if (entry.ref.deref() === undefined) this.gone(entry);
  }
}

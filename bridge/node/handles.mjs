/**
 * Object tables and their lifetimes; the mirror of `handles.py`.
 * In: JS objects that go to Python, handles of Python objects that arrive. Out: `Exports` keeps what Python holds,
 * `Imports` knows the living proxy of each handle and collects releases of those that died.
 */

/** Objects of ours that the other side holds. */
export class Exports {
  constructor() {
    /** @type {Map<number, {value: any, count: number}>} */
    this.objects = new Map();
    /** @type {Map<any, number>} */
    this.handles = new Map();
    this.next = 1;
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
    if (entry === undefined) throw new ReferenceError(`unknown handle ${handle}`);
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
    this.made = 0;
  }

  /** The proxy of a handle that has just been received (once more), or undefined. */
  find(handle) {
    const entry = this.living.get(handle);
    if (entry === undefined) return undefined;
    const proxy = entry.ref.deref();
    if (proxy !== undefined) entry.count += 1;
    return proxy;
  }

  /** Remember a new proxy. */
  adopt(handle, proxy) {
    const entry = { ref: new WeakRef(proxy), handle, count: 1, gone: false };
    const old = this.living.get(handle);
    if (old !== undefined) this.gone(old);
    this.living.set(handle, entry);
    this.registry.register(proxy, entry, entry);
    this.made += 1;
  }

  /** A proxy died, by collection or `destroy`. Harmless twice. */
  gone(entry) {
    if (entry.gone) return;
    entry.gone = true;
    if (this.living.get(entry.handle) === entry) this.living.delete(entry.handle);
    this.dead.push(entry.handle, entry.count);
    if (this.dead.length === 2) this.onDead();
  }

  /** Look through all entries; for loops in which the registry gets no chance. */
  sweep() {
    for (const entry of this.living.values()) if (entry.ref.deref() === undefined) this.gone(entry);
  }
}

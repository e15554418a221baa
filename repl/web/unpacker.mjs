/**
 * What a start reads packed, fetched and unpacked: in another worker (unpacking.mjs), or here where there is none.
 *
 * In: a port to that worker; URLs of files as packed.py and snapshot.py make them. Out: what they hold.
 */

/** A file of ours. @param {string} url */
export async function fetched(url, what = (got) => got.arrayBuffer()) {
  if (url.startsWith("file:")) return globalThis.process.getBuiltinModule("node:fs").readFileSync(new URL(url)).buffer;
  const got = await fetch(url);
  if (!got.ok) throw new Error(`${url}: ${got.status} ${got.statusText}`);
  return what(got);
}

export class Unpacker {
  #port;
  #heed;
  /** What the other worker has not answered: URL -> {resolve, reject}. */
  #asked = new Map();

  /** @param {MessagePort} [port] @param {(bytes: number) => void} [heed] is told of each file that has come */
  constructor(port, heed = () => {}) {
    this.#port = port;
    this.#heed = heed;
    if (port === undefined) return;
    port.onmessage = ({ data: { url, come, data, problem } }) => {
      if (come !== undefined) return this.#heed(come);
      const asked = this.#asked.get(url);
      this.#asked.delete(url);
      if (problem === undefined) asked?.resolve(data);
      else asked?.reject(new Error(problem));
    };
  }

  /** What a packed file holds: hosts leave files of kinds that they do not know as they are. A file is asked for once at a time.
   * @param {string} url @returns {Promise<Uint8Array>} */
  unpacked(url) {
    if (this.#port === undefined) return this.#here(url);
    return new Promise((resolve, reject) => {
      this.#asked.set(url, { resolve, reject });
      this.#port.postMessage({ url });
    });
  }

  async #here(url) {
    const [{ decompress }, data] = await Promise.all([import("./vendor/fzstd.mjs"), fetched(url)]);
    this.#heed(data.byteLength);
    return decompress(new Uint8Array(data));
  }

  /** The other worker is not there. */
  alone() {
    this.#port = undefined;
    for (const [url, { resolve }] of this.#asked) resolve(this.#here(url));
    this.#asked.clear();
  }

  /** Nothing more is to be unpacked. */
  end() {
    this.#port?.postMessage({ url: null });
  }
}

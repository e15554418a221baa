/**
 * Files of JupyterLite's as files of Python's: a file system of Emscripten's that asks the page.
 * In: Pyodide's `FS`, a way to ask. Out: a folder of it. A file is read when it is opened, and saved when it is closed or
 * flushed to disk; nothing is kept between. `mount` asks through memory that both share, or through JupyterLite's service
 * worker, which answers a request that stands still.
 */
import { Mailbox } from "../../bridge/node/mailbox.mjs";
import { isAsked } from "../../bridge/web/words.mjs";

// Emscripten's numbers.
const [EINTR, EINVAL, EIO, ENOENT, EPERM] = [27, 28, 29, 44, 63];
const [SEEK_CUR, SEEK_END] = [1, 2];
const FOLDER = 0o40777;
const BLOCK = 4096;
const NO_BYTES = new Uint8Array(0);

/** @typedef {(method: string, path: string, data?: any) => any} Ask throws an error of Emscripten's */

/**
 * Have the files at a path, and work in a folder of them.
 * @param {any} FS @param {{at: string, folder: string, memory?: SharedArrayBuffer, url?: string, context?: string}} where
 * @param {(message: any) => void} post @param {Int32Array} words
 */
export function mount(FS, { at, folder, memory, url, context }, post, words) {
  const ask = memory === undefined ? byServiceWorker(FS, url, context) : byMemory(FS, memory, post, words);
  if (!FS.analyzePath(at).exists) FS.mkdir(at);
  FS.mount(new Drive(FS, ask), {}, at);
  FS.chdir(FS.analyzePath(folder).exists ? folder : at);
}

/** @returns {Ask} */
function byMemory(FS, memory, post, words) {
  const mailbox = new Mailbox(memory);
  const stopped = () => isAsked(words);
  let number = 0;
  return (method, path, data) => {
    number += 1;
    post({ id: null, op: "drive", number, request: { method, path, data } });
    const said = mailbox.wait(number, stopped);
    if (said === undefined) throw new FS.ErrnoError(EINTR);
    const { value, error } = JSON.parse(said);
    if (error !== undefined) throw new FS.ErrnoError(ENOENT);
    return value;
  };
}

/** @returns {Ask} */
function byServiceWorker(FS, url, browsingContextId) {
  return (method, path, data) => {
    const requestId = crypto.randomUUID();
    const request = new XMLHttpRequest();
    request.open("POST", url, false);
    try {
      request.send(JSON.stringify({ data: { method, path, data, requestId }, browsingContextId, requestId }));
      if (request.status < 400) return JSON.parse(request.responseText);
    } catch {
      // nobody has answered
    }
    throw new FS.ErrnoError(EIO);
  };
}

class Drive {
  #FS;
  #ask;

  /** @param {any} FS @param {Ask} ask */
  constructor(FS, ask) {
    this.#FS = FS;
    this.#ask = ask;
    const fail = (number) => () => {
      throw new FS.ErrnoError(number);
    };
    this.node_ops = {
      getattr: (node) => this.#attributes(node),
      setattr: (node, changes) => this.#change(node, changes),
      lookup: (parent, name) => this.#find(parent, name),
      mknod: (parent, name, mode, dev) => this.#make(parent, name, mode, dev),
      rename: (node, parent, name) => this.#rename(node, parent, name),
      unlink: (parent, name) => this.#ask("rmdir", join(parent, name)),
      rmdir: (parent, name) => this.#ask("rmdir", join(parent, name)),
      readdir: (node) => [".", "..", ...this.#ask("readdir", pathOf(node))],
      symlink: fail(EPERM),
      readlink: fail(EINVAL),
    };
    this.stream_ops = {
      open: (stream) => this.#open(stream),
      close: (stream) => this.#save(stream),
      fsync: (stream) => this.#save(stream),
      read: ({ file }, buffer, offset, length, position) => {
        const piece = file.data.subarray(position, position + length);
        buffer.set(piece, offset);
        return piece.length;
      },
      write: ({ file }, buffer, offset, length, position) => {
        if (position + length > file.data.length) file.data = sized(file.data, position + length);
        file.data.set(buffer.subarray(offset, offset + length), position);
        file.changed = true;
        return length;
      },
      llseek: (stream, offset, whence) => {
        const from = whence === SEEK_CUR ? stream.position : whence === SEEK_END ? (stream.file?.data.length ?? 0) : 0;
        if (from + offset < 0) throw new FS.ErrnoError(EINVAL);
        return from + offset;
      },
    };
  }

  /** For FS.mount. */
  mount() {
    return this.#node(null, "/", FOLDER, 0);
  }

  #node(parent, name, mode, dev) {
    const node = this.#FS.createNode(parent, name, mode, dev);
    node.node_ops = this.node_ops;
    node.stream_ops = this.stream_ops;
    return node;
  }

  #attributes(node) {
    const said = this.#ask("getattr", pathOf(node));
    const size = node.file?.data.length ?? said.size ?? 0;
    const [atime, mtime, ctime] = [said.atime, said.mtime, said.ctime].map((time) => new Date(time ?? 0));
    return { dev: 1, ino: node.id, mode: node.mode, nlink: 1, uid: 0, gid: 0, rdev: 0, size, atime, mtime, ctime, blksize: BLOCK, blocks: Math.ceil(size / BLOCK) };
  }

  /** Only a size is kept of what is changed. */
  #change(node, { size }) {
    if (size === undefined) return;
    const file = this.#read(node);
    file.data = size <= file.data.length ? file.data.slice(0, size) : sized(file.data, size);
    this.#write(node, file);
  }

  #find(parent, name) {
    const said = this.#ask("lookup", join(parent, name));
    if (!said.ok) throw new this.#FS.ErrnoError(ENOENT);
    return this.#node(parent, name, said.mode, 0);
  }

  #make(parent, name, mode, dev) {
    this.#ask("mknod", join(parent, name), { mode });
    return this.#node(parent, name, mode, dev);
  }

  #rename(node, parent, name) {
    this.#ask("rename", pathOf(node), { newPath: join(parent, name) });
    node.name = name;
  }

  #open(stream) {
    if (this.#FS.isFile(stream.node.mode)) stream.file = stream.node.file = this.#read(stream.node);
  }

  #save({ node, file }) {
    if (file?.changed) this.#write(node, file);
    if (node.file === file) node.file = undefined;
  }

  #read(node) {
    const said = this.#ask("get", pathOf(node));
    if (said === null) throw new this.#FS.ErrnoError(ENOENT);
    const { content, format } = said;
    const data = content ? (format === "base64" ? Uint8Array.from(atob(content), (c) => c.charCodeAt(0)) : new TextEncoder().encode(content)) : NO_BYTES;
    return { data, json: format === "json", changed: false };
  }

  #write(node, file) {
    this.#ask("put", pathOf(node), saved(file));
    file.changed = false;
  }
}

const sized = (data, size) => {
  const made = new Uint8Array(size);
  made.set(data);
  return made;
};

/** How JupyterLite keeps a file: a notebook as data, text as text, all else as base64. */
function saved({ data, json }) {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    let binary = "";
    for (let at = 0; at < data.length; at += BLOCK) binary += String.fromCharCode(...data.subarray(at, at + BLOCK));
    return { format: "base64", data: btoa(binary) };
  }
  try {
    if (json) JSON.parse(text);
    return { format: json ? "json" : "text", data: text };
  } catch {
    return { format: "text", data: text };
  }
}

/** A node's path in the drive; the drive itself is "". */
function pathOf(node) {
  const names = [];
  for (let at = node; at.parent !== at; at = at.parent) names.unshift(at.name);
  return names.join("/");
}

const join = (parent, name) => [pathOf(parent), name].filter((part) => part !== "").join("/");

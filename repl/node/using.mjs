/**
 * `using` in a cell: JavaScript gives `Symbol.dispose` no error, so a Python manager could not be told what leaves its
 * block. What acorn has read is therefore rewritten:
 *
 *     { a; using x = f(); b; }   ->   { const $b = new Block(); try { a; const x = $b.use(f()); b; }
 *                                       catch ($e) { $b.fail($e); } finally { $b.close(); } }
 *
 * A `for` gets its block around its body, or around itself where its head declares once:
 *
 *     for (using x of xs) f(x);          ->   for (const $v of xs) { .. const x = $b.use($v); f(x); .. }
 *     for (using x = f(); c; d) g(x);    ->   { .. for (const x = $b.use(f()); c; d) g(x); .. }
 *
 * In: a parsed text and its edits. Out: more edits, and the Block that the code asks for: it enters a Python manager and
 * leaves it as Python's `with` does, and disposes of JavaScript's objects as `using` does.
 */
const PYTHON = Symbol.for("polyrepl.python");
const BLOCK = 'globalThis[Symbol.for("polyrepl.block")]';
const EQUALS = /^(?:\s|\/\*[^]*?\*\/|\/\/.*)*=/;
const OPENS = /^static(?:\s|\/\*[^]*?\*\/|\/\/.*)*\{/;

const isUsing = (node) => node?.type === "VariableDeclaration" && /using$/.test(node.kind);

/**
 * Rewrite every block with a `using` of its own.
 * @param {string} text @param {import("./edits.mjs").Edits} edits @param {any[]} body the statements
 * @returns {{head: string, tail: string}} what is to stand around the statements of the program itself
 */
export function rewriteUsing(text, edits, body) {
  let names = 0;
  const unused = () => {
    let name;
    do name = `$block${names++}`;
    while (text.includes(name));
    return name;
  };
  const opening = (name, wait) => ` const ${name} = new (${BLOCK}.${wait ? "AsyncBlock" : "Block"})(); try {`;
  const closing = (name, wait) => ` } catch (${name}e) { ${wait}${name}.fail(${name}e); } finally { ${wait}${name}.close(); }`;
  const use = (name, kind) => (kind === "using" ? `${name}.use(` : `await ${name}.useLater(`);
  const around = (declared) => {
    const found = declared.filter(isUsing);
    if (found.length === 0) return { head: "", tail: "" };
    const name = unused();
    const wait = found.some(({ kind }) => kind !== "using") ? "await " : "";
    for (const { start, end, kind, declarations } of found) {
      edits.put(start, declarations[0].id.start, "const ");
      for (const one of declarations) {
        const from = one.id.end + EQUALS.exec(text.slice(one.id.end, end))[0].length;
        edits.put(from, from, ` ${use(name, kind)}`);
        edits.close(one.end, ")");
      }
    }
    return { head: opening(name, wait), tail: closing(name, wait) };
  };
  const inBlock = ({ type, start, end, body }) => {
    const { head, tail } = around(body);
    const open = type === "BlockStatement" ? start + 1 : start + OPENS.exec(text.slice(start))[0].length;
    const at = body.findLast(({ directive }) => directive !== undefined)?.end ?? open;
    visit(body);
    if (head === "") return;
    edits.first(at, at > open ? `;${head}` : head);
    edits.close(end - 1, `\n${tail}`);
  };
  /** One item a turn. */
  const forEach = ({ left, right, body }) => {
    const name = unused();
    const wait = left.kind === "using" ? "" : "await ";
    const { id } = left.declarations[0];
    edits.put(left.start, id.end, `const ${name}v`);
    visit([right, body]);
    edits.first(body.start, `{${opening(name, wait)} const ${id.name} = ${use(name, left.kind)}${name}v);`);
    edits.close(body.end, `${closing(name, wait)} }`);
  };
  /** Once for all turns; `outer` is the loop with its labels. */
  const forOnce = (node, outer) => {
    const { head, tail } = around([node.init]);
    visit(Object.values(node));
    edits.first(outer.start, `{${head}`);
    edits.close(outer.end, `${tail} }`);
  };
  const visit = (node, outer = node) => {
    if (Array.isArray(node)) for (const part of node) visit(part);
    else if (typeof node?.type !== "string") return;
    else if (node.type === "BlockStatement" || node.type === "StaticBlock") inBlock(node);
    else if (node.type === "LabeledStatement") visit(node.body, outer);
    else if (node.type === "ForOfStatement" && isUsing(node.left)) forEach(node);
    else if (node.type === "ForStatement" && isUsing(node.init)) forOnce(node, outer);
    else for (const part of Object.values(node)) if (typeof part === "object") visit(part);
  };
  visit(body);
  return around(body);
}

/** What a block holds, and how it is left: the innermost first, each told of what leaves it. */
class Block {
  held = [];

  /** Hold what `using` names. @returns {any} what a Python manager gives, else the value itself */
  use(value) {
    if (value === null || value === undefined) return value;
    const python = value[PYTHON];
    const held = python === undefined ? ofJavaScript(value) : python.within(value);
    return this.hold(held, "using: the value is not a Python context manager");
  }

  hold(held, refusal) {
    if (held === null) throw new TypeError(refusal);
    this.held.push(held);
    return held.value;
  }

  /** The block is left by what was thrown; thrown on unless one of them says that it is to be forgotten. */
  fail(thrown) {
    let failed = true;
    while (this.held.length > 0) {
      const last = this.held.pop();
      try {
        if (failed) last.fail(thrown);
        else last.close();
        failed = false;
      } catch (error) {
        thrown = error;
        failed = true;
      }
    }
    if (failed) throw thrown;
  }

  /** The block is left otherwise; nothing where `fail` has left it. */
  close() {
    while (this.held.length > 0) {
      try {
        this.held.pop().close();
      } catch (error) {
        this.fail(error);
      }
    }
  }
}

/** One with an `await using`: all that leaves it gives a promise. */
class AsyncBlock extends Block {
  async useLater(value) {
    if (value === null || value === undefined) return value;
    const python = value[PYTHON];
    const held = python === undefined ? ofJavaScriptLater(value) : ((await python.withinAsync(value)) ?? python.within(value));
    return this.hold(held, "await using: the value is not a Python context manager");
  }

  async fail(thrown) {
    let failed = true;
    while (this.held.length > 0) {
      const last = this.held.pop();
      try {
        if (failed) await last.fail(thrown);
        else await last.close();
        failed = false;
      } catch (error) {
        thrown = error;
        failed = true;
      }
    }
    if (failed) throw thrown;
  }

  async close() {
    while (this.held.length > 0) {
      try {
        await this.held.pop().close();
      } catch (error) {
        await this.fail(error);
      }
    }
  }
}

const both = (error, thrown) => new SuppressedError(error, thrown, "An error was suppressed during disposal");

/** An object of JavaScript's; where it fails too, both errors are kept. */
function ofJavaScript(value) {
  const dispose = value[Symbol.dispose];
  if (typeof dispose !== "function") throw new TypeError("Symbol(Symbol.dispose) is not a function");
  const close = () => void Reflect.apply(dispose, value, []);
  return {
    value,
    close,
    fail(thrown) {
      try {
        close();
      } catch (error) {
        throw both(error, thrown);
      }
      throw thrown;
    },
  };
}

/** One that may take its time. */
function ofJavaScriptLater(value) {
  const dispose = value[Symbol.asyncDispose];
  if (dispose === undefined || dispose === null) return ofJavaScript(value);
  if (typeof dispose !== "function") throw new TypeError("Symbol(Symbol.asyncDispose) is not a function");
  const close = async () => void (await Reflect.apply(dispose, value, []));
  return {
    value,
    close,
    async fail(thrown) {
      try {
        await close();
      } catch (error) {
        throw both(error, thrown);
      }
      throw thrown;
    },
  };
}

globalThis[Symbol.for("polyrepl.block")] = { Block, AsyncBlock };

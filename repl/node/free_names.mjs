/**
 * What a function's text says of the names that it does not bind itself, read by acorn.
 *
 * In: the text of a function or class, as `toString` gives it. Out:
 *   { free: names that stand for something outside, now: those of them that are read as the text is evaluated (a class reads
 *     its parent), assigned: those of them that it sets, globals: places of `globalThis.name` as [start, name, is it bound
 *     inside], method: the name of a method or null, key: where a computed one stands, as [start, end], needs: what it uses of the function around it ("this", ..) or null }
 */
import { patternNames, within as parts } from "./trees.mjs";
import { parse } from "./vendor/acorn.mjs";

const OPTIONS = { ecmaVersion: "latest", sourceType: "script", allowAwaitOutsideFunction: true, allowSuperOutsideMethod: true };

/** The expression of a text, and where it begins in what was parsed. */
function parsed(text) {
  try {
    return { node: parse(`(${text}\n)`, OPTIONS).body[0].expression, shift: 1, method: null };
  } catch (error) {
    let property;
    try {
      property = parse(`({${text}\n})`, OPTIONS).body[0].expression.properties[0];
    } catch {
      throw error; // what a method's text is not is told of the text alone
    }
    return { node: property.value, shift: 2, method: property };
  }
}

const isNode = (part) => typeof part?.type === "string";
const isFunction = (node) => /Function/.test(node.type);

/** Names that statements declare in their own block. */
function* lexical(statements) {
  for (const node of statements) {
    if (node.type === "VariableDeclaration" && node.kind !== "var") for (const one of node.declarations) yield* patternNames(one.id);
    else if (node.type === "ClassDeclaration" || node.type === "FunctionDeclaration") yield node.id.name;
  }
}

/** Names that `var` declares anywhere in a function. */
function* vars(node) {
  if (isFunction(node)) return;
  if (node.type === "VariableDeclaration" && node.kind === "var") for (const one of node.declarations) yield* patternNames(one.id);
  for (const part of parts(node)) yield* vars(part);
}

class Reader {
  constructor(shift) {
    this.shift = shift;
    this.free = new Set();
    this.now = new Set();
    this.assigned = new Set();
    this.globals = [];
    this.needs = null;
    this.depth = 0; // functions around
    this.owners = 0; // functions and methods with a `this` of their own around
  }

  isBound(name, scope) {
    for (let at = scope; at !== null; at = at.outer) if (at.names.has(name)) return true;
    return false;
  }

  name(name, scope, isSet = false) {
    if (this.isBound(name, scope)) return;
    if (name === "arguments") return void (this.needs ??= "arguments");
    this.free.add(name);
    if (this.depth === 0) this.now.add(name);
    if (isSet) this.assigned.add(name);
  }

  within(names, outer) {
    return { names: new Set(names), outer };
  }

  /** What is assigned to: names in patterns are set, all else is read. */
  target(node, scope) {
    switch (node?.type) {
      case undefined: return;
      case "Identifier": return this.name(node.name, scope, true);
      case "ObjectPattern": return node.properties.forEach((part) => {
        if (part.computed) this.visit(part.key, scope);
        this.target(part.value ?? part, scope);
      });
      case "ArrayPattern": return node.elements.forEach((part) => this.target(part, scope));
      case "AssignmentPattern": this.target(node.left, scope); return this.visit(node.right, scope);
      case "RestElement": return this.target(node.argument, scope);
      default: {
        if (node.type === "MemberExpression" && this.global(node, scope)) this.assigned.add(node.property.name);
        else this.visit(node, scope);
      }
    }
  }

  /** Is it `globalThis.name`? Then that is a name like any other. */
  global(node, scope) {
    const { object, property, computed, optional } = node;
    if (object.type !== "Identifier" || object.name !== "globalThis" || computed || optional || this.isBound("globalThis", scope)) return false;
    this.globals.push([node.start - this.shift, property.start - this.shift, property.name, this.isBound(property.name, scope)]);
    this.free.add(property.name);
    if (this.depth === 0) this.now.add(property.name);
    return true;
  }

  /** The patterns of declarations: their names are bound already, what they compute is read. */
  pattern(node, scope) {
    switch (node?.type) {
      case undefined: case "Identifier": return;
      case "ObjectPattern": return node.properties.forEach((part) => {
        if (part.computed) this.visit(part.key, scope);
        this.pattern(part.value ?? part, scope);
      });
      case "ArrayPattern": return node.elements.forEach((part) => this.pattern(part, scope));
      case "AssignmentPattern": this.pattern(node.left, scope); return this.visit(node.right, scope);
      case "RestElement": return this.pattern(node.argument, scope);
    }
  }

  func(node, scope) {
    const names = node.type === "FunctionExpression" && node.id ? [node.id.name] : [];
    for (const param of node.params) names.push(...patternNames(param));
    const arrow = node.type === "ArrowFunctionExpression";
    if (!arrow) names.push("arguments");
    if (node.body.type === "BlockStatement") names.push(...lexical(node.body.body), ...node.body.body.flatMap((part) => [...vars(part)]));
    const inner = this.within(names, scope);
    this.depth++;
    this.owners += arrow ? 0 : 1;
    for (const param of node.params) this.pattern(param, inner);
    if (node.body.type === "BlockStatement") for (const part of node.body.body) this.visit(part, inner);
    else this.visit(node.body, inner);
    this.depth--;
    this.owners -= arrow ? 0 : 1;
  }

  klass(node, scope) {
    const inner = this.within(node.id ? [node.id.name] : [], scope);
    if (node.superClass) this.visit(node.superClass, inner);
    this.owners++;
    for (const member of node.body.body) {
      if (member.computed) this.visit(member.key, inner);
      if (member.type === "StaticBlock") {
        const names = [...lexical(member.body), ...member.body.flatMap((part) => [...vars(part)])];
        for (const part of member.body) this.visit(part, this.within(names, inner));
      } else if (member.value) {
        const late = member.type === "PropertyDefinition" && !member.static;
        this.depth += late ? 1 : 0;
        this.visit(member.value, inner);
        this.depth -= late ? 1 : 0;
      }
    }
    this.owners--;
  }

  visit(node, scope) {
    switch (node.type) {
      case "Identifier": return this.name(node.name, scope);
      case "ThisExpression": return void (this.owners === 0 && (this.needs ??= "this"));
      case "Super": return void (this.owners === 0 && (this.needs ??= "super"));
      case "MetaProperty": return void (this.owners === 0 && (this.needs ??= "new.target"));
      case "FunctionExpression": case "FunctionDeclaration": case "ArrowFunctionExpression": return this.func(node, scope);
      case "ClassExpression": case "ClassDeclaration": return this.klass(node, scope);
      case "VariableDeclaration": return node.declarations.forEach((one) => {
        this.pattern(one.id, scope);
        if (one.init) this.visit(one.init, scope);
      });
      case "AssignmentExpression": this.target(node.left, scope); return this.visit(node.right, scope);
      case "UpdateExpression": return this.target(node.argument, scope);
      case "MemberExpression":
        if (this.global(node, scope)) return;
        this.visit(node.object, scope);
        return node.computed ? this.visit(node.property, scope) : undefined;
      case "Property":
        if (node.computed) this.visit(node.key, scope);
        return this.visit(node.value, scope);
      case "BlockStatement": return this.all(node.body, this.within(lexical(node.body), scope));
      case "SwitchStatement": {
        this.visit(node.discriminant, scope);
        return this.all(node.cases, this.within(node.cases.flatMap((one) => [...lexical(one.consequent)]), scope));
      }
      case "CatchClause": {
        const inner = this.within(patternNames(node.param), scope);
        if (node.param) this.pattern(node.param, inner);
        return this.visit(node.body, inner);
      }
      case "ForStatement": return this.all(parts(node), this.within(lexical([node.init].filter(isNode)), scope));
      case "ForInStatement": case "ForOfStatement": {
        const inner = this.within(lexical([node.left]), scope);
        if (node.left.type === "VariableDeclaration") this.visit(node.left, inner);
        else this.target(node.left, inner);
        return this.all([node.right, node.body], inner);
      }
      case "LabeledStatement": return this.visit(node.body, scope);
      case "BreakStatement": case "ContinueStatement": return;
      default: return this.all(parts(node), scope);
    }
  }

  all(nodes, scope) {
    for (const node of nodes) this.visit(node, scope);
  }
}

/** See above. Throws a SyntaxError for a text that is no function. */
export function freeNames(text) {
  const { node, shift, method } = parsed(text);
  const reader = new Reader(shift);
  const key = method?.computed ? [text.lastIndexOf("[", method.key.start - shift), text.indexOf("]", method.key.end - shift) + 1] : null;
  reader.owners += method === null ? 0 : 1; // a method has its `this`; `super` is looked for in its object
  reader.visit(node, null);
  reader.free.delete("undefined");
  const { free, now, assigned, globals } = reader;
  const usesSuper = method !== null && /\bsuper\b/.test(text);
  return {
    free: [...free],
    now,
    assigned,
    globals,
    method: method === null ? null : key !== null ? "polyrepl$m" : method.key.name ?? method.key.value ?? "",
    key,
    kind: method?.kind ?? "init",
    needs: usesSuper ? "super" : reader.needs,
  };
}

/**
 * Trees of JavaScript, as acorn makes them.
 *
 * In: a node. Out: the nodes directly inside of it, the names that it binds.
 */

/** @returns {object[]} */
export const within = (node) => Object.values(node).flat().filter((part) => typeof part?.type === "string");

/** The names that a pattern binds; none for null. @returns {string[]} */
export function patternNames(pattern) {
  switch (pattern?.type) {
    case "Identifier": return [pattern.name];
    case "ObjectPattern": return pattern.properties.flatMap((part) => patternNames(part.value ?? part));
    case "ArrayPattern": return pattern.elements.flatMap(patternNames);
    case "AssignmentPattern": return patternNames(pattern.left);
    case "RestElement": return patternNames(pattern.argument);
    default: return [];
  }
}

/** The names that a declaration binds; none for any other node. @returns {string[]} */
export function declaredNames(node) {
  if (node?.type === "VariableDeclaration") return node.declarations.flatMap((one) => patternNames(one.id));
  return (node?.type === "FunctionDeclaration" || node?.type === "ClassDeclaration") && node.id ? [node.id.name] : [];
}

/**
 * Loading edited files again, as `../node/renewing.mjs` does it; this file takes its place in the web, where nobody can
 * have edited them.
 * In: questions. Out: that nothing has changed.
 */
export async function renew() {
  const told = new Error("JavaScript modules cannot be loaded again here");
  told.hint = "load the page anew, or import it under another name: (js.import \"./x.mjs?2\" :as x)";
  throw told;
}

export const changed = () => [];

export function watch() {}

/**
 * The working folder and the environment, as `../node/place.mjs` has them; this file takes its place in the web.
 * In: what Python has changed. Out: the folder. Both are Python's alone here: JavaScript has neither, so nothing changes.
 */
let folder = "/";

export function follow() {}

export const isEnvironment = () => false;

/** What has changed here since both agreed: nothing ever. */
export const changes = () => undefined;

/** Take what Python says; returns the folder. */
export function agree(text) {
  folder = JSON.parse(text).folder ?? folder;
  return folder;
}

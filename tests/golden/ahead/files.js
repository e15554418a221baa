let library$i1$quiet, library$i1$triple;
library$i1$triple = function triple(x) {
  return typeof x === "number" ? 3 * x : mul(3, x);
};
library$i1$quiet = function quiet() {
  return null;
};
library$i1$triple(2);
library$i1$quiet();
library$i1$quiet();
library$i1$quiet();
[library$i1$triple(3), library$i1$quiet()];


function triple(x) {
  return typeof x === "number" ? 3 * x : mul(3, x);
}

function quiet() {
  return null;
}

export { triple, quiet };

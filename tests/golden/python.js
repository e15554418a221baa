({ $py }) => {
  globalThis.np = $py("numpy");
};

({ $rt: { keyword }, $py }) => $py.call(
  np,
  ["sum"],
  [[[1, 2], [3, 4]], keyword("axis"), 0],
);

({ $rt: { count, keyword }, $py }) => $py.call(
  $py.builtins,
  ["sorted"],
  [["bb", "a"], keyword("key"), (s) => 0 - count(s)],
);

({ $py }) => $py.get(np, ["linalg", "norm"]);

async ({ $py }) => $py.call(np, ["sum"], [[1, 2, 3]]);

async ({ $py }) => {
  const np = $py("numpy");
  return $py.call(np, ["sum"], [[1, 2, 3, 4]]);
};

({ $rt: { caught }, $py, $read }) => {
  try {
    return $py.call($py.builtins, ["int"], ["x"]);
  } catch (e) {
    if (caught(e, $py.get($py.builtins, ["ValueError"]))) return $read(e).name;
    throw e;
  }
};

({ $rt: { mul } }) => {
  globalThis.scale = function scale(arr) {
    return typeof arr === "number" ? arr * 2 : mul(arr, 2);
  };
};

({ $py }) => $py.async(np, ["sum"], [[1, 2]]);

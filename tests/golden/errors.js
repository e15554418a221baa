async ({ $rt: { add } }) => {
  let v;
  try {
    v = await p(1);
  } catch (e) {
    v = 10;
  }
  return typeof v === "number" ? 1 + v : add(1, v);
};

({ $rt: { caught, keyword } }) => {
  try {
    return p(1);
  } catch (e) {
    if (caught(e, TypeError)) return keyword("type");
    if (caught(e, RangeError)) return keyword("range");
    throw e;
  } finally {
    t(keyword("done"));
  }
};

({ $rt: { error } }) => {
  globalThis.fail = function fail(message) {
    throw error(message);
  };
};

({ $rt: { enter }, $py, $read }) => {
  const resource = enter($py.call($py.builtins, ["open"], ["x"]));
  try {
    const f = resource.value;
    return ($read(f), f.read());
  } catch (e) {
    resource.fail(e);
    return null;
  } finally {
    resource.close();
  }
};

// With `--require` this makes a Node like one on a system without /proc.
"use strict";
const fs = require("node:fs");
const { syncBuiltinESMExports } = require("node:module");

for (const name of ["openSync", "readFileSync", "readdirSync", "readlinkSync", "statSync", "open", "readFile"]) {
  const real = fs[name];
  fs[name] = function (path, ...rest) {
    if (String(path).startsWith("/proc")) throw Object.assign(new Error(`ENOENT: no such file, ${name} '${path}'`), { code: "ENOENT" });
    return real.call(this, path, ...rest);
  };
}
syncBuiltinESMExports();

// squint's output for the program of lisp_speed.lisp, written beside its package. In: the text, where to write.
import { compileString } from "squint-cljs";
import { readFileSync, writeFileSync } from "node:fs";

writeFileSync(process.argv[3], compileString(readFileSync(process.argv[2], "utf8")));

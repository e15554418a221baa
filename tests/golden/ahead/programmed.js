if (count("a") !== 0) {
  println("one");
  keyword("done");
}
const v = 100;
const v$1 = v;
v$1 + v$1;

function getter_name(s) {
  return symbol(str("get-", name(s)));
}

function get_size() {
  return 3;
}

const prefix = "p";
2 * 4;
[1, 2];
list(symbol("let"), [symbol("v"), 1], list(symbol("+"), symbol("v"), symbol("v")));
list(symbol("if"), list(symbol("not"), symbol("a")), symbol("b"));
eval$(read_string("(+ 1 2)"));

export { getter_name, get_size, prefix };

({ $rt: { keyword } }) => [
  1,
  -2,
  1.5,
  10n,
  "s",
  keyword("key"),
  null,
  true,
  /a+/,
  new Set([1, 2]),
  { a: 1, "b c": 2 },
];

({ $rt: { interpolate, keyword } }) => `a${interpolate(1 + 2)}b${interpolate(keyword("k"))}`;

({ $rt: { list, symbol } }) => list(
  symbol("quoted"),
  list(symbol("list")),
  "of",
  symbol("things"),
);

() => {
  const class$ = 1;
  const new$ = 2;
  return class$ + new$;
};

/* Calls whose function and values are plain, without the layers that Python has for all others: one that Python makes,
   as long as its answer comes at once, and those that JavaScript makes while Python waits, also of methods, with objects of
   Python's, and what it asks for attributes and items.

   The frames are those of every call (protocol.py); they are only written and read here, where they lie. What is not
   plain is handed on whole, if it is alone, and what is not there at once is left in the ring as if nobody had looked: it
   goes the usual way, so all of this may as well not be there. A value is plain where it is null, a boolean, a text without escapes or a number; an operand of JSON
   otherwise is not looked into. A frame is copied before it is looked at, as everywhere.

   Python's lock is held all the time, but for code of the program's and for naps where there are other threads: so for a
   short while (AT_ONCE) at most. Nobody else reads or writes meanwhile, if nobody had begun to (`busy`: two functions of
   Python's that say so), which is asked again behind a nap: what another thread has read then is the answer's frame
   for nobody yet, as it is where that thread was faster than who waits the usual way (Plain.early). Nothing is read
   unless it is known that nothing stands behind it that would not ring: at rest first, then the look, then the read. */
#ifndef POLYREPL_CALLS_H
#define POLYREPL_CALLS_H
#include "hosts.h"
#include "lanes.h"

#define AT_ONCE 15000       /* nanoseconds */
#define LARGEST 4096u       /* of plain frames */
#define WHOLE 65536u        /* of others */
#define AT_MOST 100         /* so many are served before Python looks around */
#define SAFE 9007199254740991LL
enum { REQUEST = 1, REPLY = 2, FAILED = 3, RING_IT = 1, LATER = 2, CALL = 7, PREFIX = 16 }; /* kinds, flags, an operation */
typedef struct { uint32_t size, id, head; uint16_t epoch; uint8_t kind, flags; } Prefix;
typedef struct { char *at, *end; int bad; } Text; /* that is written; bad: it has no room, or is not plain */

/* ---- values */

static void bytes(Text *t, const char *from, size_t n) {
  if (t->bad || (size_t)(t->end - t->at) < n) { t->bad = 1; return; }
  memcpy(t->at, from, n);
  t->at += n;
}
static void integer(Text *t, int64_t n) {
  char digits[24], *at = digits + sizeof digits;
  uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
  do *--at = (char)('0' + left % 10); while (left /= 10);
  if (n < 0) *--at = '-';
  bytes(t, at, (size_t)(digits + sizeof digits - at));
}
/* A text that JSON writes as it is. */
static int as_it_is(const char *text, size_t n) {
  for (size_t i = 0; i < n; i++)
    if ((unsigned char)text[i] < 32 || text[i] == '"' || text[i] == '\\') return 0;
  return 1;
}
/* A value of Python's; no code of the program's runs for it. */
static void write_value(Text *t, Object *v) {
  if (v == &_Py_NoneStruct) bytes(t, "null", 4);
  else if (v == &_Py_TrueStruct) bytes(t, "true", 4);
  else if (v == &_Py_FalseStruct) bytes(t, "false", 5);
  else if (v->type == &PyLong_Type) {
    int beyond;
    long long n = PyLong_AsLongLongAndOverflow(v, &beyond);
    if (beyond || n > SAFE || n < -SAFE) t->bad = 1;
    else integer(t, n);
  } else if (v->type == &PyFloat_Type) {
    double d = PyFloat_AsDouble(v);
    char *text = d - d == 0 ? PyOS_double_to_string(d, 'r', 0, 2, NULL) : NULL; /* 2: `.0` where nothing says that it is one */
    if (!text) t->bad = 1;
    else { bytes(t, text, strlen(text)); PyMem_Free(text); }
  } else if (v->type == &PyUnicode_Type) {
    ptrdiff_t n;
    const char *text = PyUnicode_AsUTF8AndSize(v, &n);
    if (!text) { PyErr_Clear(); t->bad = 1; } /* half a character */
    else if (!as_it_is(text, (size_t)n)) t->bad = 1;
    else { bytes(t, "\"", 1); bytes(t, text, (size_t)n); bytes(t, "\"", 1); }
  } else t->bad = 1;
}
static int word(const char **at, const char *end, const char *text, size_t n) {
  if ((size_t)(end - *at) < n || memcmp(*at, text, n)) return 0;
  *at += n;
  return 1;
}
/* A count of at most 15 digits, or -1. */
static int64_t count(const char **at, const char *end) {
  const char *from = *at;
  int64_t n = 0;
  while (*at < end && *at - from < 16 && **at >= '0' && **at <= '9') n = n * 10 + (*(*at)++ - '0');
  return *at == from || *at - from == 16 ? -1 : n;
}
/* A value of JSON's, or NULL without an exception. Behind the text is a zero. */
static Object *read_value(const char **at, const char *end) {
  if (*at == end) return NULL;
  switch (**at) {
    case 'n': if (!word(at, end, "null", 4)) return NULL; Py_IncRef(&_Py_NoneStruct); return &_Py_NoneStruct;
    case 't': if (!word(at, end, "true", 4)) return NULL; Py_IncRef(&_Py_TrueStruct); return &_Py_TrueStruct;
    case 'f': if (!word(at, end, "false", 5)) return NULL; Py_IncRef(&_Py_FalseStruct); return &_Py_FalseStruct;
    case '"': {
      const char *from = ++*at;
      while (*at < end && **at != '"' && **at != '\\' && (unsigned char)**at >= 32) ++*at;
      if (*at == end || **at != '"') return NULL;
      Object *text = PyUnicode_DecodeUTF8(from, (*at)++ - from, NULL);
      if (!text) PyErr_Clear();
      return text;
    }
  }
  const char *from = *at;
  int minus = word(at, end, "-", 1);
  int64_t n = count(at, end);
  char next = *at < end ? **at : ',';
  if (n >= 0 && (next == ',' || next == ']') && (n || !minus)) return PyLong_FromLongLong(minus ? -n : n);
  while (*at < end && ((**at >= '0' && **at <= '9') || **at == '.' || **at == 'e' || **at == '-' || **at == '+')) ++*at;
  if (memchr(from, '.', (size_t)(*at - from)) == NULL && memchr(from, 'e', (size_t)(*at - from)) == NULL) return NULL;
  char *stop;
  double d = PyOS_string_to_double(from, &stop, NULL);
  if (d == -1 && PyErr_Occurred()) { PyErr_Clear(); return NULL; }
  return stop == *at ? PyFloat_FromDouble(d) : NULL;
}

/* ---- frames */

/* Where a frame of at most `size` bytes may be written; NULL where there is no room. */
static char *blank(Rings *r, uint32_t size) {
  uint32_t used = r->written - atomic_load_explicit(&outgoing(r)->tail, memory_order_acquire);
  return r->gone || used > RING || RING - used < size ? NULL : (char *)r->data[r->side] + (r->written & MASK);
}
/* Send the frame that was written there up to `end`. 0, or an error number. */
static int posted(Rings *r, char *from, const char *end, uint32_t id, uint16_t epoch, uint8_t kind, uint8_t flags) {
  uint32_t size = (uint32_t)(end - from) - PREFIX;
  Prefix p = {size, id, size, epoch, kind, flags};
  memcpy(from, &p, PREFIX);
  return publish(r, PREFIX + size);
}
/* Whether the first frame is whole and not too large; its prefix. */
static int begun(const Rings *r, uint32_t n, Prefix *p) {
  if (n < PREFIX || n > RING) return 0;
  memcpy(p, r->data[1 - r->side] + (r->read & MASK), PREFIX);
  return p->head <= p->size && p->size <= WHOLE && n - PREFIX >= p->size;
}
/* A copy of the first frame with a zero behind it, if it is not too large. Its prefix is the one that was looked at: what stands
   in the ring may be another by now. */
static int first(const Rings *r, const Prefix *p, char *text) {
  if (p->size != p->head || p->size > LARGEST) return 0;
  memcpy(text, r->data[1 - r->side] + (r->read & MASK) + PREFIX, p->size);
  text[p->size] = 0;
  return 1;
}
/* At rest, and nothing but the first frame is there: it is read. */
static int only(Rings *r, const Prefix *p) {
  rest(r, POLLS);
  if (there(r) != PREFIX + p->size) return 0;
  passed(r, PREFIX + p->size);
  return 1;
}
#endif

/* Calls that Python's rings (rings.c) make and serve by themselves, on the thread that started the bridge.

   `ask` and `serve` are about plain ones (calls.h). `trade` and `serve` hand frames on whole: what is in them is Python's
   affair then, but who waits for whom was settled here, where that takes no time. A frame that was handed on is kept until
   the next, since an exception of a signal's handler may come before anybody has it. */
#ifndef POLYREPL_PLAIN_H
#define POLYREPL_PLAIN_H
#include "calls.h"
#include "hosts.h"
#include "lanes.h"

typedef struct {
  Object head;
  Rings rings;
  int inside;      /* somebody waits, without Python's lock */
  int taken;       /* meanwhile another thread has begun to read */
  Object *busy[3]; /* functions: whether somebody writes, and whether somebody reads; whether there are other threads */
  uint32_t asked;  /* what `ask` has sent and has no answer, or `serve` has not answered */
  Object *kept;    /* the frame that was handed on last */
  ptrdiff_t sent, received; /* frames of plain calls */
} Ours;
static Object *top_python, *due, *put_off, *now_, *given; /* names */
static Object *refuse(int error) {
  if (error == EBADMSG) PyErr_SetString(PyExc_ValueError, "a ring that makes no sense");
  else { errno = error; PyErr_SetFromErrno(PyExc_OSError); }
  return NULL;
}
static Rings *open_rings(Object *self) {
  Rings *r = &((Ours *)self)->rings;
  if (r->shared) return r;
  refuse(EBADF);
  return NULL;
}
static Object *same(Object *object) { Py_IncRef(object); return object; }
static int busy(Ours *of, int what) {
  Object *said = of->busy[what] ? PyObject_CallNoArgs(of->busy[what]) : NULL;
  if (!said) PyErr_Clear();
  else Py_DecRef(said); /* True and False are there for ever */
  return said != &_Py_FalseStruct;
}
static uint32_t number_of(Object *n) { int beyond; return (uint32_t)PyLong_AsLongLongAndOverflow(n, &beyond); }
/* Around a nap: where there are other threads they run meanwhile. */
static void *left(void *whose) {
  Ours *of = whose;
  Object *count = of->busy[2] ? PyObject_CallNoArgs(of->busy[2]) : NULL;
  int any = !count || number_of(count);
  if (count) Py_DecRef(count); else PyErr_Clear();
  if (!any) return NULL;
  of->inside++;
  return PyEval_SaveThread();
}
static int back(void *whose, void *state) {
  Ours *of = whose;
  PyEval_RestoreThread(state);
  of->inside--;
  return !(of->taken = busy(of, 1));
}
/* Wait for a little while. How many bytes are there; none where another thread reads by now. */
static uint32_t soon(Ours *of) {
  of->taken = 0;
  turn(&of->rings, AT_ONCE);
  return of->taken ? 0 : there(&of->rings);
}
/* among(writes, reads, others): functions without arguments: whether anybody does, how many other threads there are. They are
   functions of C's: in code of Python's another thread could come between, and read what is read here. */
static Object *among(Object *self, Object *args) {
  Ours *of = (Ours *)self;
  Object *asks[3];
  if (of->busy[0] || !PyArg_ParseTuple(args, "OOO", &asks[0], &asks[1], &asks[2])) return PyErr_Occurred() ? NULL : refuse(EINVAL);
  for (int i = 0; i < 3; i++) of->busy[i] = same(asks[i]);
  of->rings.left = left;
  of->rings.back = back;
  of->rings.of = of;
  return Py_BuildValue("");
}

/* The first frame, whose prefix was looked at, if nothing is behind it: read, as (kind, id, epoch, flags, head, body). NULL
   where something is; with an exception where there is no memory. */
static Object *handed(Ours *of, const Prefix *p) {
  Rings *r = &of->rings;
  const char *from = (char *)r->data[1 - r->side] + (r->read & MASK) + PREFIX;
  Object *head = PyBytes_FromStringAndSize(from, p->head), *body = PyBytes_FromStringAndSize(from + p->head, p->size - p->head), *frame = NULL;
  if (!head || !body) PyErr_Clear();
  else if (only(r, p)) { /* before the tuple is made: the collector may run for that, and other threads with it */
    of->received++;
    if ((frame = Py_BuildValue("(iIiiOO)", p->kind, p->id, p->epoch, p->flags, head, body))) {
      if (of->kept) Py_DecRef(of->kept);
      of->kept = same(frame);
    }
  }
  if (head) Py_DecRef(head);
  if (body) Py_DecRef(body);
  return frame;
}
/* kept(id): the frame that was handed on last, if it is the answer to this request; or None. */
static Object *kept(Object *self, Object *id) {
  Object *frame = ((Ours *)self)->kept;
  int answers = frame && number_of(PyTuple_GetItem(frame, 0)) != REQUEST && number_of(PyTuple_GetItem(frame, 1)) == number_of(id);
  return same(answers ? frame : &_Py_NoneStruct);
}
/* request(id): the same, if it is the request with this number; or None. */
static Object *request(Object *self, Object *id) {
  Object *frame = ((Ours *)self)->kept;
  int is = frame && number_of(PyTuple_GetItem(frame, 0)) == REQUEST && number_of(PyTuple_GetItem(frame, 1)) == number_of(id);
  return same(is ? frame : &_Py_NoneStruct);
}
/* Wait for a little while for the answer to a request that was sent. Its value where it is plain, else its frame; Ellipsis
   where it is not there, or not alone. At rest afterwards. */
static Object *answer_of(Ours *of, uint32_t id, uint16_t epoch) {
  Rings *r = &of->rings;
  char text[LARGEST + 1];
  Prefix p;
  of->sent++;
  uint32_t n = soon(of);
  if (begun(r, n, &p) && (p.kind == REPLY || p.kind == FAILED) && p.id == id && p.epoch == epoch) {
    if (p.kind == REPLY && !p.flags && first(r, &p, text)) {
      const char *at = text, *end = text + p.size;
      Object *value = read_value(&at, end);
      if (value && at == end && only(r, &p)) { of->received++; return value; }
      if (value) Py_DecRef(value); else PyErr_Clear();
    }
    Object *frame = handed(of, &p);
    if (frame || PyErr_Occurred()) return frame;
  }
  rest(r, POLLS);
  of->asked = id;
  return same(&_Py_EllipsisObject);
}
/* ask(id, epoch, op, form, operands): the value of a request's answer, or its frame where that is not plain. Ellipsis: it was
   sent, and its answer is not there at once; NotImplemented: it was not sent. */
static Object *ask(Object *self, Object *const *v, ptrdiff_t n) {
  Ours *of = (Ours *)self;
  Rings *r = open_rings(self);
  char *from;
  if (!r) return NULL;
  of->asked = 0;
  if (n != 5) return refuse(EINVAL);
  ptrdiff_t operands = PyTuple_Size(v[4]);
  if (operands < 0) return NULL;
  if (busy(of, 0) || busy(of, 1) || there(r) || !(from = blank(r, LARGEST))) return same(&_Py_NotImplementedStruct);
  Text t = {from + PREFIX, from + LARGEST, 0};
  bytes(&t, "[", 1); write_value(&t, v[2]); bytes(&t, ",0,", 3); write_value(&t, v[3]);
  for (ptrdiff_t i = 0; i < operands; i++) { bytes(&t, ",", 1); write_value(&t, PyTuple_GetItem(v[4], i)); }
  bytes(&t, "]", 1);
  if (t.bad) return same(&_Py_NotImplementedStruct);
  uint32_t id = number_of(v[0]), epoch = number_of(v[1]);
  rouse(r);
  int bad = posted(r, from, t.at, id, (uint16_t)epoch, REQUEST, RING_IT);
  if (bad) { rest(r, POLLS); return refuse(bad); }
  return answer_of(of, id, (uint16_t)epoch);
}
/* trade(id, epoch, bytes, segments): as `ask`, of a request's whole frame; the handles that it mentions are the other side's
   once it is sent, whatever exception comes. */
static Object *trade(Object *self, Object *const *v, ptrdiff_t n) {
  Ours *of = (Ours *)self;
  Rings *r = open_rings(self);
  Buffer b;
  char *to = NULL;
  if (!r) return NULL;
  of->asked = 0;
  if (n != 4) return refuse(EINVAL);
  if (PyObject_GetBuffer(v[2], &b, BYTES_OF_ALL)) return NULL;
  if (b.len <= WHOLE && !busy(of, 0) && !busy(of, 1) && !there(r) && (to = blank(r, (uint32_t)b.len))) memcpy(to, b.buf, (size_t)b.len);
  uint32_t size = (uint32_t)b.len, id = number_of(v[0]), epoch = number_of(v[1]);
  PyBuffer_Release(&b);
  if (!to) return same(&_Py_NotImplementedStruct);
  rouse(r);
  int bad = publish(r, size);
  if (bad) { rest(r, POLLS); return refuse(bad); }
  if (v[3] != &_Py_NoneStruct && PyObject_SetAttr(v[3], given, &_Py_NoneStruct)) PyErr_Clear();
  return answer_of(of, id, (uint16_t)epoch);
}
/* written(): how many bytes were written, modulo 2^32. */
static Object *written(Object *self, Object *none) { (void)none; return PyLong_FromLongLong(((Ours *)self)->rings.written); }
/* reached(end): whether the other side has read what was written until then. True where nobody can know. */
static Object *reached(Object *self, Object *end) {
  Rings *r = &((Ours *)self)->rings;
  return same(!r->shared || (int32_t)(atomic_load(&outgoing(r)->tail) - number_of(end)) >= 0 ? &_Py_TrueStruct : &_Py_FalseStruct);
}
/* counts(): how many frames `ask`, `trade` and `serve` have sent, and how many they have received. */
static Object *counts(Object *self, Object *none) { (void)none; return Py_BuildValue("(nn)", ((Ours *)self)->sent, ((Ours *)self)->received); }
/* asked(): the number of what `ask` or `trade` has sent, or of what `serve` leaves to be answered; 0: of neither. */
static Object *asked(Object *self, Object *none) { (void)none; return PyLong_FromSsize_t(((Ours *)self)->asked); }

/* A call of an object's, or of what a path of names leads to; or the message of another operation. All may be NULL. */
typedef struct { Object *object, *names, *args, *message; } Plain;
/* Operations whose operands are values, names and objects: attributes, items, `in`, len, repr, str, operators. */
#define PERFORMED (1u << 3 | 1u << 4 | 1u << 5 | 1u << 6 | 1u << 9 | 1u << 10 | 1u << 11 | 1u << 12 | 1u << 15 | 1u << 17 | 1u << 18 | 1u << 23)
static void drop(Plain *p) {
  Object *all[] = {p->object, p->names, p->args, p->message};
  for (int i = 0; i < 4; i++) if (all[i]) Py_DecRef(all[i]);
  memset(p, 0, sizeof *p);
}
/* An object of ours that JavaScript has, by the number that comes next; or NULL. */
static Object *held(const char **at, const char *end, Object *objects) {
  int64_t handle = count(at, end);
  Object *key = handle < 0 ? NULL : PyLong_FromLongLong(handle), *object = key ? PyDict_GetItemWithError(objects, key) : NULL;
  if (key) Py_DecRef(key);
  if (object) Py_IncRef(object);
  return object;
}
/* An argument: a value, or an object of ours. */
static Object *argument(const char **at, const char *end, Object *objects) {
  if (!word(at, end, "[\"h\",", 5)) return read_value(at, end);
  Object *object = held(at, end, objects);
  if (object && !word(at, end, "]", 1)) { Py_DecRef(object); return NULL; }
  return object;
}
static int append(Object *list, Object *value) {
  int bad = !value || PyList_Append(list, value);
  if (value) Py_DecRef(value);
  return !bad;
}
/* A list of values, or of texts only. */
static Object *values(const char **at, const char *end, int texts) {
  Object *list = word(at, end, "[", 1) ? PyList_New(0) : NULL;
  int good = list != NULL;
  if (good && !word(at, end, "]", 1)) {
    do good = (!texts || (*at < end && **at == '"')) && append(list, read_value(at, end)); while (good && word(at, end, ",", 1));
    good = good && word(at, end, "]", 1);
  }
  if (good) return list;
  if (list) Py_DecRef(list);
  return NULL;
}
/* An operand as it is written: a value, the place of an object of ours, or (of a look) names. */
static Object *operand(const char **at, const char *end, int names) {
  if (*at == end || **at != '[') return read_value(at, end);
  return names || (end - *at > 5 && !memcmp(*at, "[\"h\",", 5)) ? values(at, end, names) : NULL;
}
/* Whether a request is plain and made by `parent`. */
static int plainly(const char *text, const char *end, uint32_t parent, Object *objects, Plain *p) {
  const char *at = text;
  memset(p, 0, sizeof *p);
  if (word(&at, end, "[7,", 3)) {
    int good = count(&at, end) == parent && word(&at, end, ",", 1) && count(&at, end) >= 0 && word(&at, end, ",", 1);
    good = good && (p->object = held(&at, end, objects)) && word(&at, end, ",", 1);
    good = good && (word(&at, end, "null", 4) || (p->names = values(&at, end, 1))) && word(&at, end, ",-1", 3) && (p->args = PyList_New(0));
    while (good && word(&at, end, ",", 1)) good = append(p->args, argument(&at, end, objects));
    if (good && at + 1 == end && *at == ']') return 1;
  } else if (word(&at, end, "[", 1)) {
    int64_t op = count(&at, end), form;
    int good = op >= 0 && op < 32 && PERFORMED >> op & 1 && (p->message = PyList_New(0)) && append(p->message, PyLong_FromLongLong(op));
    good = good && word(&at, end, ",", 1) && count(&at, end) == parent && append(p->message, PyLong_FromLongLong(parent));
    good = good && word(&at, end, ",", 1) && (form = count(&at, end)) >= 0 && append(p->message, PyLong_FromLongLong(form));
    while (good && word(&at, end, ",", 1)) good = append(p->message, operand(&at, end, op == 3));
    if (good && at + 1 == end && *at == ']') return 1;
  }
  drop(p);
  return 0;
}
/* What it comes to, or NULL with an exception. Code of the program's runs. */
static Object *done(Plain *p, Object *apply, Object *perform) {
  if (p->message) return PyObject_CallFunctionObjArgs(perform, p->message, &_Py_NoneStruct, NULL);
  for (ptrdiff_t i = 0, n = p->names ? PyList_Size(p->names) : 0; i < n; i++) {
    Object *found = PyObject_GetAttr(p->object, PyList_GetItem(p->names, i));
    Py_DecRef(p->object);
    if (!(p->object = found)) return NULL;
  }
  Object *keywords = PyDict_New(), *value = keywords ? PyObject_CallFunctionObjArgs(apply, p->object, p->args, keywords, NULL) : NULL;
  if (keywords) Py_DecRef(keywords);
  return value;
}
/* Whether a request is made by another one. */
static int made_by(const Rings *r, const Prefix *p, uint32_t parent) {
  char text[32];
  uint32_t n = p->head < sizeof text ? p->head : (uint32_t)sizeof text;
  memcpy(text, r->data[1 - r->side] + (r->read & MASK) + PREFIX, n);
  const char *at = text, *end = text + n;
  return word(&at, end, "[", 1) && count(&at, end) >= 0 && word(&at, end, ",", 1) && count(&at, end) == parent && word(&at, end, ",", 1);
}
/* Whether nothing is before an answer to what was asked in an epoch: nothing that was put off, no reset, no end. */
static int next_(Ours *of, Object *outbox, uint32_t epoch) {
  Object *before = PyObject_GetAttr(outbox, put_off), *now = PyObject_GetAttr(outbox, now_);
  int is = before && now && PyObject_Size(before) == 0 && number_of(now) == epoch && of->rings.shared && !busy(of, 0);
  if (before) Py_DecRef(before);
  if (now) Py_DecRef(now);
  if (!before || !now) PyErr_Clear();
  return is;
}
/* serve(parent, epoch, objects, apply, perform, line, outbox, interrupts, waits): serve plain calls made by a request of ours. None: what comes
   next is something else, or nothing; (id, value, exception): what came of a call that is answered the usual way; a frame: a
   request of ours has made one that is not plain, or is answered. `waits`: whether what comes first is waited for. */
static Object *serve(Object *self, Object *const *v, ptrdiff_t n) {
  Ours *of = (Ours *)self;
  Rings *r = &of->rings;
  char text[LARGEST + 1], *to;
  Prefix p;
  Plain call;
  if (n != 9) return refuse(EINVAL);
  uint32_t parent = number_of(v[0]), epoch = number_of(v[1]);
  int waits = v[8] == &_Py_TrueStruct;
  of->asked = 0;
  for (int left = AT_MOST; left && r->shared && !busy(of, 1); left--) {
    rouse(r);
    Object *interrupted = NULL;
    uint32_t here = waits ? soon(of) : there(r), at = r->read;
    waits = 1;
    int whole = begun(r, here, &p) && p.epoch == epoch, asks = whole && p.kind == REQUEST && !(p.flags & LATER);
    int answers = whole && (p.kind == REPLY || p.kind == FAILED) && p.id == parent;
    int plain = asks && first(r, &p, text) && plainly(text, text + p.size, parent, v[2], &call);
    if (plain) interrupted = PyObject_GetAttr(v[7], due);
    if (interrupted) Py_DecRef(interrupted);
    if (!plain || interrupted != &_Py_NoneStruct || r->read != at || !only(r, &p)) { /* the collector may have run since the look */
      if (plain) drop(&call);
      PyErr_Clear();
      Object *frame = r->shared && (answers || (asks && made_by(r, &p, parent))) ? handed(of, &p) : NULL;
      if (frame && asks) of->asked = p.id;
      if (frame || PyErr_Occurred()) return frame;
      rest(r, POLLS);
      break;
    }
    of->received++;
    Object *value = NULL, *error = NULL, *kind = NULL, *trace = NULL;
    if (!PyObject_SetAttr(v[5], top_python, &_Py_TrueStruct)) value = done(&call, v[3], v[4]);
    if (!value) {
      PyErr_Fetch(&kind, &error, &trace);
      PyErr_NormalizeException(&kind, &error, &trace);
      if (error && trace) PyException_SetTraceback(error, trace);
    }
    drop(&call); /* code of the program's may run for that, too */
    if (PyObject_SetAttr(v[5], top_python, &_Py_FalseStruct)) PyErr_Clear();
    if (kind) Py_DecRef(kind);
    if (trace) Py_DecRef(trace);
    if (value && next_(of, v[6], epoch) && (to = blank(r, LARGEST))) {
      Text t = {to + PREFIX, to + LARGEST, 0};
      write_value(&t, value);
      if (!t.bad) {
        Py_DecRef(value);
        int bad = posted(r, to, t.at, p.id, (uint16_t)epoch, REPLY, 0);
        of->asked = 0; /* whatever the function has asked */
        if (bad) return refuse(bad);
        of->sent++;
        continue;
      }
    }
    of->asked = p.id;
    Object *id = PyLong_FromLongLong(p.id), *said = NULL;
    if (!value) value = same(&_Py_NoneStruct);
    if (!error) error = same(&_Py_NoneStruct);
    if (id) said = Py_BuildValue("(OOO)", id, value, error);
    if (id) Py_DecRef(id);
    Py_DecRef(value); Py_DecRef(error);
    return said;
  }
  return Py_BuildValue("");
}
#endif

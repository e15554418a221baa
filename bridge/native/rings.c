/* The rings of lanes.h for both hosts: a module of Python's with a type, and functions of the add-on. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include "calls.h"
#include "hosts.h"
#include "lanes.h"

/* ---- Python */

typedef struct {
  Object head;
  Rings rings;
  int inside;      /* somebody waits, without Python's lock */
  Object *busy[2]; /* functions: whether somebody writes, and whether somebody reads */
  uint32_t asked;  /* what `ask` has sent and has no answer, or `serve` has not answered */
  ptrdiff_t sent, received; /* frames of plain calls */
} Ours;
static Type *type;
static Object *top_python, *due, *put_off, *now_; /* names */

static void deallocate(Object *self) {
  Type *of = self->type;
  unmap(&((Ours *)self)->rings);
  for (int i = 0; i < 2; i++) if (((Ours *)self)->busy[i]) Py_DecRef(((Ours *)self)->busy[i]);
  PyObject_Free(self);
  Py_DecRef((Object *)of);
}
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
/* bells(in, out, loop): the descriptors that ring. */
static Object *bells(Object *self, Object *args) {
  Rings *r = open_rings(self);
  int in, out, loop;
  if (!r || !PyArg_ParseTuple(args, "iii", &in, &out, &loop)) return NULL;
  r->in = bell(in); r->out = bell(out); r->loop = bell(loop);
  return Py_BuildValue("");
}
/* close(): the bells are others' from now on. Who waits here still has the memory. */
static Object *close_(Object *self, Object *none) {
  Rings *r = &((Ours *)self)->rings;
  (void)none;
  r->in.fd = r->out.fd = r->loop.fd = -1;
  r->gone = 1;
  if (!((Ours *)self)->inside) unmap(r);
  return Py_BuildValue("");
}
/* send(bytes): how many of them there was room for. */
static Object *send_(Object *self, Object *bytes) {
  Rings *r = open_rings(self);
  Buffer b;
  if (!r || PyObject_GetBuffer(bytes, &b, BYTES_OF_ALL)) return NULL;
  int64_t n = put(r, b.buf, (size_t)b.len);
  PyBuffer_Release(&b);
  return n < 0 ? refuse((int)-n) : PyLong_FromSsize_t((ptrdiff_t)n);
}
/* Wait until something is there, or until a time; with Python's lock only at first. */
static uint32_t await(Ours *of, int64_t until) {
  Rings *r = &of->rings;
  uint32_t n;
  int64_t held = now() + HELD;
  if (!apart(r)) return 0;
  if ((n = spin(r, held < until ? held : until)) || held >= until) return n;
  of->inside++;
  void *state = PyEval_SaveThread();
  n = spin(r, until);
  PyEval_RestoreThread(state);
  of->inside--;
  return n;
}
/* Before bytes are taken: awake, and a bell that has rung is heard. How many there are; -1 and an exception. */
static int64_t begin(Object *self, double until) {
  Rings *r = open_rings(self);
  int bad = 0;
  if (!r) return -1;
  rouse(r);
  uint32_t n = there(r);
  if (!n && until > 0) n = await((Ours *)self, (int64_t)(until * 1e9));
  if (!n || r->owed) {
    bad = hear(r);
    if (!n) n = there(r);
  }
  if (n > RING) bad = EBADMSG;
  if (!bad) return n;
  rest(r, POLLS);
  refuse(bad);
  return -1;
}
/* receive(until): all that is there; where nothing is, until a time of CLOCK_MONOTONIC (0: at once). EOFError at the end. */
static Object *receive(Object *self, Object *time) {
  Rings *r = &((Ours *)self)->rings;
  double until = PyFloat_AsDouble(time);
  if (until == -1 && PyErr_Occurred()) return NULL;
  int64_t n = begin(self, until), sum = n;
  Object *all = NULL;
  while (n >= 0) {
    Object *part = PyBytes_FromStringAndSize(NULL, (ptrdiff_t)n);
    if (part && n) copy(r, PyBytes_AsString(part), (uint32_t)n);
    rest(r, POLLS);
    if (all && part) PyBytes_ConcatAndDel(&all, part);
    else if (part) all = part;
    if (!part || !all) break;
    if (!there(r)) {
      if (sum || !r->gone) return all;
      PyErr_SetString(PyExc_EOFError, "end of file");
      break;
    }
    n = begin(self, 0); /* it came between the look and the rest, and did not ring */
    sum += n;
  }
  if (all) Py_DecRef(all);
  return NULL;
}
/* into(buffer, at): as much as is there and fits behind `at`; how many bytes. EOFError at the end. */
static Object *into(Object *self, Object *args) {
  Rings *r = &((Ours *)self)->rings;
  Object *object;
  ptrdiff_t at;
  Buffer b;
  if (!PyArg_ParseTuple(args, "On", &object, &at) || PyObject_GetBuffer(object, &b, WRITABLE)) return NULL;
  int64_t n = 0, sum = 0, room = at < 0 || at > b.len ? 0 : b.len - at;
  while (room && (n = begin(self, 0)) >= 0) {
    if (n > room) n = room;
    if (n) copy(r, (char *)b.buf + at, (uint32_t)n);
    sum += n; at += n; room -= n;
    rest(r, POLLS);
    if (!there(r)) break;
  }
  PyBuffer_Release(&b);
  if (n < 0) return NULL;
  if (room && !sum && r->gone) { PyErr_SetString(PyExc_EOFError, "end of file"); return NULL; }
  return PyLong_FromSsize_t((ptrdiff_t)sum);
}

/* ---- plain calls (calls.h) */

static Object *same(Object *object) { Py_IncRef(object); return object; }
/* among(writes, reads): functions without arguments, whether anybody does. */
static Object *among(Object *self, Object *args) {
  Ours *of = (Ours *)self;
  Object *asks[2];
  if (of->busy[0] || !PyArg_ParseTuple(args, "OO", &asks[0], &asks[1])) return PyErr_Occurred() ? NULL : refuse(EINVAL);
  for (int i = 0; i < 2; i++) of->busy[i] = same(asks[i]);
  return Py_BuildValue("");
}
static int busy(Ours *of, int what) {
  Object *said = of->busy[what] ? PyObject_CallNoArgs(of->busy[what]) : NULL;
  if (!said) PyErr_Clear();
  else Py_DecRef(said); /* True and False are there for ever */
  return said != &_Py_FalseStruct;
}
static uint32_t number_of(Object *n) { int beyond; return (uint32_t)PyLong_AsLongLongAndOverflow(n, &beyond); }

/* ask(id, epoch, op, form, operands): the value of a request's answer. Ellipsis: it was sent, and its answer is not plain or
   not there at once; NotImplemented: it was not sent. */
static Object *ask(Object *self, Object *const *v, ptrdiff_t n) {
  Ours *of = (Ours *)self;
  Rings *r = open_rings(self);
  char *from, text[LARGEST + 1];
  Prefix p;
  if (!r) return NULL;
  of->asked = 0;
  if (n != 5) return refuse(EINVAL);
  ptrdiff_t operands = PyTuple_Size(v[4]);
  if (operands < 0) return NULL;
  if (busy(of, 0) || busy(of, 1) || there(r) || !(from = blank(r))) return same(&_Py_NotImplementedStruct);
  Text t = {from + PREFIX, from + LARGEST, 0};
  bytes(&t, "[", 1); write_value(&t, v[2]); bytes(&t, ",0,", 3); write_value(&t, v[3]);
  for (ptrdiff_t i = 0; i < operands; i++) { bytes(&t, ",", 1); write_value(&t, PyTuple_GetItem(v[4], i)); }
  bytes(&t, "]", 1);
  if (t.bad) return same(&_Py_NotImplementedStruct);
  uint32_t id = number_of(v[0]), epoch = number_of(v[1]);
  rouse(r);
  int bad = posted(r, from, t.at, id, (uint16_t)epoch, REQUEST, RING_IT);
  if (bad) { rest(r, POLLS); return refuse(bad); }
  of->sent++;
  turn(r, AT_ONCE);
  if (first(r, there(r), &p, text) && p.kind == REPLY && p.id == id && p.epoch == epoch) {
    const char *at = text, *end = text + p.size;
    Object *value = read_value(&at, end);
    if (value && at == end && only(r, &p)) { of->received++; return value; }
    if (value) Py_DecRef(value); else PyErr_Clear();
  }
  rest(r, POLLS);
  of->asked = id;
  return same(&_Py_EllipsisObject);
}
/* written(): how many bytes were written, modulo 2^32. */
static Object *written(Object *self, Object *none) { (void)none; return PyLong_FromLongLong(((Ours *)self)->rings.written); }
/* reached(end): whether the other side has read what was written until then. True where nobody can know. */
static Object *reached(Object *self, Object *end) {
  Rings *r = &((Ours *)self)->rings;
  return same(!r->shared || (int32_t)(atomic_load(&outgoing(r)->tail) - number_of(end)) >= 0 ? &_Py_TrueStruct : &_Py_FalseStruct);
}
/* counts(): how many frames `ask` and `serve` have sent, and how many they have received. */
static Object *counts(Object *self, Object *none) { (void)none; return Py_BuildValue("(nn)", ((Ours *)self)->sent, ((Ours *)self)->received); }
/* asked(): the number of what `ask` has sent, or of what `serve` leaves to be answered; 0: of neither. */
static Object *asked(Object *self, Object *none) { (void)none; return PyLong_FromSsize_t(((Ours *)self)->asked); }

/* The function and the arguments of a call that the first frame is, if it is plain and made by `parent`; a list or NULL. */
static Object *called(const char *text, const char *end, uint32_t parent, Object *objects, Object **function) {
  const char *at = text;
  int64_t by, form, handle;
  if (!word(&at, end, "[7,", 3) || (by = count(&at, end)) != parent || !word(&at, end, ",", 1)) return NULL;
  if ((form = count(&at, end)) < 0 || !word(&at, end, ",", 1) || (handle = count(&at, end)) < 0 || !word(&at, end, ",null,-1", 8)) return NULL;
  Object *key = PyLong_FromLongLong(handle), *args = key ? PyList_New(0) : NULL, *value = NULL;
  *function = args ? PyDict_GetItemWithError(objects, key) : NULL;
  if (key) Py_DecRef(key);
  int bad = *function == NULL;
  while (!bad && word(&at, end, ",", 1)) {
    value = read_value(&at, end);
    bad = !value || PyList_Append(args, value);
    if (value) Py_DecRef(value);
  }
  if (!bad && at + 1 == end && *at == ']') { Py_IncRef(*function); return args; }
  if (args) Py_DecRef(args);
  return NULL;
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
/* serve(parent, epoch, objects, apply, line, outbox, interrupts): serve plain calls made by a request of ours. None: what comes next is
   something else, or nothing; (id, value, exception): what came of a call that is answered the usual way. */
static Object *serve(Object *self, Object *const *v, ptrdiff_t n) {
  Ours *of = (Ours *)self;
  Rings *r = &of->rings;
  char text[LARGEST + 1], *to;
  Prefix p;
  if (n != 7) return refuse(EINVAL);
  uint32_t parent = number_of(v[0]), epoch = number_of(v[1]);
  of->asked = 0;
  for (int left = AT_MOST; left && r->shared && !busy(of, 1); left--) {
    rouse(r);
    turn(r, AT_ONCE);
    Object *function = NULL, *args = NULL, *interrupted = NULL;
    if (first(r, there(r), &p, text) && p.kind == REQUEST && !(p.flags & LATER) && p.epoch == epoch) args = called(text, text + p.size, parent, v[2], &function);
    if (args) interrupted = PyObject_GetAttr(v[6], due);
    if (interrupted) Py_DecRef(interrupted);
    if (!args || interrupted != &_Py_NoneStruct || !only(r, &p)) {
      rest(r, POLLS);
      if (args) { Py_DecRef(args); Py_DecRef(function); }
      PyErr_Clear();
      break;
    }
    of->received++;
    Object *kwargs = PyDict_New(), *value = NULL, *error = NULL, *kind = NULL, *trace = NULL;
    if (kwargs && !PyObject_SetAttr(v[4], top_python, &_Py_TrueStruct)) value = PyObject_CallFunctionObjArgs(v[3], function, args, kwargs, NULL);
    if (!value) {
      PyErr_Fetch(&kind, &error, &trace);
      PyErr_NormalizeException(&kind, &error, &trace);
      if (error && trace) PyException_SetTraceback(error, trace);
    }
    if (PyObject_SetAttr(v[4], top_python, &_Py_FalseStruct)) PyErr_Clear();
    Py_DecRef(args); Py_DecRef(function);
    if (kwargs) Py_DecRef(kwargs);
    if (kind) Py_DecRef(kind);
    if (trace) Py_DecRef(trace);
    if (value && next_(of, v[5], epoch) && (to = blank(r))) {
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
/* open(fd): the rings in a memfd, which stays the caller's. */
static Object *open_(Object *self, Object *args) {
  static Method methods[] = {
    {"bells", bells, VARARGS, "bells(in, out, loop)"}, {"close", close_, NOARGS, "close()"}, {"send", send_, ONE, "send(bytes)"},
    {"receive", receive, ONE, "receive(until)"}, {"into", into, VARARGS, "into(buffer, at)"},
    {"among", among, VARARGS, "among(writes, reads)"}, {"ask", (Function)(void (*)(void))ask, FAST, "ask(id, epoch, op, form, operands)"},
    {"asked", asked, NOARGS, "asked()"}, {"counts", counts, NOARGS, "counts()"},
    {"written", written, NOARGS, "written()"}, {"reached", reached, ONE, "reached(end)"}, {"serve", (Function)(void (*)(void))serve, FAST, "serve(parent, epoch, objects, apply, line, outbox, interrupts)"}, {NULL, NULL, 0, NULL}};
  static Slot slots[] = {{DEALLOC, deallocate}, {METHODS, methods}, {0, NULL}};
  static Spec spec = {"polyrepl.bridge.native.plane.Rings", sizeof(Ours), 0, TYPE_FLAGS, slots};
  int fd;
  (void)self;
  if (!PyArg_ParseTuple(args, "i", &fd)) return NULL;
  if (!type && !(type = (Type *)PyType_FromSpec(&spec))) return NULL;
  Ours *made = (Ours *)PyType_GenericAlloc(type, 0);
  if (!made) return NULL;
  int bad = map(&made->rings, fd, PYTHON);
  if (!bad) bad = found(&made->rings);
  if (!bad) return (Object *)made;
  Py_DecRef((Object *)made);
  return refuse(bad);
}
EXPORT Object *PyInit_plane(void) {
  static Method functions[] = {{"open", open_, VARARGS, "open(fd)"}, {NULL, NULL, 0, NULL}};
  static Module module = {{1, NULL}, NULL, 0, NULL, "plane", NULL, -1, functions, NULL, NULL, NULL, NULL};
  Object *made = PyModule_Create2(&module, 3);
  top_python = PyUnicode_InternFromString("top_python"); due = PyUnicode_InternFromString("due");
  put_off = PyUnicode_InternFromString("outgoing"); now_ = PyUnicode_InternFromString("epoch");
  if (!top_python || !due || !put_off || !now_) return NULL;
  Object *size = made ? PyLong_FromSsize_t((ptrdiff_t)TOTAL) : NULL;
  if (size && PyModule_AddObjectRef(made, "SIZE", size)) { Py_DecRef(made); made = NULL; }
  if (size) Py_DecRef(size);
  return made;
}

/* ---- Node */

static void dropped(napi_env env, void *data, void *hint) {
  (void)env; (void)hint;
  unmap(data);
  free(data);
}
static Rings *rings_of(napi_env env, napi_value value) { void *p = NULL; return napi_get_value_external(env, value, &p) == 0 ? p : NULL; }
/* Bytes [from, to) of a Uint8Array, by two arguments; NULL where they are not in it. */
static unsigned char *bytes_of(napi_env env, napi_value *v, int64_t *length) {
  int kind;
  size_t n;
  void *data;
  int64_t from, to;
  if (napi_get_typedarray_info(env, v[0], &kind, &n, &data, NULL, NULL) || kind != 1) return NULL;
  if (!number(env, v[1], &from) || !number(env, v[2], &to) || from > to || (uint64_t)to > n) return NULL;
  *length = to - from;
  return (unsigned char *)data + from;
}
static napi_value answer(napi_env env, int64_t n) {
  napi_value result;
  if (n == -EPIPE) n = -1;
  else if (n < 0) return fail(env, n == -EBADMSG ? "a ring that makes no sense" : strerror((int)-n));
  return napi_create_int64(env, n, &result) ? NULL : result;
}
/* open(fd, in, out): Node's side of the rings in a memfd, which stays the caller's. */
static napi_value n_open(napi_env env, napi_callback_info info) {
  napi_value v[3], result;
  int64_t fd[3];
  if (arguments(env, info, v, 3) < 3) return fail(env, "open(fd, in, out)");
  for (int i = 0; i < 3; i++) if (!number(env, v[i], &fd[i])) return fail(env, "open(fd, in, out)");
  Rings *r = malloc(sizeof *r);
  int bad = r ? map(r, (int)fd[0], NODE) : ENOMEM;
  if (!bad && !fits_version(r)) bad = EPROTO;
  if (!bad) { r->in = bell((int)fd[1]); r->out = bell((int)fd[2]); }
  if (!bad && napi_create_external(env, r, dropped, NULL, &result)) bad = ENOMEM;
  if (!bad) return result;
  if (r) unmap(r);
  free(r);
  return fail(env, strerror(bad));
}
/* take(rings, array, from, to, mode): how many bytes came into a part of a Uint8Array; -1: Python has ended. */
static napi_value n_take(napi_env env, napi_callback_info info) {
  napi_value v[5];
  int64_t room, mode;
  Rings *r;
  unsigned char *to;
  if (arguments(env, info, v, 5) < 5 || !(r = rings_of(env, v[0])) || !(to = bytes_of(env, v + 1, &room)) || !number(env, v[4], &mode)) return fail(env, "take(rings, array, from, to, mode)");
  return answer(env, take(r, to, room < RING ? (uint32_t)room : RING, (int)mode, LOOP));
}
/* give(rings, array, from, to): how many bytes there was room for, at least one; -1: Python has ended. */
static napi_value n_give(napi_env env, napi_callback_info info) {
  napi_value v[4];
  int64_t size, n;
  Rings *r;
  unsigned char *from;
  if (arguments(env, info, v, 4) < 4 || !(r = rings_of(env, v[0])) || !(from = bytes_of(env, v + 1, &size))) return fail(env, "give(rings, array, from, to)");
  while ((n = put(r, from, (size_t)size)) == 0 && size) {
    struct pollfd p = {r->in.fd, POLLIN, 0};
    int bad = poll(&p, 1, -1) < 0 && errno != EINTR ? errno : p.revents ? hear(r) : 0;
    if (bad) { n = -bad; break; }
  }
  return answer(env, n);
}
/* own(fd...): these are this process's alone, its children do not inherit them. Node sees to that only for those below 16
   and for what follows them without a gap. */
static napi_value n_own(napi_env env, napi_callback_info info) {
  napi_value v[16];
  size_t n = arguments(env, info, v, 16);
  int64_t fd;
  for (size_t i = 0; i < n && i < 16; i++) {
    if (!number(env, v[i], &fd)) return fail(env, "own(fd...)");
    int flags = fcntl((int)fd, F_GETFD);
    if (flags >= 0) fcntl((int)fd, F_SETFD, flags | FD_CLOEXEC);
  }
  return NULL;
}
/* left(rings): whether something is there. */
static napi_value n_left(napi_env env, napi_callback_info info) {
  napi_value v[1];
  Rings *r;
  if (arguments(env, info, v, 1) < 1 || !(r = rings_of(env, v[0]))) return fail(env, "left(rings)");
  return answer(env, there(r));
}
napi_value rings_register(napi_env env, napi_value exports) {
  static const Named functions[] = {{"open", n_open}, {"take", n_take}, {"give", n_give}, {"left", n_left}, {"own", n_own}};
  return named(env, exports, functions, sizeof functions / sizeof *functions) ? NULL : exports;
}

/* The rings of lanes.h for both hosts: a module of Python's with a type, and functions of the add-on. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include "calls.h"
#include "hosts.h"
#include "lanes.h"
#include "plain.h"

/* ---- Python */

static Type *type;

static void deallocate(Object *self) {
  Type *of = self->type;
  unmap(&((Ours *)self)->rings);
  for (int i = 0; i < 3; i++) if (((Ours *)self)->busy[i]) Py_DecRef(((Ours *)self)->busy[i]);
  if (((Ours *)self)->kept) Py_DecRef(((Ours *)self)->kept);
  PyObject_Free(self);
  Py_DecRef((Object *)of);
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

/* open(fd): the rings in a memfd, which stays the caller's. */
static Object *open_(Object *self, Object *args) {
  static Method methods[] = {
    {"bells", bells, VARARGS, "bells(in, out, loop)"}, {"close", close_, NOARGS, "close()"}, {"send", send_, ONE, "send(bytes)"},
    {"receive", receive, ONE, "receive(until)"}, {"into", into, VARARGS, "into(buffer, at)"},
    {"among", among, VARARGS, "among(writes, reads, others)"}, {"ask", (Function)(void (*)(void))ask, FAST, "ask(id, epoch, op, form, operands)"},
    {"trade", (Function)(void (*)(void))trade, FAST, "trade(id, epoch, bytes, segments)"}, {"kept", kept, ONE, "kept(id)"}, {"request", request, ONE, "request(id)"},
    {"asked", asked, NOARGS, "asked()"}, {"counts", counts, NOARGS, "counts()"},
    {"written", written, NOARGS, "written()"}, {"reached", reached, ONE, "reached(end)"}, {"serve", (Function)(void (*)(void))serve, FAST, "serve(parent, epoch, objects, apply, perform, line, outbox, interrupts, waits)"}, {NULL, NULL, 0, NULL}};
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
  put_off = PyUnicode_InternFromString("outgoing"); now_ = PyUnicode_InternFromString("epoch"); given = PyUnicode_InternFromString("given");
  if (!top_python || !due || !put_off || !now_ || !given) return NULL;
  static const struct { const char *name; ptrdiff_t value; } numbers[] = {{"SIZE", (ptrdiff_t)TOTAL}, {"VERSION", FACE}};
  for (size_t i = 0; made && i < sizeof numbers / sizeof *numbers; i++) {
    Object *number = PyLong_FromSsize_t(numbers[i].value);
    if (!number || PyModule_AddObjectRef(made, numbers[i].name, number)) { Py_DecRef(made); made = NULL; }
    if (number) Py_DecRef(number);
  }
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
/* swap(rings, array, from, to, into, from, to): all of a part of a Uint8Array is given, and as `take` with a turn; -2: there was
   no room, and nothing was given. */
static napi_value n_swap(napi_env env, napi_callback_info info) {
  napi_value v[7];
  int64_t size, room;
  Rings *r;
  unsigned char *from, *to;
  if (arguments(env, info, v, 7) < 7 || !(r = rings_of(env, v[0])) || !(from = bytes_of(env, v + 1, &size)) || !(to = bytes_of(env, v + 4, &room))) return fail(env, "swap(rings, array, from, to, into, from, to)");
  int64_t n = size > RING ? -EAGAIN : swap(r, from, (uint32_t)size, to, room < RING ? (uint32_t)room : RING, LOOP);
  napi_value none;
  if (n == -EAGAIN) return napi_create_int64(env, -2, &none) ? NULL : none;
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
  static const Named functions[] = {{"open", n_open}, {"take", n_take}, {"give", n_give}, {"swap", n_swap}, {"left", n_left}, {"own", n_own}};
  return named(env, exports, functions, sizeof functions / sizeof *functions) ? NULL : exports;
}

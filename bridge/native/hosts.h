/* What the library uses of its two hosts, declared here by the two stable interfaces, so that it needs no headers of
   either. Weakly: in each process the other's symbols are missing. */
#ifndef POLYREPL_HOSTS_H
#define POLYREPL_HOSTS_H
#include <stddef.h>
#include <stdint.h>

/* It counts on with each change of what Python or Node calls (building.py has it too). */
#define FACE 3

#define EXPORT __attribute__((visibility("default")))
#define WEAK extern __attribute__((visibility("default"), weak))

/* ---- Python */

typedef struct Object { ptrdiff_t refcnt; struct Type *type; } Object;
typedef struct Type { Object head; } Type;
typedef struct { void *buf; Object *obj; ptrdiff_t len, itemsize; int readonly, ndim; char *format; ptrdiff_t *shape, *strides, *suboffsets; void *internal; } Buffer;
typedef struct { int slot; void *pfunc; } Slot;
typedef struct { const char *name; int basicsize, itemsize; unsigned flags; Slot *slots; } Spec;
typedef struct { const char *name; int type; ptrdiff_t offset; int flags; const char *doc; } Member;
typedef Object *(*Function)(Object *, Object *);
typedef struct { const char *name; Function call; int flags; const char *doc; } Method;
typedef struct {
  Object base; Object *(*init)(void); ptrdiff_t index; Object *copy;
  const char *name, *doc; ptrdiff_t size; Method *methods; void *slots, *traverse, *clear, *free;
} Module;
enum { BYTES_OF_ALL = 0, WRITABLE = 1 };                          /* of PyObject_GetBuffer */
enum { VARARGS = 1, NOARGS = 4, ONE = 8, FAST = 128 };            /* of Method.flags */
enum { GET_BUFFER = 1, DEALLOC = 52, METHODS = 64, MEMBERS = 72 }; /* of Slot.slot */
enum { TYPE_FLAGS = 1 << 18 | 1 << 7 };                           /* the default ones; no instances of its own making */

WEAK Object *PyType_FromSpec(Spec *);
WEAK Object *PyType_GenericAlloc(Type *, ptrdiff_t);
WEAK void PyObject_Free(void *);
WEAK void PyObject_ClearWeakRefs(Object *);
WEAK int PyObject_GetBuffer(Object *, Buffer *, int);
WEAK void PyBuffer_Release(Buffer *);
WEAK int PyBuffer_FillInfo(Buffer *, Object *, void *, ptrdiff_t, int, int);
WEAK void Py_IncRef(Object *);
WEAK void Py_DecRef(Object *);
WEAK Object *PyCapsule_New(void *, const char *, void (*)(Object *));
WEAK void *PyCapsule_GetPointer(Object *, const char *);
WEAK Object *PyModule_Create2(Module *, int);
WEAK int PyModule_AddObjectRef(Object *, const char *, Object *);
WEAK int PyArg_ParseTuple(Object *, const char *, ...);
WEAK Object *PyBytes_FromStringAndSize(const char *, ptrdiff_t);
WEAK char *PyBytes_AsString(Object *);
WEAK void PyBytes_ConcatAndDel(Object **, Object *);
WEAK Object *PyLong_FromSsize_t(ptrdiff_t);
WEAK Object *PyLong_FromLongLong(long long);
WEAK long long PyLong_AsLongLongAndOverflow(Object *, int *);
WEAK Object *PyFloat_FromDouble(double);
WEAK char *PyOS_double_to_string(double, char, int, int, int *);
WEAK double PyOS_string_to_double(const char *, char **, Object *);
WEAK void PyMem_Free(void *);
WEAK const char *PyUnicode_AsUTF8AndSize(Object *, ptrdiff_t *);
WEAK Object *PyUnicode_DecodeUTF8(const char *, ptrdiff_t, const char *);
WEAK Object *PyUnicode_InternFromString(const char *);
WEAK Object *PyTuple_GetItem(Object *, ptrdiff_t);
WEAK ptrdiff_t PyTuple_Size(Object *);
WEAK Object *PyList_New(ptrdiff_t);
WEAK int PyList_Append(Object *, Object *);
WEAK ptrdiff_t PyList_Size(Object *);
WEAK Object *PyList_GetItem(Object *, ptrdiff_t);
WEAK Object *PyDict_New(void);
WEAK Object *PyDict_GetItemWithError(Object *, Object *);
WEAK ptrdiff_t PyObject_Size(Object *);
WEAK Object *PyObject_GetAttr(Object *, Object *);
WEAK int PyObject_SetAttr(Object *, Object *, Object *);
WEAK Object *PyObject_CallNoArgs(Object *);
WEAK Object *PyObject_CallFunctionObjArgs(Object *, ...);
WEAK void PyErr_Fetch(Object **, Object **, Object **);
WEAK void PyErr_NormalizeException(Object **, Object **, Object **);
WEAK int PyException_SetTraceback(Object *, Object *);
WEAK double PyFloat_AsDouble(Object *);
WEAK Object *Py_BuildValue(const char *, ...);
WEAK Object *PyErr_Occurred(void);
WEAK Object *PyErr_SetFromErrno(Object *);
WEAK void PyErr_SetString(Object *, const char *);
WEAK void PyErr_Clear(void);
WEAK void *PyEval_SaveThread(void);
WEAK void PyEval_RestoreThread(void *);
WEAK Object *PyExc_OSError, *PyExc_EOFError, *PyExc_ValueError;
WEAK Object _Py_NoneStruct, _Py_TrueStruct, _Py_FalseStruct, _Py_NotImplementedStruct, _Py_EllipsisObject;
WEAK Type PyLong_Type, PyFloat_Type, PyUnicode_Type;

/* ---- Node */

typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef struct napi_callback_info__ *napi_callback_info;
typedef napi_value (*napi_callback)(napi_env, napi_callback_info);
typedef void (*napi_finalize)(napi_env, void *, void *);
typedef struct { const char *name; napi_callback call; } Named;
WEAK int napi_create_function(napi_env, const char *, size_t, napi_callback, void *, napi_value *);
WEAK int napi_set_named_property(napi_env, napi_value, const char *, napi_value);
WEAK int napi_get_cb_info(napi_env, napi_callback_info, size_t *, napi_value *, napi_value *, void **);
WEAK int napi_get_value_string_utf8(napi_env, napi_value, char *, size_t, size_t *);
WEAK int napi_get_value_int64(napi_env, napi_value, int64_t *);
WEAK int napi_create_int64(napi_env, int64_t, napi_value *);
WEAK int napi_create_external(napi_env, void *, napi_finalize, void *, napi_value *);
WEAK int napi_get_value_external(napi_env, napi_value, void **);
WEAK int napi_create_external_arraybuffer(napi_env, void *, size_t, napi_finalize, void *, napi_value *);
WEAK int napi_get_typedarray_info(napi_env, napi_value, int *, size_t *, void **, napi_value *, size_t *);
WEAK int napi_throw_error(napi_env, const char *, const char *);

static inline napi_value fail(napi_env env, const char *why) { napi_throw_error(env, NULL, why); return NULL; }
static inline size_t arguments(napi_env env, napi_callback_info info, napi_value *argv, size_t n) {
  size_t count = n;
  return napi_get_cb_info(env, info, &count, argv, NULL, NULL) == 0 ? count : 0;
}
static inline int number(napi_env env, napi_value value, int64_t *n) { return napi_get_value_int64(env, value, n) == 0 && *n >= 0; }
/* Give an object functions. 0, or what went wrong. */
static inline int named(napi_env env, napi_value exports, const Named *functions, size_t count) {
  for (size_t i = 0; i < count; i++) {
    napi_value f;
    int bad = napi_create_function(env, functions[i].name, (size_t)-1, functions[i].call, NULL, &f);
    if (bad || (bad = napi_set_named_property(env, exports, functions[i].name, f))) return bad;
  }
  return 0;
}
WEAK napi_value rings_register(napi_env, napi_value); /* in rings.c */
#endif

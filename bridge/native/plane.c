/* Memory that both languages have: blocks of a memfd that Python and Node map.

   One library with two faces: a Node-API add-on (napi_register_module_v1) and functions that Python calls by ctypes
   (plane_*); with rings.c, which is in it too, also a module of Python's.

   A block begins at a multiple of UNIT and is counted: who allocates it has one count, everybody who holds it besides
   another, and it is used again when the last is given back. The tables of the blocks are private memory of the side
   that allocates them; nothing of the other's making is ever read from the shared pages but the items of arrays, and
   what comes by the bridge (an offset, a length) is checked against the mapping before it becomes an address. So no
   word here is shared between the processes, and no order of memory has to be argued: a block is named to the other
   side in a frame, and the system calls that carry it order what was written before it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "hosts.h"

#define UNIT 65536u
#define CLASSES 128
EXPORT const int plane_version = FACE;

/* NumPy's PyDataMem_Handler (NEP 49), version 1. */
typedef struct {
  char name[127];
  uint8_t version;
  struct {
    void *ctx;
    void *(*malloc)(void *, size_t);
    void *(*calloc)(void *, size_t, size_t);
    void *(*realloc)(void *, void *, size_t);
    void (*free)(void *, void *, size_t);
  } allocator;
} Handler;

typedef struct Arena {
  unsigned char *base;
  size_t size;                /* of the mapping */
  size_t start, end, top;     /* what this side allocates of it, and how far it has */
  size_t live, cached, limit; /* bytes in use; bytes of free blocks that keep their pages; how many may */
  int fd;
  atomic_int refs; /* who opened it, each block in use, each view, each handler: unmapped when all are gone */
  pthread_mutex_t lock;
  /* By unit: the class of the block that begins there (plus one), its count, its bytes asked for, the next free one
     (plus one), whether its pages are given back; and of every unit of a block, where it begins (plus one). */
  uint8_t *cls, *bare;
  uint32_t *count, *next, *first;
  uint64_t *used;
  uint32_t freelist[CLASSES];
  unsigned char *copy; /* while a fork is under way */
  struct Arena *before, *after; /* all of this process, for forks */
  Handler handler;
} Arena;
static Arena *all;
static pthread_mutex_t all_lock = PTHREAD_MUTEX_INITIALIZER;

/* Sizes grow by at most a third up to 4 units, then by at most a quarter. */
static size_t class_units(int c) { return c < 3 ? (size_t)c + 1 : (size_t)(4 + ((c - 3) & 3)) << ((c - 3) >> 2); }
static int class_of(size_t bytes) {
  size_t units = bytes / UNIT + (bytes % UNIT != 0);
  if (units <= 3) return units ? (int)units - 1 : 0;
  int b = 63 - __builtin_clzll(units);
  int c = 3 + (b - 2) * 4 + (int)((units >> (b - 2)) & 3);
  return class_units(c) < units ? c + 1 : c;
}

static void *table(size_t bytes) {
  void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return p == MAP_FAILED ? NULL : p;
}
static void untable(void *p, size_t bytes) { if (p) munmap(p, bytes); }

static void ref(Arena *a) { atomic_fetch_add(&a->refs, 1); }
static void unref(Arena *a) {
  if (atomic_fetch_sub(&a->refs, 1) != 1) return;
  pthread_mutex_lock(&all_lock);
  if (a->before) a->before->after = a->after; else if (all == a) all = a->after;
  if (a->after) a->after->before = a->before;
  pthread_mutex_unlock(&all_lock);
  size_t units = a->size / UNIT;
  if (a->base) munmap(a->base, a->size);
  untable(a->cls, units); untable(a->bare, units); untable(a->count, units * 4); untable(a->next, units * 4);
  untable(a->first, units * 4); untable(a->used, units * 8);
  if (a->fd >= 0) close(a->fd);
  pthread_mutex_destroy(&a->lock);
  free(a);
}

static void *h_malloc(void *, size_t);
static void *h_calloc(void *, size_t, size_t);
static void *h_realloc(void *, void *, size_t);
static void h_free(void *, void *, size_t);

/* Map `size` bytes of a descriptor, which becomes the arena's; [start, end) is what this side allocates of it. NULL,
   and errno, where that can not be; the descriptor is the caller's then. */
EXPORT void *plane_open(int fd, size_t size, size_t start, size_t end) {
  struct stat s;
  if (size == 0 || size % UNIT || start % UNIT || end % UNIT || start > end || end > size || size / UNIT > UINT32_MAX - 2) { errno = EINVAL; return NULL; }
  if (fstat(fd, &s) || s.st_size < 0 || (uint64_t)s.st_size < size) { errno = EINVAL; return NULL; } /* a page beyond the end is a SIGBUS */
  Arena *a = calloc(1, sizeof *a);
  if (!a) return NULL;
  size_t units = size / UNIT;
  atomic_init(&a->refs, 1);
  pthread_mutex_init(&a->lock, NULL);
  a->fd = -1;
  a->size = size; a->start = a->top = start; a->end = end; a->limit = (size_t)256 << 20;
  a->base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
  if (a->base == MAP_FAILED) a->base = NULL;
  a->cls = table(units); a->bare = table(units); a->count = table(units * 4); a->next = table(units * 4);
  a->first = table(units * 4); a->used = table(units * 8);
  if (!a->base || !a->cls || !a->bare || !a->count || !a->next || !a->first || !a->used) { unref(a); errno = ENOMEM; return NULL; }
  madvise(a->base, size, MADV_DONTDUMP);
  a->fd = fd;
  strcpy(a->handler.name, "polyrepl_shared");
  a->handler.version = 1;
  a->handler.allocator.ctx = a;
  a->handler.allocator.malloc = h_malloc; a->handler.allocator.calloc = h_calloc;
  a->handler.allocator.realloc = h_realloc; a->handler.allocator.free = h_free;
  pthread_mutex_lock(&all_lock);
  a->after = all;
  if (all) all->before = a;
  all = a;
  pthread_mutex_unlock(&all_lock);
  return a;
}
EXPORT void plane_close(void *arena) { if (arena) unref(arena); }

static int inside(const Arena *a, const void *p) { return (const unsigned char *)p >= a->base && (const unsigned char *)p < a->base + a->size; }
/* Whether [offset, offset + n) lies in the mapping. */
static int fits(const Arena *a, uint64_t offset, uint64_t n) { return offset <= a->size && n <= a->size - offset; }

static void *take(Arena *a, size_t n, int *zeros) {
  if (n > a->end - a->start) return NULL;
  int c = class_of(n), z = 0;
  size_t units = class_units(c), u = 0;
  unsigned char *p = NULL;
  pthread_mutex_lock(&a->lock);
  if (a->freelist[c]) {
    u = a->freelist[c] - 1;
    a->freelist[c] = a->next[u];
    p = a->base + u * UNIT;
    z = a->bare[u];
    if (!z) a->cached -= units * UNIT;
  } else if (units <= (a->end - a->top) / UNIT) {
    u = a->top / UNIT;
    a->top += units * UNIT;
    a->cls[u] = (uint8_t)(c + 1);
    for (size_t i = 0; i < units; i++) a->first[u + i] = (uint32_t)u + 1;
    p = a->base + u * UNIT;
    z = 1;
  }
  if (p) { a->count[u] = 1; a->used[u] = n; a->bare[u] = 0; a->live += n; ref(a); }
  pthread_mutex_unlock(&a->lock);
  if (zeros) *zeros = z;
  return p;
}

/* The unit at which the block around an address begins, or -1: none is in use there. Locked. */
static int64_t block_at(const Arena *a, const void *p) {
  if (!inside(a, p)) return -1;
  uint32_t f = a->first[(size_t)((const unsigned char *)p - a->base) / UNIT];
  return f == 0 || a->count[f - 1] == 0 ? -1 : (int64_t)f - 1;
}
static int64_t hold(Arena *a, const void *p) {
  pthread_mutex_lock(&a->lock);
  int64_t u = block_at(a, p);
  if (u >= 0 && a->count[u] < UINT32_MAX) a->count[u]++; else u = -1;
  pthread_mutex_unlock(&a->lock);
  return u;
}
/* One count less; the last puts the block among the free ones. False where there is no such block. */
static int give(Arena *a, const void *p) {
  int last = 0;
  pthread_mutex_lock(&a->lock);
  int64_t u = block_at(a, p);
  if (u >= 0 && --a->count[u] == 0) {
    int c = a->cls[u] - 1;
    size_t bytes = class_units(c) * UNIT;
    last = 1;
    a->live -= a->used[u];
    if (a->cached + bytes > a->limit && !madvise(a->base + u * UNIT, bytes, MADV_REMOVE)) a->bare[u] = 1;
    else a->cached += bytes;
    a->next[u] = a->freelist[c];
    a->freelist[c] = (uint32_t)u + 1;
  }
  pthread_mutex_unlock(&a->lock);
  if (last) unref(a);
  return u >= 0;
}
/* Give the pages of all free blocks back to the system. Locked. */
static void trim(Arena *a) {
  for (int c = 0; c < CLASSES; c++)
    for (uint32_t f = a->freelist[c]; f; f = a->next[f - 1])
      if (!a->bare[f - 1] && !madvise(a->base + (size_t)(f - 1) * UNIT, class_units(c) * UNIT, MADV_REMOVE)) {
        a->bare[f - 1] = 1;
        a->cached -= class_units(c) * UNIT;
      }
}
EXPORT void plane_trim(void *arena) { Arena *a = arena; pthread_mutex_lock(&a->lock); trim(a); pthread_mutex_unlock(&a->lock); }
EXPORT void plane_limit(void *arena, size_t bytes) { Arena *a = arena; pthread_mutex_lock(&a->lock); a->limit = bytes; pthread_mutex_unlock(&a->lock); }
EXPORT size_t plane_live(void *arena) { return ((Arena *)arena)->live; }
EXPORT size_t plane_cached(void *arena) { return ((Arena *)arena)->cached; }
/* Offset of an address, or -1. */
EXPORT int64_t plane_offset(void *arena, const void *p) { Arena *a = arena; return inside(a, p) ? (const unsigned char *)p - a->base : -1; }

/* ---- NumPy's allocator: small arrays are the heap's, large ones ours as long as there is room */

static void *h_malloc(void *ctx, size_t n) { void *p = n >= UNIT ? take(ctx, n, NULL) : NULL; return p ? p : malloc(n ? n : 1); }
static void *h_calloc(void *ctx, size_t k, size_t n) {
  size_t all;
  if (!__builtin_mul_overflow(k, n, &all) && all >= UNIT) {
    int zeros;
    void *p = take(ctx, all, &zeros);
    if (p) return zeros ? p : memset(p, 0, all);
  }
  return calloc(k ? k : 1, n ? n : 1);
}
static void h_free(void *ctx, void *p, size_t n) { (void)n; if (!inside(ctx, p)) free(p); else give(ctx, p); }
static void *h_realloc(void *ctx, void *p, size_t n) {
  Arena *a = ctx;
  if (!p || !inside(a, p)) return realloc(p, n ? n : 1);
  pthread_mutex_lock(&a->lock);
  int64_t u = block_at(a, p);
  size_t had = u < 0 ? 0 : a->used[u], room = u < 0 ? 0 : class_units(a->cls[u] - 1) * UNIT;
  int here = u >= 0 && a->count[u] == 1 && n && n <= room && n >= room / 2; /* nobody else has seen it */
  if (here) { a->live += n - had; a->used[u] = n; }
  pthread_mutex_unlock(&a->lock);
  if (here) return p;
  void *q = h_malloc(ctx, n);
  if (!q) return NULL;
  memcpy(q, p, n < had ? n : had);
  give(a, p);
  return q;
}

/* ---- fork: a child has what its parent had at that moment, and neither sees what the other writes later. The shared
   pages would be common to both, so what is in them is copied before, and takes their place in the child. */

static void before_fork(void) {
  pthread_mutex_lock(&all_lock);
  for (Arena *a = all; a; a = a->after) {
    pthread_mutex_lock(&a->lock);
    a->copy = NULL;
    if (a->fd < 0) continue; /* a child's: it is private already */
    trim(a);
    unsigned char *c = mmap(NULL, a->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (c == MAP_FAILED) continue;
    for (off_t at = 0, to; (size_t)at < a->size && (at = lseek(a->fd, at, SEEK_DATA)) >= 0 && (size_t)at < a->size; at = to) {
      to = lseek(a->fd, at, SEEK_HOLE);
      if (to < 0 || (size_t)to > a->size) to = (off_t)a->size;
      memcpy(c + at, a->base + at, (size_t)(to - at));
    }
    a->copy = c;
  }
}
static void after_fork(int child) {
  for (Arena *a = all; a; a = a->after) {
    unsigned char *c = a->copy;
    a->copy = NULL;
    if (child && a->fd >= 0) {
      if (c && mremap(c, a->size, a->size, MREMAP_MAYMOVE | MREMAP_FIXED, a->base) == a->base) c = NULL;
      else if (mmap(a->base, a->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE | MAP_FIXED, a->fd, 0) == MAP_FAILED) abort();
      close(a->fd); /* without room for a copy it sees what its parent writes, but writes into nothing of its parent's */
      a->fd = -1;
    }
    if (c) munmap(c, a->size);
    pthread_mutex_unlock(&a->lock);
  }
  pthread_mutex_unlock(&all_lock);
}
static void after_fork_in_parent(void) { after_fork(0); }
static void after_fork_in_child(void) { after_fork(1); }
static int forks_failed;
static pthread_once_t forks_watched = PTHREAD_ONCE_INIT;
static void watch_forks(void) { forks_failed = pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child); }
/* Called by Python: a fork of Node's only starts another program. Once is enough, however often it is loaded there (interpreters,
   a module that is loaded anew): handlers that stood there twice would lock twice. 0, or an error number. */
EXPORT int plane_forks(void) { pthread_once(&forks_watched, watch_forks); return forks_failed; }

/* ---- Python: an object that exports a block's bytes, and holds it */

typedef struct {
  Object head;
  Object *weak, *owner;
  Arena *arena;
  ptrdiff_t start, size; /* offset and length */
  int readonly, counted; /* counted: has a count of the block */
} Block;
static Type *block_type;

static int block_buffer(Object *self, Buffer *view, int flags) {
  Block *b = (Block *)self;
  return PyBuffer_FillInfo(view, self, b->arena->base + b->start, b->size, b->readonly, flags);
}
static void block_dealloc(Object *self) {
  Block *b = (Block *)self;
  Type *type = self->type;
  if (b->weak) PyObject_ClearWeakRefs(self);
  if (b->arena) {
    if (b->counted) give(b->arena, b->arena->base + b->start);
    unref(b->arena);
  }
  Object *owner = b->owner;
  PyObject_Free(self);
  if (owner) Py_DecRef(owner);
  Py_DecRef((Object *)type);
}
static Member members[] = {
  {"__weaklistoffset__", 19, offsetof(Block, weak), 1, NULL},
  {"start", 19, offsetof(Block, start), 1, "Offset in the shared memory."},
  {"size", 19, offsetof(Block, size), 1, "Length in bytes."},
  {NULL, 0, 0, 0, NULL},
};
static Object *none(void) { Py_IncRef(&_Py_NoneStruct); return &_Py_NoneStruct; }
static Object *block_of(Arena *a, size_t start, size_t size, int readonly, int counted, Object *owner) {
  static Slot slots[] = {{GET_BUFFER, block_buffer}, {DEALLOC, block_dealloc}, {MEMBERS, members}, {0, NULL}};
  static Spec spec = {"polyrepl.bridge.plane.Block", sizeof(Block), 0, TYPE_FLAGS, slots};
  if (!block_type) block_type = (Type *)PyType_FromSpec(&spec);
  Block *b = block_type ? (Block *)PyType_GenericAlloc(block_type, 0) : NULL;
  if (!b) { if (counted) give(a, a->base + start); return NULL; }
  ref(a);
  b->arena = a; b->start = (ptrdiff_t)start; b->size = (ptrdiff_t)size; b->readonly = readonly; b->counted = counted;
  if (owner) { Py_IncRef(owner); b->owner = owner; }
  return (Object *)b;
}
/* A new block of n bytes, zeros if `clean`; None where there is no room. */
EXPORT Object *plane_take(void *arena, size_t n, int clean) {
  Arena *a = arena;
  int zeros;
  unsigned char *p = take(a, n, &zeros);
  if (!p) return none();
  if (clean && !zeros) memset(p, 0, n);
  return block_of(a, (size_t)(p - a->base), n, 0, 1, NULL);
}
/* Offset of what an object exports, which has to be contiguous and writable; -1: it lies elsewhere. */
EXPORT int64_t plane_where(void *arena, Object *object) {
  Buffer b;
  if (PyObject_GetBuffer(object, &b, 1)) { PyErr_Clear(); return -1; }
  int64_t at = plane_offset(arena, b.buf);
  if (at >= 0 && !fits(arena, (uint64_t)at, (uint64_t)b.len)) at = -1;
  PyBuffer_Release(&b);
  return at;
}
/* The block around an offset, held once more; None where there is none. */
EXPORT Object *plane_hold(void *arena, size_t offset) {
  Arena *a = arena;
  int64_t u = offset < a->size ? hold(a, a->base + offset) : -1;
  return u < 0 ? none() : block_of(a, (size_t)u * UNIT, a->used[u], 0, 1, NULL);
}
/* Bytes of the other side's, which lives as long as `owner`; None where they lie outside. */
EXPORT Object *plane_foreign(void *arena, uint64_t start, uint64_t size, Object *owner) {
  return fits(arena, start, size) ? block_of(arena, (size_t)start, (size_t)size, 1, 0, owner) : none();
}
static void handler_over(Object *capsule) {
  Handler *h = PyCapsule_GetPointer(capsule, "mem_handler");
  if (h) unref(h->allocator.ctx);
}
/* NumPy's handler, as it wants it; arrays keep it, and it the arena. */
EXPORT Object *plane_handler(void *arena) {
  Arena *a = arena;
  Object *capsule = PyCapsule_New(&a->handler, "mem_handler", handler_over);
  if (capsule) ref(a);
  return capsule;
}

/* ---- Node */

static void closed(napi_env env, void *data, void *hint) { (void)env; (void)hint; unref(data); }
static void dropped(napi_env env, void *data, void *hint) { (void)env; (void)data; unref(hint); }
static Arena *arena_of(napi_env env, napi_value value) { void *p = NULL; return napi_get_value_external(env, value, &p) == 0 ? p : NULL; }
/* attach(path, size, start, end): the arena behind a file; [start, end) is ours to allocate. */
static napi_value attach(napi_env env, napi_callback_info info) {
  napi_value v[4], result;
  char path[4096];
  size_t length;
  int64_t n[3];
  if (arguments(env, info, v, 4) < 4 || napi_get_value_string_utf8(env, v[0], path, sizeof path, &length) || length >= sizeof path - 1) return fail(env, "attach(path, size, start, end)");
  for (int i = 0; i < 3; i++) if (!number(env, v[i + 1], &n[i])) return fail(env, "attach(path, size, start, end)");
  int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return fail(env, strerror(errno));
  Arena *a = plane_open(fd, (size_t)n[0], (size_t)n[1], (size_t)n[2]);
  if (!a) { int e = errno; close(fd); return fail(env, strerror(e)); }
  if (napi_create_external(env, a, closed, NULL, &result)) { unref(a); return fail(env, "no external values"); }
  return result;
}
/* view(arena, offset, length): an ArrayBuffer over these bytes. */
static napi_value view(napi_env env, napi_callback_info info) {
  napi_value v[3], result;
  int64_t offset, length;
  Arena *a;
  if (arguments(env, info, v, 3) < 3 || !(a = arena_of(env, v[0])) || !number(env, v[1], &offset) || !number(env, v[2], &length)) return fail(env, "view(arena, offset, length)");
  if (!fits(a, (uint64_t)offset, (uint64_t)length)) return fail(env, "outside the shared memory");
  ref(a);
  if (napi_create_external_arraybuffer(env, a->base + offset, (size_t)length, dropped, a, &result)) { unref(a); return fail(env, "no external buffers"); }
  return result;
}
/* put(arena, bytes): the offset of a new block with a copy of a Uint8Array, -1 where there is no room. */
static napi_value put(napi_env env, napi_callback_info info) {
  napi_value v[2], result;
  Arena *a;
  int type;
  size_t n;
  void *data;
  if (arguments(env, info, v, 2) < 2 || !(a = arena_of(env, v[0])) || napi_get_typedarray_info(env, v[1], &type, &n, &data, NULL, NULL) || type != 1) return fail(env, "put(arena, bytes)");
  unsigned char *p = take(a, n, NULL);
  if (p && n) memcpy(p, data, n);
  return napi_create_int64(env, p ? p - a->base : -1, &result) ? NULL : result;
}
/* free(arena, offset) */
static napi_value free_(napi_env env, napi_callback_info info) {
  napi_value v[2];
  int64_t offset;
  Arena *a;
  if (arguments(env, info, v, 2) < 2 || !(a = arena_of(env, v[0])) || !number(env, v[1], &offset)) return fail(env, "free(arena, offset)");
  if (!fits(a, (uint64_t)offset, 1) || !give(a, a->base + offset)) return fail(env, "no such block");
  return NULL;
}
EXPORT napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  static const Named functions[] = {{"attach", attach}, {"view", view}, {"put", put}, {"free", free_}};
  if (named(env, exports, functions, sizeof functions / sizeof *functions)) return NULL;
  return rings_register ? rings_register(env, exports) : exports;
}
EXPORT int32_t node_api_module_get_api_version_v1(void) { return 8; }

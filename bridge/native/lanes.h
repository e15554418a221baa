/* Two rings of bytes between Python and Node, in a memfd that both map: what the pipes would carry otherwise.

   A lane is a stream with one writer and one reader. `head` counts the bytes written, `tail` those read, both modulo
   2^32; each lane's memory is mapped twice in a row, so whatever lies in it is in one piece. Nobody but its writer
   stores head, nobody but its reader tail, and each keeps its own count in private memory: from the other side comes
   one number, and a difference that is larger than the ring is refused. Bytes are copied out before they are looked at.

   The bell. A reader that is about to sleep says in `sleeping` which descriptor it sleeps on, looks at head once more,
   and only then sleeps. A writer stores head, looks at `sleeping`, and where somebody sleeps exchanges it for AWAKE; who
   got the answer writes one byte to that descriptor: one ring of the bell for each sleep. The same two words with the
   parts exchanged (`full`, then tail) let a writer sleep until there is room.

     reader: sleeping = POLLS; look at head; poll       writer: head = n; look at sleeping; exchange, write a byte

   Of the two stores and the two looks all are sequentially consistent, so there is one order of the four, and in it one
   of the stores is first. Is it the reader's, the writer's look comes behind it and finds the sleeper; is it the
   writer's, the reader's last look finds the bytes. With less than that both could look before the other's store is
   seen: a store waits in a core's buffer while its next load goes ahead (x86-64 as well as arm64). There compilers make
   an xchg or a fence of the store on x86-64, and stlr and ldar on arm64, which does not let an ldar pass an stlr. The
   bytes themselves need less: they are written before head is stored (release) and read after it was loaded (acquire).
   tests/bridge/lanes_test.py goes through all interleavings of a model with store buffers, and of its weaker variants.

   Outside of this file the rings are always at rest: `sleeping` is set, and all that is behind the last look will ring.
   Whoever leaves it in whatever way (an exception between two instructions of Python's, a termination of JavaScript's)
   leaves nothing unsaid. At rest Python sleeps on the descriptor that Node rings; Node sleeps in its event loop (LOOP),
   or in a wait of this file (POLLS).

   Waits spin first, since to wake a sleeping core takes longer than most answers; where the other side waits on the same
   core they sleep for a moment instead (NAP). After a vain wait of this kind the next 1, 2, 4 .. 64 go without. A nap is a
   wait for `sleeping` to be another word than NAPS (a futex, which compares and sleeps in one): the writer that has
   exchanged it wakes that, and no descriptor is written to, read, or looked at. It ends by itself, so nothing hangs on a
   wake-up that is late: where it comes when its nap is over, it ends another one too soon, and in a poll nobody hears it.
   The end of the other side is the end of file of the descriptor that it rings: its process has it, and nobody else. */
#ifndef POLYREPL_LANES_H
#define POLYREPL_LANES_H
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define RING (1u << 20)
#define MASK (RING - 1)
#define PAGE 65536u /* the largest there is */
#define MAGIC 0x676e6952u
#define VERSION 1u
#define SPIN 50000     /* nanoseconds */
#define HELD 3000      /* of them with Python's lock */
/* Nanoseconds, where both sides wait on the same core. A time-out that comes before the system's next tick has a timer set
   and unset, which takes longer than the two changes of process: on a virtual machine its host is asked each time. So a
   nap ends behind the next tick, unless that is too far away. */
#define NAP 2000000
#define LONG_NAP 5000000
#define MOST_SKIPPED 64
#define MOST_NAPS_SKIPPED 4
/* After so many naps a side goes to another core, if it can. Where that was of no use, after twice as many, and so on; where it
   has found others there, which takes them some milliseconds, after many more. */
#define SPREAD 32
#define MOST_SPREAD 256
#define TAKEN_SPREAD 512
#define MOST_TAKEN_SPREAD 16384
#define TAKEN 1000000 /* nanoseconds until it runs there */
enum { PYTHON = 0, NODE = 1 };           /* sides; each writes the lane of its number */
enum { AWAKE = 0, POLLS = 1, LOOP = 2, NAPS = 3 }; /* how a reader is woken */
enum { LOOK = 0, TURN = 1, SLEEP = 2, REST = 3 }; /* what `take` does where there is nothing; REST: it has had its turn */

typedef struct {
  _Alignas(64) _Atomic uint32_t head;
  _Alignas(64) _Atomic uint32_t tail;
  _Alignas(64) _Atomic uint32_t sleeping; /* the reader */
  _Alignas(64) _Atomic uint32_t full;     /* the writer sleeps until there is room */
  _Alignas(64) _Atomic uint32_t cpu;      /* on which the reader waited last, plus one */
} Lane;
typedef struct {
  _Alignas(64) uint32_t magic, version, size;
  Lane lane[2];
} Shared;
/* A descriptor, and what it was when it was given: a program may have closed it, and its number be another's. */
typedef struct { int fd; dev_t dev; ino_t ino; } Bell;
typedef struct {
  Shared *shared;
  unsigned char *data[2];
  int side;
  uint32_t written, read;
  Bell in, out, loop; /* what rings here; what rings the other side where it polls, and where its event loop sleeps */
  int owed;           /* a bell has rung or will, and was not heard yet */
  int gone;           /* the other side has ended */
  uint32_t skip, penalty, naps, spread, later;
  long nap;
  /* Around a nap, where other threads of this side would wait for this one; NULL: there are none. `left` returns NULL where
     that is so, else what `back` wants, which says whether nobody has begun to read meanwhile. */
  void *(*left)(void *);
  int (*back)(void *, void *);
  void *of;
} Rings;

/* ---- the memory */

#define TOTAL (PAGE + 2 * (size_t)RING)
static inline void unmap(Rings *r) {
  if (r->shared) munmap(r->shared, PAGE + 4 * (size_t)RING);
  r->shared = NULL;
}
static long napping(void) {
  struct timespec tick = {0, 0};
  clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
  long behind = tick.tv_nsec + tick.tv_nsec / 8;
  return tick.tv_sec || behind > LONG_NAP || behind < NAP ? NAP : behind;
}
/* Map it; the descriptor stays the caller's. 0, or an error number. */
static int map(Rings *r, int fd, int side) {
  struct stat s;
  memset(r, 0, sizeof *r);
  r->in.fd = r->out.fd = r->loop.fd = -1;
  r->penalty = 1;
  r->spread = SPREAD;
  r->later = TAKEN_SPREAD;
  r->nap = napping();
  if (fstat(fd, &s)) return errno;
  if ((uint64_t)s.st_size != TOTAL) return EINVAL; /* a page beyond the end is a SIGBUS */
  unsigned char *base = mmap(NULL, PAGE + 4 * (size_t)RING, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) return errno;
  r->shared = (Shared *)base;
  r->side = side;
  int flags = MAP_SHARED | MAP_FIXED, access = PROT_READ | PROT_WRITE, bad = 0;
  if (mmap(base, PAGE, access, flags, fd, 0) == MAP_FAILED) bad = errno;
  for (int lane = 0; lane < 2 && !bad; lane++) {
    r->data[lane] = base + PAGE + 2 * lane * (size_t)RING;
    for (int k = 0; k < 2 && !bad; k++)
      if (mmap(r->data[lane] + k * (size_t)RING, RING, access, flags, fd, (off_t)(PAGE + lane * (size_t)RING)) == MAP_FAILED) bad = errno;
  }
  if (bad) unmap(r);
  return bad;
}
/* Of the side that makes it: the words, and a test of the mappings. */
static int found(Rings *r) {
  for (int lane = 0; lane < 2; lane++) {
    r->data[lane][RING + 5] = 77;
    if (r->data[lane][5] != 77) return EIO;
    r->data[lane][5] = 0;
  }
  Shared *h = r->shared;
  memset(h, 0, sizeof *h);
  h->magic = MAGIC; h->version = VERSION; h->size = RING;
  atomic_store(&h->lane[PYTHON].sleeping, LOOP);
  atomic_store(&h->lane[NODE].sleeping, POLLS);
  return 0;
}
static int fits_version(const Rings *r) { return r->shared->magic == MAGIC && r->shared->version == VERSION && r->shared->size == RING; }

static Bell bell(int fd) {
  struct stat s;
  Bell b = {-1, 0, 0};
  if (fd >= 0 && fstat(fd, &s) == 0) { b.fd = fd; b.dev = s.st_dev; b.ino = s.st_ino; }
  return b;
}
static int ours(const Bell *b) {
  struct stat s;
  return b->fd >= 0 && fstat(b->fd, &s) == 0 && s.st_dev == b->dev && s.st_ino == b->ino;
}

static Lane *incoming(const Rings *r) { return &r->shared->lane[1 - r->side]; }
static Lane *outgoing(const Rings *r) { return &r->shared->lane[r->side]; }

/* ---- writing */

/* Wait until the word is another, at most for so long; wake who does. */
static void futex_wait(_Atomic uint32_t *word, uint32_t is, const struct timespec *most) { syscall(SYS_futex, word, 0, is, most, NULL, 0); }
static void futex_wake(_Atomic uint32_t *word) { syscall(SYS_futex, word, 1, 1, NULL, NULL, 0); }

/* Ring what the other side sleeps on: POLLS or LOOP, or its nap. 0, or an error number. A bell that is full rings anyway. */
static int ring(Rings *r, uint32_t how) {
  if (how == NAPS) { futex_wake(&outgoing(r)->sleeping); return 0; }
  Bell *b = how == LOOP ? &r->loop : &r->out;
  if (!ours(b)) return EBADF;
  ssize_t n;
  do n = write(b->fd, "!", 1); while (n < 0 && errno == EINTR);
  return n < 0 && errno != EAGAIN ? errno : 0;
}
/* The next k bytes are written: show them, and wake who sleeps. 0, or an error number. */
static int publish(Rings *r, uint32_t k) {
  Lane *o = outgoing(r);
  r->written += k;
  atomic_store(&o->head, r->written);
  uint32_t how = atomic_load(&o->sleeping);
  return how && (how = atomic_exchange(&o->sleeping, AWAKE)) ? ring(r, how) : 0;
}
/* Copy as much as there is room for, and wake who sleeps. The number of bytes, or an error number (negative). Where it is
   less than all, the reader will ring when there is room. */
static int64_t put(Rings *r, const unsigned char *from, size_t n) {
  Lane *o = outgoing(r);
  size_t done = 0;
  if (r->gone) return -EPIPE;
  for (;;) {
    uint32_t used = r->written - atomic_load_explicit(&o->tail, memory_order_acquire);
    if (used > RING) return -EBADMSG;
    uint32_t k = RING - used;
    if (k > n - done) k = (uint32_t)(n - done);
    if (k) {
      memcpy(r->data[r->side] + (r->written & MASK), from + done, k);
      done += k;
      int bad = publish(r, k);
      if (bad) return -bad;
    }
    if (done == n) return (int64_t)done;
    atomic_store(&o->full, 1);
    if (r->written - atomic_load(&o->tail) == RING) return (int64_t)done;
  }
}

/* ---- reading */

/* How many bytes are there; more than RING: what the other side says makes no sense. */
static uint32_t there(const Rings *r) { return atomic_load(&incoming(r)->head) - r->read; }

/* The next n bytes were read: there is room for others, and who waits for it is woken. */
static void passed(Rings *r, uint32_t n) {
  Lane *i = incoming(r);
  r->read += n;
  atomic_store(&i->tail, r->read);
  if (atomic_load(&i->full) && atomic_exchange(&i->full, 0)) ring(r, POLLS); /* one that fails is found out by the next */
}
static void copy(Rings *r, void *to, uint32_t n) {
  memcpy(to, r->data[1 - r->side] + (r->read & MASK), n);
  passed(r, n);
}
/* From here on the writer does not ring. Who naps here meanwhile, in another thread, has to look around. */
static void rouse(Rings *r) {
  uint32_t was = atomic_exchange(&incoming(r)->sleeping, AWAKE);
  if (was == AWAKE) r->owed = 1;
  if (was == NAPS) futex_wake(&incoming(r)->sleeping);
}
static void rest(Rings *r, uint32_t how) { atomic_store(&incoming(r)->sleeping, how); }

/* Hear what has rung, while nobody rings. 0, or an error number. Its end of file is the other side's. */
static int hear(Rings *r) {
  char b[64];
  if (!ours(&r->in)) return EBADF;
  ssize_t n = read(r->in.fd, b, sizeof b);
  if (n > 0) r->owed = 0;
  if (n == 0) r->gone = 1;
  return n < 0 && errno != EAGAIN && errno != EINTR ? errno : 0;
}

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}
static void relax(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}
/* Whether to spin is of use here. */
static int apart(Rings *r) {
  uint32_t here = (uint32_t)sched_getcpu() + 1;
  atomic_store_explicit(&incoming(r)->cpu, here, memory_order_relaxed);
  return atomic_load_explicit(&outgoing(r)->cpu, memory_order_relaxed) != here;
}
/* Spin until something is there, or until a time. */
static uint32_t spin(Rings *r, int64_t until) {
  do {
    for (int i = 0; i < 16; i++) {
      if (atomic_load_explicit(&incoming(r)->head, memory_order_relaxed) != r->read) return there(r);
      relax();
    }
  } while (now() < until);
  return 0;
}
/* Leave this core to the other side: whether this side has another by now. Negative: others have it. The system would come to it by
   itself only where cores share a cache (whoever is woken takes an idle neighbour), else when its balancing happens to look
   while both want to run, which two that take turns seldom do. For the thread that calls; what it may use is as before. */
static void allow(const cpu_set_t *cores, const cpu_set_t *before) { /* unless somebody has chosen others meanwhile */
  cpu_set_t now;
  if (sched_getaffinity(0, sizeof now, &now) == 0 && CPU_EQUAL(&now, before)) sched_setaffinity(0, sizeof *cores, cores);
}
static int moved(void) {
  cpu_set_t all, others, here;
  int cpu = sched_getcpu();
  if (cpu < 0 || sched_getaffinity(0, sizeof all, &all)) return 0;
  others = all;
  CPU_CLR(cpu, &others);
  if (!CPU_COUNT(&others)) return 0;
  int64_t began = now();
  if (sched_setaffinity(0, sizeof others, &others)) return 0;
  int taken = now() - began > TAKEN;
  CPU_ZERO(&here);
  CPU_SET(cpu, &here);
  if (taken) allow(&here, &others);
  allow(&all, taken ? &here : &others);
  return taken ? -1 : 1;
}
/* Sleep for a moment: where both share a core, that lets the other side run. 0 also where another thread has begun to read
   meanwhile: what there is, and the word, are that thread's then. `other`: go to another core first, and wait there for so many
   nanoseconds; positive where something came within them, negative where others have that core. */
static uint32_t nap(Rings *r, int *other, int64_t spins) {
  _Atomic uint32_t *word = &incoming(r)->sleeping;
  struct timespec most = {0, r->nap};
  rest(r, NAPS); /* before others can come between: they sleep on a descriptor, and have to be rung there */
  void *state = r->left ? r->left(r->of) : NULL;
  if (other && (*other = moved()) > 0) *other = apart(r) && spin(r, now() + spins); /* `apart` says where it is by now */
  if (!there(r)) futex_wait(word, NAPS, &most);
  if (state && !r->back(r->of, state)) return 0;
  atomic_store(word, AWAKE); /* no bell is owed, whoever was first */
  return there(r);
}
/* Wait as long as pays: spin, for so many nanoseconds at most, or take a nap, which costs hardly more than it takes. */
static uint32_t turn(Rings *r, int64_t most) {
  uint32_t n = 0, limit = MOST_SKIPPED;
  if (r->skip > 0) { r->skip--; return 0; }
  if (apart(r)) n = spin(r, now() + most);
  else {
    limit = MOST_NAPS_SKIPPED;
    int other = 0, goes = ++r->naps >= r->spread;
    n = nap(r, goes ? &other : NULL, most);
    if (goes) {
      r->naps = 0;
      r->spread = other > 0 ? SPREAD : other < 0 ? r->later : r->spread < MOST_SPREAD ? 2 * r->spread : MOST_SPREAD;
      if (other > 0) r->later = TAKEN_SPREAD;
      else if (other < 0 && r->later < MOST_TAKEN_SPREAD) r->later *= 2;
    }
  }
  if (n) { r->penalty = 1; return n; }
  r->skip = r->penalty < limit ? r->penalty : limit;
  r->penalty = r->skip * 2;
  return 0;
}

/* Copy at most `room` bytes; where there are none, do as `mode` says. The number of bytes, or an error number (negative;
   EPIPE: the other side has ended). At rest as `how` says afterwards; what is left then, `there` tells. */
static int64_t take(Rings *r, void *to, uint32_t room, int mode, uint32_t how) {
  int bad = 0;
  rouse(r);
  uint32_t n = there(r);
  if (!n && (mode == TURN || mode == SLEEP)) n = turn(r, SPIN);
  while (!n && mode >= SLEEP && !r->gone && !bad) {
    rest(r, POLLS);
    if (!there(r)) {
      struct pollfd p = {r->in.fd, POLLIN, 0};
      if (poll(&p, 1, -1) < 0 && errno != EINTR) bad = errno;
      else if (p.revents) {
        rouse(r);
        bad = hear(r);
      }
    }
    rouse(r);
    n = there(r);
  }
  for (;;) {
    if (n > RING) bad = EBADMSG;
    else if (n) {
      if (n > room) n = room;
      copy(r, to, n);
    }
    rest(r, how);
    if (n || bad || !there(r)) break;
    rouse(r); /* it came between the look and the rest, and did not ring */
    n = there(r);
  }
  return bad ? -bad : n ? (int64_t)n : mode >= SLEEP ? -EPIPE : 0;
}
/* Copy all of it, if there is room, and have a turn for what comes of it; as `take`. -EAGAIN: there was no room. Awake before
   it is shown: where both share a core, the other side may have answered before this one has gone on to its wait. */
static int64_t swap(Rings *r, const unsigned char *from, uint32_t n, void *to, uint32_t room, uint32_t how) {
  if (r->gone) return -EPIPE;
  uint32_t used = r->written - atomic_load_explicit(&outgoing(r)->tail, memory_order_acquire);
  if (used > RING || RING - used < n) return used > RING ? -EBADMSG : -EAGAIN;
  rouse(r);
  memcpy(r->data[r->side] + (r->written & MASK), from, n);
  int bad = publish(r, n);
  if (bad) { rest(r, how); return -bad; }
  return take(r, to, room, TURN, how);
}
#endif

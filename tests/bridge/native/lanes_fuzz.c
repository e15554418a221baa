/* The rings under threads, and under a side that writes nonsense into the shared words. With sanitizers. */
#define _GNU_SOURCE
#include <assert.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include "../../../bridge/native/lanes.h"

typedef struct { uint64_t state; } Random;
static uint64_t next_(Random *r) { r->state ^= r->state << 13; r->state ^= r->state >> 7; r->state ^= r->state << 17; return r->state; }
static size_t size_(Random *r) { uint64_t n = next_(r); return n % 5 == 0 ? n % 17 : n % 64 == 1 ? n % (3 * (size_t)RING) : n % 3000; }

static size_t AMOUNT = (size_t)24 << 20;
typedef struct { Rings *rings; uint64_t seed; int how; } Job;
static void sleep_(Rings *r) {
  struct pollfd p = {r->in.fd, POLLIN, 0};
  assert(poll(&p, 1, -1) == 1); /* for ever, where a bell is lost */
  assert(hear(r) == 0);
}
/* Write a stream of numbers, in pieces of all sizes. */
static void *writes(void *of) {
  Job *job = of;
  Random sizes = {job->seed}, stream = {job->seed * 31 + 7};
  unsigned char *piece = malloc(3 * (size_t)RING);
  for (size_t sum = 0; sum < AMOUNT;) {
    size_t n = size_(&sizes);
    if (n > AMOUNT - sum) n = AMOUNT - sum;
    for (size_t i = 0; i < n; i++) piece[i] = (unsigned char)next_(&stream);
    for (size_t at = 0; at < n;) {
      int64_t k = put(job->rings, piece + at, n - at);
      assert(k >= 0);
      at += (size_t)k;
      if (at < n) sched_yield(); /* whether there is room is heard of by the thread that reads */
    }
    sum += n;
  }
  free(piece);
  return NULL;
}
/* Read it. */
static void *reads(void *of) {
  Job *job = of;
  Random sizes = {job->seed + 99}, stream = {job->seed * 31 + 7};
  unsigned char *piece = malloc(RING);
  for (size_t sum = 0; sum < AMOUNT;) {
    uint32_t room = (uint32_t)(1 + size_(&sizes) % RING);
    int mode = next_(&sizes) % 4;
    int64_t n = take(job->rings, piece, room, mode, POLLS);
    assert(n >= 0 && n <= room && (n > 0 || mode < SLEEP));
    for (int64_t i = 0; i < n; i++) assert(piece[i] == (unsigned char)next_(&stream));
    sum += (size_t)n;
    if (n == 0 && sum < AMOUNT) sleep_(job->rings);
  }
  free(piece);
  return NULL;
}

static int fd;
static void both(Rings *python, Rings *node, int separate) {
  assert(map(python, fd, PYTHON) == 0 && found(python) == 0);
  if (separate) assert(map(node, fd, NODE) == 0 && fits_version(node));
  else { *node = *python; node->side = NODE; } /* so that a thread sanitizer sees one memory */
  atomic_store(&python->shared->lane[PYTHON].sleeping, POLLS);
  int a[2], b[2];
  assert(!pipe2(a, O_NONBLOCK) && !pipe2(b, O_NONBLOCK));
  python->in = bell(a[0]); node->out = bell(a[1]);
  node->in = bell(b[0]); python->out = bell(b[1]);
}
static void over(Rings *python, Rings *node, int separate) {
  int fds[4] = {python->in.fd, python->out.fd, node->in.fd, node->out.fd};
  for (int i = 0; i < 4; i++) close(fds[i]);
  unmap(python);
  if (separate) unmap(node);
}
/* All threads on one core: they nap instead of spinning. */
static void pinned(void) {
  cpu_set_t all, one;
  int cpu = 0;
  assert(sched_getaffinity(0, sizeof all, &all) == 0);
  while (!CPU_ISSET(cpu, &all)) cpu++;
  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  assert(sched_setaffinity(0, sizeof one, &one) == 0);
}
/* Whoever goes to another core may use all that it could before. */
static void moves(void) {
  cpu_set_t before, after;
  assert(sched_getaffinity(0, sizeof before, &before) == 0);
  for (int turns = 0; turns < 100; turns++) {
    int gone = moved();
    assert(!gone || CPU_COUNT(&before) > 1);
    assert(sched_getaffinity(0, sizeof after, &after) == 0 && CPU_EQUAL(&before, &after));
  }
}
/* A reader naps when the bytes come: no bell rings for them, and none is owed. */
static void *wakes(void *of) {
  Rings *node = of;
  while (atomic_load(&node->shared->lane[NODE].sleeping) != NAPS) sched_yield();
  assert(put(node, (const unsigned char *)"!", 1) == 1);
  return NULL;
}
static void naps(void) {
  Rings python, node;
  unsigned char piece[8];
  pthread_t thread;
  char rung;
  both(&python, &node, 1);
  for (int turns = 0; turns < 200; turns++) {
    assert(!pthread_create(&thread, NULL, wakes, &node));
    rouse(&python);
    while (!nap(&python, NULL, 0)) continue;
    copy(&python, piece, 1);
    rest(&python, POLLS);
    pthread_join(thread, NULL);
    assert(!python.owed && read(python.in.fd, &rung, 1) < 0 && errno == EAGAIN);
  }
  over(&python, &node, 1);
}
/* The other side answers as soon as it sees what was written: whoever waits for that does so from before it was. */
static void *replies(void *of) {
  Rings *python = of;
  unsigned char piece[8];
  while (!there(python)) sched_yield();
  assert(take(python, piece, 8, LOOK, POLLS) == 1 && put(python, piece, 1) == 1);
  return NULL;
}
static void swaps(void) {
  Rings python, node;
  unsigned char piece[8], *much = calloc(1, RING);
  pthread_t thread;
  char rung;
  int64_t n;
  both(&python, &node, 1);
  for (int turns = 0; turns < 200; turns++) {
    assert(!pthread_create(&thread, NULL, replies, &python));
    unsigned char said = (unsigned char)turns;
    n = swap(&node, &said, 1, piece, 8, POLLS);
    int found = n > 0;
    if (!found) n = take(&node, piece, 8, REST, POLLS);
    pthread_join(thread, NULL);
    assert(n == 1 && piece[0] == said);
    if (found && !node.owed) assert(read(node.in.fd, &rung, 1) < 0 && errno == EAGAIN);
    else assert(hear(&node) == 0);
  }
  assert(put(&node, much, RING) == RING);
  assert(swap(&node, much, 1, piece, 8, POLLS) == -EAGAIN); /* nothing was written, and nothing waited for */
  atomic_store(&outgoing(&node)->tail, 7);
  assert(swap(&node, much, 1, piece, 8, POLLS) == -EBADMSG);
  free(much);
  over(&python, &node, 1);
}
/* While one naps another thread of its side reads, as it may: who naps looks around, and sleeps no longer. */
static int back_ = 1;
static void *leaves(void *of) { return of; }
static int comes(void *of, void *state) { assert(of == state); return back_; }
static void *takes(void *of) {
  Rings *python = of;
  while (atomic_load(&incoming(python)->sleeping) != NAPS) sched_yield();
  rouse(python);
  rest(python, POLLS);
  return NULL;
}
static void others(void) {
  Rings python, node, same;
  pthread_t thread;
  both(&python, &node, 1);
  python.left = leaves; python.back = comes; python.of = &python;
  for (back_ = 0; back_ < 2; back_++) {
    python.nap = 900000000; /* it ends by being woken */
    same = python;
    assert(!pthread_create(&thread, NULL, takes, &same));
    rouse(&python);
    assert(nap(&python, NULL, 0) == 0);
    pthread_join(thread, NULL);
    if (!back_) assert(atomic_load(&incoming(&python)->sleeping) == POLLS); /* that thread's word stands */
  }
  over(&python, &node, 1);
}
static void streams(uint64_t seed, int separate) {
  Rings python, node, python2, node2;
  both(&python, &node, separate);
  python2 = python; node2 = node; /* a thread that writes has its own counts, as has one that reads */
  Job jobs[4] = {{&python, seed, 0}, {&node, seed, 0}, {&node2, seed + 1000, 0}, {&python2, seed + 1000, 0}};
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) assert(!pthread_create(&threads[i], NULL, i % 2 ? reads : writes, &jobs[i]));
  for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  over(&python, &node, separate);
}
/* Whatever the other side says: nothing is read or written outside, and nothing lasts for ever. */
static void nonsense(uint64_t seed) {
  Random random = {seed + 5};
  unsigned char *piece = malloc(2 * (size_t)RING);
  int refused = 0;
  for (int turn = 0; turn < 3000; turn++) {
    Rings python, node;
    both(&python, &node, 1);
    for (int step = 0; step < 12; step++) {
      Lane *lane = &python.shared->lane[next_(&random) % 2];
      _Atomic uint32_t *words[] = {&lane->head, &lane->tail, &lane->sleeping, &lane->full, &lane->cpu};
      if (next_(&random) % 2) atomic_store(words[next_(&random) % 5], (uint32_t)(next_(&random) >> (next_(&random) % 60)));
      size_t n = size_(&random) % (2 * (size_t)RING);
      int64_t done = next_(&random) % 2 ? put(&python, piece, n) : take(&python, piece, (uint32_t)(n ? n : 1), next_(&random) % 2, POLLS);
      assert(done <= (int64_t)(n ? n : 1));
      if (done < 0) { assert(done == -EBADMSG || done == -EBADF); refused++; }
      if (next_(&random) % 4 == 0) hear(&python);
    }
    over(&python, &node, 1);
  }
  assert(refused > 100);
  free(piece);
}
/* The end of the other side, with bytes left and without. */
static void ends(void) {
  Rings python, node;
  unsigned char piece[64];
  both(&python, &node, 1);
  assert(put(&python, (const unsigned char *)"last", 4) == 4);
  close(python.out.fd);
  assert(take(&node, piece, 64, SLEEP, LOOP) == 4);
  assert(take(&node, piece, 64, SLEEP, LOOP) == -EPIPE && node.gone && put(&node, piece, 1) == -EPIPE);
  over(&python, &node, 1);
}

int main(int argc, char **argv) {
  uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) * 2654435761u + 88172645463325252ull : 1;
  fd = memfd_create("fuzz", MFD_CLOEXEC);
  Rings r;
  assert(fd >= 0 && map(&r, fd, PYTHON) == EINVAL && map(&r, -1, PYTHON) == EBADF);
  assert(!ftruncate(fd, (off_t)TOTAL));
  assert(map(&r, fd, NODE) == 0 && !fits_version(&r));
  unmap(&r);
  if (argc > 2) AMOUNT >>= 3; /* a thread sanitizer is slow */
  if (argc < 3) { nonsense(seed); ends(); naps(); swaps(); others(); }
  moves();
  if (argc > 1 && strtoull(argv[1], NULL, 10) % 2) { pinned(); moves(); }
  streams(seed, argc < 3);
  puts("fine");
  return 0;
}

/* Blocks under random use, with sanitizers: nothing overlaps, nothing is lost, nothing outside is touched. */
#include "../../../bridge/native/plane.c"
#include <assert.h>
#include <stdio.h>

#define SLOTS 64
typedef struct { unsigned char *p; size_t n; int counts; unsigned char mark; } Slot_;
static uint64_t state;
static uint64_t next_(void) { state ^= state << 13; state ^= state >> 7; state ^= state << 17; return state; }
static size_t size_(void) { uint64_t r = next_(); return r % 7 == 0 ? r % 5 : r % (r & 8 ? 3 * UNIT : 40 * UNIT); }
static void fill(Slot_ *s) { if (s->n) { s->p[0] = s->p[s->n - 1] = s->mark; s->p[s->n / 2] = s->mark; } }
static void look(const Slot_ *s) { if (s->n) assert(s->p[0] == s->mark && s->p[s->n - 1] == s->mark && s->p[s->n / 2] == s->mark); }

int main(int argc, char **argv) {
  state = argc > 1 ? strtoull(argv[1], NULL, 10) * 2654435761u + 88172645463325252ull : 88172645463325252ull;
  size_t total = 4096 * (size_t)UNIT;
  int fd = memfd_create("fuzz", MFD_CLOEXEC);
  assert(fd >= 0 && !ftruncate(fd, (off_t)total));
  /* What makes no sense is refused. */
  assert(!plane_open(fd, total + UNIT, 0, UNIT) && !plane_open(fd, total, 0, total + UNIT) && !plane_open(fd, total, UNIT, 0));
  assert(!plane_open(fd, 0, 0, 0) && !plane_open(fd, total - 1, 0, 0) && !plane_open(-1, total, 0, total));
  Arena *a = plane_open(fd, total, 16 * UNIT, total);
  assert(a);
  plane_limit(a, 64 * UNIT);
  for (int i = 0; i < 2000; i++) {
    uint64_t o = next_() >> (next_() % 64), n = next_() >> (next_() % 64);
    assert(fits(a, o, n) == ((unsigned __int128)o + n <= total));
    int64_t offset = plane_offset(a, (void *)(uintptr_t)next_());
    assert(offset >= -1 && offset < (int64_t)total);
    assert(give(a, (void *)(uintptr_t)(next_() | 1)) == 0 && hold(a, a->base + next_() % total) == -1);
  }
  assert(!take(a, total, NULL) && !take(a, SIZE_MAX, NULL) && !take(a, SIZE_MAX - UNIT, NULL) && !take(a, (size_t)1 << 62, NULL));
  Slot_ slots[SLOTS] = {0};
  for (int turn = 0; turn < 20000; turn++) {
    Slot_ *s = &slots[next_() % SLOTS];
    if (!s->p) {
      s->n = size_(); s->mark = (unsigned char)(next_() | 1); s->counts = 1;
      if (next_() % 3 == 0) {
        s->p = h_calloc(a, 1, s->n);
        for (size_t i = 0; i < s->n; i += 509) assert(s->p[i] == 0);
      } else s->p = h_malloc(a, s->n);
      assert(s->p);
      if (inside(a, s->p)) assert(((size_t)(s->p - a->base) % UNIT) == 0 && s->p >= a->base + 16 * UNIT && s->n >= UNIT);
      fill(s);
      continue;
    }
    look(s);
    switch (next_() % 4) {
      case 0:
        if (inside(a, s->p)) { assert(hold(a, s->p + next_() % s->n) == (s->p - a->base) / UNIT); s->counts++; }
        break;
      case 1:
        if (s->counts > 1) { assert(give(a, s->p + next_() % s->n)); s->counts--; look(s); break; }
        h_free(a, s->p, s->n);
        memset(s, 0, sizeof *s);
        break;
      case 2: {
        if (s->counts > 1) break;
        size_t n = size_();
        unsigned char first = s->n ? s->p[0] : 0;
        unsigned char *p = h_realloc(a, s->p, n);
        assert(p && (!n || !s->n || p[0] == first));
        s->p = p; s->n = n;
        fill(s);
        break;
      }
      default: if (next_() % 50 == 0) plane_trim(a);
    }
    assert(a->live <= total && a->cached <= a->limit);
  }
  for (int i = 0; i < SLOTS; i++) {
    for (; slots[i].counts > 1; slots[i].counts--) assert(give(a, slots[i].p));
    if (slots[i].p) { look(&slots[i]); h_free(a, slots[i].p, slots[i].n); }
  }
  assert(a->live == 0 && atomic_load(&a->refs) == 1);
  plane_trim(a);
  assert(a->cached == 0 && lseek(a->fd, 0, SEEK_DATA) < 0); /* no page is left */
  plane_close(a);
  assert(!all && fcntl(fd, F_GETFD) < 0);
  puts("fine");
  return 0;
}

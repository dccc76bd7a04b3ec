/*
 * A disk that fails, for tests: preloaded into a process (LD_PRELOAD), it counts the calls that change files whose
 * path holds DISK_MATCH, and at the DISK_AT-th it does what DISK_FAULT says:
 *
 *   full    this call and all later ones fail with ENOSPC
 *   broken  this call and all later ones fail with EIO
 *   glitch  this call alone fails with EIO
 *   kill    the process is killed before the call
 *   power   the power goes before the call: writes that no fsync has followed are lost, all of them, some of them or
 *           none (DISK_SEED decides), and the process is killed
 *
 * DISK_COUNT names a file that gets the number of calls when the process ends by itself. Counted are write, pwrite,
 * ftruncate, fsync, fdatasync, unlink, rename and link. What power does not model: names (a file that was made,
 * renamed or removed stays so), and pages written through mmap (SQLite's -shm, which is made anew after a crash).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum fault { NONE, FULL, BROKEN, GLITCH, KILL, POWER };

static const char *names[] = {"none", "full", "broken", "glitch", "kill", "power"};
static enum fault fault = NONE;
static const char *match;
static long at, calls;
static unsigned seed;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define MOST_FILES 4096
static char watched[MOST_FILES];

/* The next definition of a function: that of the C library. */
#define REAL(result, name, ...) \
  static result (*real)(__VA_ARGS__); \
  if (!real) *(void **)&real = dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void start(void) {
  const char *wanted = getenv("DISK_FAULT");
  match = getenv("DISK_MATCH");
  at = getenv("DISK_AT") ? atol(getenv("DISK_AT")) : 0;
  seed = getenv("DISK_SEED") ? (unsigned)atol(getenv("DISK_SEED")) : 1;
  for (int i = NONE; wanted && i <= POWER; i++)
    if (!strcmp(wanted, names[i])) fault = i;
}

__attribute__((destructor)) static void finish(void) {
  const char *path = getenv("DISK_COUNT");
  FILE *file = path ? fopen(path, "w") : NULL;
  if (!file) return;
  fprintf(file, "%ld\n", calls);
  fclose(file);
}

static int matches(const char *path) { return match && path && strstr(path, match); }
static int watches(int fd) { return fd >= 0 && fd < MOST_FILES && watched[fd]; }

/* ---- what a power cut takes back ---- */

/* A file is known by device and inode, whatever its names; the descriptor is our own and stays open. */
struct file {
  struct file *next;
  dev_t dev;
  ino_t ino;
  int fd;
};

/* A change that no fsync has followed: what stood there before, newest change first. */
struct change {
  struct change *next;
  struct file *file;
  off_t offset, size_before;
  size_t length, kept;
  int shortens;
  char *before;
};

static struct file *files;
static struct change *changes;

static struct file *file_of(int fd) {
  struct stat stat;
  if (fstat(fd, &stat)) return NULL;
  for (struct file *file = files; file; file = file->next)
    if (file->dev == stat.st_dev && file->ino == stat.st_ino) return file;
  struct file *file = calloc(1, sizeof *file);
  *file = (struct file){files, stat.st_dev, stat.st_ino, dup(fd)};
  return files = file;
}

static void remember(int fd, off_t offset, size_t length, int shortens) {
  struct stat stat;
  struct file *file = file_of(fd);
  if (!file || fstat(fd, &stat)) return;
  struct change *change = calloc(1, sizeof *change);
  *change = (struct change){changes, file, offset, stat.st_size, length, 0, shortens, NULL};
  if (offset < stat.st_size) {
    size_t there = (size_t)(stat.st_size - offset);
    change->before = malloc(length < there ? length : there);
    ssize_t got = pread(fd, change->before, length < there ? length : there, offset);
    change->kept = got > 0 ? (size_t)got : 0;
  }
  changes = change;
}

static void forget(int fd) {
  struct file *file = file_of(fd);
  for (struct change **link = &changes; *link;) {
    struct change *change = *link;
    if (change->file != file) {
      link = &change->next;
      continue;
    }
    *link = change->next;
    free(change->before);
    free(change);
  }
}

static void zero(int fd, off_t offset, size_t length) {
  static const char zeros[65536];
  REAL(ssize_t, pwrite, int, const void *, size_t, off_t);
  for (size_t done = 0; done < length;) {
    size_t part = length - done < sizeof zeros ? length - done : sizeof zeros;
    if (real(fd, zeros, part, offset + (off_t)done) <= 0) return;
    done += part;
  }
}

static void lose_unsynced(void) {
  REAL(ssize_t, pwrite, int, const void *, size_t, off_t);
  static int (*truncate_file)(int, off_t);
  *(void **)&truncate_file = dlsym(RTLD_NEXT, "ftruncate");
  enum { ALL, SOME, NOTHING } loss = rand_r(&seed) % 3;
  for (struct change *change = changes; change && loss != NOTHING; change = change->next) {
    if (loss == SOME && rand_r(&seed) % 2) continue;
    int fd = change->file->fd;
    if (change->kept && real(fd, change->before, change->kept, change->offset) < 0) continue;
    if (change->shortens) continue;
    /* What the write had added: gone with the file's new length, or, when later writes stay, never filled. */
    if (loss == ALL) truncate_file(fd, change->size_before);
    else if (change->kept < change->length)
      zero(fd, change->offset + (off_t)change->kept, change->length - change->kept);
  }
}

/* ---- the fault ---- */

/* Counts a call; the error that it has to fail with, or 0. */
static int strike(void) {
  int error = 0;
  pthread_mutex_lock(&lock);
  calls++;
  if (at && calls == at && fault >= KILL) {
    if (fault == POWER) lose_unsynced();
    kill(getpid(), SIGKILL);
    for (;;) pause();
  }
  if (at && fault == FULL && calls >= at) error = ENOSPC;
  if (at && fault == BROKEN && calls >= at) error = EIO;
  if (at && fault == GLITCH && calls == at) error = EIO;
  pthread_mutex_unlock(&lock);
  return error;
}

#define STRIKE(condition) \
  if (condition) { \
    int error = strike(); \
    if (error) { \
      errno = error; \
      return -1; \
    } \
  }

static int watch(int fd, const char *path) {
  if (fd >= 0 && fd < MOST_FILES) watched[fd] = matches(path) != 0;
  return fd;
}

#define OPEN(name) \
  int name(const char *path, int flags, ...) { \
    REAL(int, name, const char *, int, ...); \
    va_list rest; \
    va_start(rest, flags); \
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0; \
    va_end(rest); \
    return watch(real(path, flags, mode), path); \
  }
OPEN(open)
OPEN(open64)

int close(int fd) {
  REAL(int, close, int);
  if (fd >= 0 && fd < MOST_FILES) watched[fd] = 0;
  return real(fd);
}

ssize_t write(int fd, const void *bytes, size_t length) {
  REAL(ssize_t, write, int, const void *, size_t);
  STRIKE(watches(fd))
  if (watches(fd) && fault == POWER) remember(fd, lseek(fd, 0, SEEK_CUR), length, 0);
  return real(fd, bytes, length);
}

#define PWRITE(name) \
  ssize_t name(int fd, const void *bytes, size_t length, off_t offset) { \
    REAL(ssize_t, name, int, const void *, size_t, off_t); \
    STRIKE(watches(fd)) \
    if (watches(fd) && fault == POWER) remember(fd, offset, length, 0); \
    return real(fd, bytes, length, offset); \
  }
PWRITE(pwrite)
PWRITE(pwrite64)

#define FTRUNCATE(name) \
  int name(int fd, off_t length) { \
    REAL(int, name, int, off_t); \
    STRIKE(watches(fd)) \
    struct stat stat; \
    if (watches(fd) && fault == POWER && !fstat(fd, &stat) && length < stat.st_size) \
      remember(fd, length, (size_t)(stat.st_size - length), 1); \
    return real(fd, length); \
  }
FTRUNCATE(ftruncate)
FTRUNCATE(ftruncate64)

#define SYNC(name) \
  int name(int fd) { \
    REAL(int, name, int); \
    STRIKE(watches(fd)) \
    int result = real(fd); \
    if (watches(fd) && fault == POWER && !result) forget(fd); \
    return result; \
  }
SYNC(fsync)
SYNC(fdatasync)

int unlink(const char *path) {
  REAL(int, unlink, const char *);
  STRIKE(matches(path))
  return real(path);
}

#define RENAME(name) \
  int name(const char *from, const char *to) { \
    REAL(int, name, const char *, const char *); \
    STRIKE(matches(from) || matches(to)) \
    return real(from, to); \
  }
RENAME(rename)
RENAME(link)

/*
 * Files that come from a file server, for the bench: preloaded into a process (LD_PRELOAD), it lets each question about
 * a path that holds FAR_MATCH take FAR_US microseconds longer, as a round trip does: open, opendir, stat, and the first
 * read of a file. What a client of NFS has at hand (fstat of an open file, further reads, close) takes no longer. The file
 * system of such a path is said to be NFS.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

static const char *match;
static useconds_t delay;

#define MOST_FILES 4096
static char unread[MOST_FILES];

/* The next definition of a function: that of the C library. */
#define REAL(result, name, ...) \
  static result (*real)(__VA_ARGS__); \
  if (!real) *(void **)&real = dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void start(void) {
  match = getenv("FAR_MATCH");
  delay = getenv("FAR_US") ? (useconds_t)atol(getenv("FAR_US")) : 0;
}

static int travel(const char *path) {
  if (!match || !path || !strstr(path, match)) return 0;
  usleep(delay);
  return 1;
}

static int opened(int file, int far) {
  if (file >= 0 && file < MOST_FILES) unread[file] = (char)far;
  return file;
}

static mode_t mode_of(int flags, va_list rest) { return flags & O_CREAT ? (mode_t)va_arg(rest, int) : 0; }

#define OPEN(name) \
  int name(const char *path, int flags, ...) { \
    REAL(int, name, const char *, int, ...); \
    va_list rest; \
    va_start(rest, flags); \
    mode_t mode = mode_of(flags, rest); \
    va_end(rest); \
    int far = travel(path); \
    return opened(real(path, flags, mode), far); \
  }
OPEN(open)
OPEN(open64)

#define OPEN_AT(name) \
  int name(int folder, const char *path, int flags, ...) { \
    REAL(int, name, int, const char *, int, ...); \
    va_list rest; \
    va_start(rest, flags); \
    mode_t mode = mode_of(flags, rest); \
    va_end(rest); \
    int far = travel(path); \
    return opened(real(folder, path, flags, mode), far); \
  }
OPEN_AT(openat)
OPEN_AT(openat64)

DIR *opendir(const char *path) {
  REAL(DIR *, opendir, const char *);
  travel(path);
  return real(path);
}

static void first_read(int file) {
  if (file < 0 || file >= MOST_FILES || !unread[file]) return;
  unread[file] = 0;
  usleep(delay);
}

ssize_t read(int file, void *buffer, size_t length) {
  REAL(ssize_t, read, int, void *, size_t);
  first_read(file);
  return real(file, buffer, length);
}

ssize_t pread64(int file, void *buffer, size_t length, off64_t at) {
  REAL(ssize_t, pread64, int, void *, size_t, off64_t);
  first_read(file);
  return real(file, buffer, length, at);
}

#define STAT(name, kind) \
  int name(const char *path, struct kind *found) { \
    REAL(int, name, const char *, struct kind *); \
    travel(path); \
    return real(path, found); \
  }
STAT(stat, stat)
STAT(stat64, stat64)
STAT(lstat, stat)
STAT(lstat64, stat64)

/* libuv asks the kernel itself. */
long syscall(long number, ...) {
  REAL(long, syscall, long, ...);
  va_list rest;
  va_start(rest, number);
  long a = va_arg(rest, long), b = va_arg(rest, long), c = va_arg(rest, long);
  long d = va_arg(rest, long), e = va_arg(rest, long), f = va_arg(rest, long);
  va_end(rest);
  if (number == SYS_statx) travel((const char *)b);
  return real(number, a, b, c, d, e, f);
}

int statx(int folder, const char *path, int flags, unsigned mask, struct statx *found) {
  REAL(int, statx, int, const char *, int, unsigned, struct statx *);
  travel(path);
  return real(folder, path, flags, mask, found);
}

#define NFS 0x6969

#define STATFS(name, kind) \
  int name(const char *path, struct kind *found) { \
    REAL(int, name, const char *, struct kind *); \
    int answer = real(path, found); \
    if (answer == 0 && travel(path)) found->f_type = NFS; \
    return answer; \
  }
STATFS(statfs, statfs)
STATFS(statfs64, statfs64)

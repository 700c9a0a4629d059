/* The wall clock of one process, off by the seconds in the file $BANSO_CLOCK_FILE, looked at ten times a second.
   CLOCK_MONOTONIC stays true. (libfaketime 0.9.10 moves it too, or makes Python 3.11's time.sleep fail and its lock spin.) */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static int (*real)(clockid_t, struct timespec *);
static long long off;
static time_t looked = -1;
static long looked_tenth;

static void look(void) {
    struct timespec now;
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    real(CLOCK_MONOTONIC_COARSE, &now);
    long tenth = now.tv_nsec / 100000000L;
    if (now.tv_sec == looked && tenth == looked_tenth) return;
    looked = now.tv_sec, looked_tenth = tenth;
    const char *name = getenv("BANSO_CLOCK_FILE");
    FILE *file = name ? fopen(name, "re") : NULL;
    if (!file) return;
    long long said;
    if (fscanf(file, "%lld", &said) == 1) off = said;
    fclose(file);
}

int clock_gettime(clockid_t which, struct timespec *at) {
    look();
    int failed = real(which, at);
    if (!failed && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) at->tv_sec += off;
    return failed;
}

int gettimeofday(struct timeval *at, void *zone) {
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    at->tv_sec = now.tv_sec, at->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}

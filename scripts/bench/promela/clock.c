/*
 * Spin's verifiers tell how long they took by times(), in hundredths of a second, which is too coarse for
 * most of these programs. Linked with --wrap, they read the process's CPU time in nanoseconds instead.
 */
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

long __real_sysconf(int name);

clock_t __wrap_times(struct tms *unused)
{
    struct timespec now;

    (void)unused;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * 1000000000L + now.tv_nsec;
}

long __wrap_sysconf(int name)
{
    return name == _SC_CLK_TCK ? 1000000000L : __real_sysconf(name);
}

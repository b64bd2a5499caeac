/* readers(N): one writer of x, N readers. */
#ifndef N
#define N 8
#endif
byte x;
byte seen[N];

active proctype writer() { x = 42 }

active [N] proctype reader() { seen[_pid - 1] = x }

/* phil(N): the ring with the own lock first; it can end in a deadlock. */
#ifndef N
#define N 5
#endif
bool held[N];

active [N] proctype thread()
{
    atomic { !held[_pid] -> held[_pid] = true };
    atomic { !held[(_pid + 1) % N] -> held[(_pid + 1) % N] = true };
    held[(_pid + 1) % N] = false;
    held[_pid] = false
}

/* ordered(N): a ring of locks and counters, both neighbours taken in the order of their numbers. */
#ifndef N
#define N 5
#endif
bool held[N];
byte count[N];

#define LOW(i) (((i) + 1) % N < (i) -> ((i) + 1) % N : (i))
#define HIGH(i) (((i) + 1) % N < (i) -> (i) : ((i) + 1) % N)

active [N] proctype thread()
{
    byte v;
    atomic { !held[LOW(_pid)] -> held[LOW(_pid)] = true };
    atomic { !held[HIGH(_pid)] -> held[HIGH(_pid)] = true };
    v = count[LOW(_pid)];
    count[LOW(_pid)] = v + 1;
    v = count[HIGH(_pid)];
    count[HIGH(_pid)] = v + 1;
    held[HIGH(_pid)] = false;
    held[LOW(_pid)] = false
}

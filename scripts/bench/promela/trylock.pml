/* trylock(N): whoever gets the lock counts, the others note that they missed it. */
#ifndef N
#define N 4
#endif
byte m, c;
bool miss[N];

active [N] proctype thread()
{
    bool got;
    byte v;
    atomic {
        if
        :: m == 0 -> m = 1; got = true
        :: else
        fi
    };
    if
    :: got ->
        v = c;
        c = v + 1;
        m = 0
    :: else -> miss[_pid] = true
    fi
}

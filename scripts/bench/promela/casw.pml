/* casw(N): a compare-and-swap of x from 0 to 1, then a write. */
#ifndef N
#define N 4
#endif
byte x;

active [N] proctype thread()
{
    atomic {
        if
        :: x == 0 -> x = 1
        :: else
        fi
    };
    x = _pid + 3
}

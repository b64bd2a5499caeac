/* swaprace(original, N): freeing, reclaim and discard of N pages in order; a toy, for counting. */
#ifndef N
#define N 1
#endif
bool page[N], ptl[N], sc[N], unmapped[N], wb[N], dirty[N], map[N];
byte pte[N];

inline trylock(lock, got)
{
    atomic {
        if
        :: !lock -> lock = true; got = true
        :: else -> got = false
        fi
    }
}

active proctype free()
{
    byte p = 0;
    bool r;
    do
    :: p < N ->
        trylock(page[p], r);
        if
        :: r -> page[p] = false
        :: else ->
            r = sc[p];
            if
            :: r ->
                r = unmapped[p];
                if
                :: r ->
                    trylock(page[p], r);
                    if
                    :: r ->
                        r = wb[p];
                        if
                        :: !r ->
                            r = map[p];
                            if
                            :: !r -> sc[p] = false; dirty[p] = true
                            :: else
                            fi
                        :: else
                        fi;
                        page[p] = false
                    :: else
                    fi
                :: else
                fi
            :: else
            fi
        fi;
        p = p + 1
    :: else -> break
    od
}

active proctype reclaim()
{
    byte p = 0;
    bool r;
    do
    :: p < N ->
        atomic { !page[p] -> page[p] = true };
        sc[p] = true;
        atomic { !ptl[p] -> ptl[p] = true };
        r = (pte[p] == 0);
        if
        :: r -> map[p] = true; pte[p] = 1; unmapped[p] = true
        :: else
        fi;
        ptl[p] = false;
        page[p] = false;
        p = p + 1
    :: else -> break
    od
}

active proctype discard()
{
    byte p = 0;
    byte q;
    bool r;
    do
    :: p < N ->
        atomic { !ptl[p] -> ptl[p] = true };
        q = pte[p];
        if
        :: q == 0 -> pte[p] = 2; unmapped[p] = true
        :: q == 1 ->
            pte[p] = 2;
            r = map[p];
            map[p] = false;
            r = sc[p];
            if
            :: r ->
                trylock(page[p], r);
                if
                :: r ->
                    r = wb[p];
                    if
                    :: !r -> sc[p] = false; dirty[p] = true
                    :: else
                    fi;
                    page[p] = false
                :: else
                fi
            :: else
            fi
        fi;
        ptl[p] = false;
        p = p + 1
    :: else -> break
    od
}

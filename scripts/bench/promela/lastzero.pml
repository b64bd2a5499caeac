/* lastzero(N): a scanner looks for the last zero of a[0..N] from the end, N writers fill it up. */
#ifndef N
#define N 10
#endif
byte a[N + 1];
byte found;

active proctype scanner()
{
    byte i = N;
    bool zero;
    do
    :: i > 0 ->
        zero = (a[i] == 0);
        if
        :: zero -> break
        :: else -> i = i - 1
        fi
    :: else -> break
    od;
    found = i
}

active [N] proctype writer()
{
    byte v;
    v = a[_pid - 1];
    a[_pid] = v + 1
}

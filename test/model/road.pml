/*
 * The end of the road, as it is built: two executors, two changes on one target, one ledger, one endpoint behind a
 * proxy that repeats. A crash between any two steps, answers lost, requests that act late, operations that fail, a halt
 * at any moment, somebody who looks, a person who closes. Change 0 has two calls, change 1 has one.
 *
 * Each `atomic` is one transaction of the ledger, one look, or one step of the endpoint. test/model/check.ts runs it
 * and every seeded fault of test/model/table.ts, and holds the transitions below against the rules of that table.
 *
 *   spin -a [-DFAULT] road.pml && cc -O2 -DSAFETY -o pan pan.c && ./pan -m200000
 */
#include "rules.pml"

#ifndef CRASHES
#define CRASHES 1
#endif
#ifndef REPEATS
#define REPEATS 1
#endif
#define CHANGES 2
#define CALLS 3                  /* 0, 1: of change 0; 2: of change 1 */
#define EXECUTORS 2
#define of(i) (i / 2)
#define first(c) (c * 2)
#define last(c) (1 + c)

mtype:states = { approved, executing, unknown, succeeded, failed, closed };
mtype:records = { none, intended, returned, refused, lost };
mtype:answers = { nothing, yes, no, taken };

/* the ledger: the lock is the fold of the states, and nothing else */
mtype:states state[CHANGES] = approved;
mtype:records call[CALLS] = none;       /* the newest record of each */
bool halted, never_halts;
#define open(c) (state[c] == executing || state[c] == unknown)
#define final(c) (state[c] == succeeded || state[c] == failed || state[c] == closed)
#define locked (open(0) || open(1))
#define newest(c) (call[last(c)] == none -> first(c) : last(c))

/* the processes */
byte crashes = CRASHES;
bool attended[CHANGES];                 /* the incarnation that recorded its intents lives, and is at it */
bool far[CHANGES];                      /* that one is on another host: nobody here can say whether it lives */

/* the world */
bool sent[CALLS], copy[CALLS], acted[CALLS];
bool ended[CALLS], bad[CALLS];          /* what the call began has ended; badly */
bool old[CALLS];                        /* the date of its signature, chosen with the intent, is too old by the cloud's clock */
bool expired[CHANGES];                  /* the credentials of its session have ended */
mtype:answers answer[CALLS] = nothing;
byte repeats = REPEATS;

#define went_well(c) (acted[first(c)] && acted[last(c)] && !bad[first(c)] && !bad[last(c)])

inline end_as(c, s) {                   /* inside of a transaction */
  assert(!final(c));                                                   /* a final state is final */
  assert(s != succeeded || may_succeed(state[c], call[newest(c)]));
  assert(s != failed || may_fail(state[c], call[newest(c)]));
  assert(s != unknown || may_give_up(state[c], call[newest(c)]));
  assert(s != closed || may_close(state[c], call[newest(c)]));
  if
  :: s == succeeded -> assert(went_well(c))                            /* the ledger claims no more than the cloud did */
  :: s == failed -> assert(!went_well(c))                              /* and no less; an act after it finds no open change */
  :: else
  fi;
  state[c] = s
}

#define CRASH if :: atomic { crashes > 0 -> crashes--; attended[c] = false; goto next } :: skip fi

active [EXECUTORS] proctype Executor() {
  byte c, i;
next:
  atomic {                              /* the lock and the intent of the first call are one transaction */
    c = 0; i = 0;
    if
#ifdef HALT_EARLIER
    :: !locked && state[0] == approved -> c = 0
    :: !locked && state[1] == approved -> c = 1
#elif defined(NO_LOCK)
    :: !halted && state[0] == approved -> c = 0
    :: !halted && state[1] == approved -> c = 1
#else
    :: !halted && !locked && state[0] == approved -> c = 0
    :: !halted && !locked && state[1] == approved -> c = 1
#endif
    :: !locked && (halted || (state[0] != approved && state[1] != approved)) -> goto gone
    fi;
    assert(!halted);                                                   /* no execution begins after a halt */
    assert(!locked);                                                   /* one change at a time on a target */
    i = first(c); assert(may_begin(state[c], call[i])); state[c] = executing; attended[c] = true; far[c] = (_pid == 1);
#ifndef SEND_FIRST
    call[i] = intended
#endif
  };
send:
  CRASH;
  atomic {
#ifdef SIGN_AT_SEND
    old[i] = false;                     /* one that slept signs anew */
#endif
    assert(!sent[i]);                                                  /* at most one send a call */
    sent[i] = true; copy[i] = true
  };
#ifdef SEND_FIRST
  CRASH;
  atomic { call[i] = intended };
#endif
  CRASH;
  atomic {                              /* what was heard, and the record of it */
    if
    :: answer[i] == yes -> assert(may_return(state[c], call[i])); call[i] = returned
#ifdef TAKEN_IS_REFUSED
    :: answer[i] == no || answer[i] == taken -> assert(may_refuse(state[c], call[i])); call[i] = refused
#else
    /* A refusal is believed after a look: an earlier copy may have been carried out. */
    :: answer[i] == no && acted[i] -> assert(may_return(state[c], call[i])); call[i] = returned
    :: answer[i] == no && !acted[i] -> assert(may_refuse(state[c], call[i])); call[i] = refused
#endif
    :: assert(may_lose(state[c], call[i])); call[i] = lost    /* waited long enough, the connection broke, or the answer says nothing */
    fi;
    answer[i] = nothing
  };
  CRASH;
  atomic {
    if
    :: call[i] == returned && ended[i] && !bad[i] && i != last(c) ->   /* the intent of the next call */
         if
#ifndef NO_FENCE_AT_INTENT
         :: state[c] != executing -> goto over
#endif
#ifndef HALT_EARLIER
         :: state[c] == executing && halted -> end_as(c, failed)
#endif
         :: else ->
              assert(state[c] == executing); assert(!halted);          /* no call is begun after an end, or after a halt */
              assert(may_intend(state[c], call[i])); i = last(c); call[i] = intended; goto send
         fi
#ifdef NO_FENCE
    :: call[i] == returned && ended[i] && bad[i] -> end_as(c, failed)
    :: call[i] == returned && ended[i] && !bad[i] && i == last(c) -> end_as(c, succeeded)
    :: call[i] == refused -> end_as(c, failed)
    :: call[i] == lost || (call[i] == returned && !ended[i]) -> end_as(c, unknown)
#else
    :: state[c] != executing            /* it was ended meanwhile: nothing is recorded */
    :: state[c] == executing && call[i] == returned && ended[i] && bad[i] -> end_as(c, failed)
    :: state[c] == executing && call[i] == returned && ended[i] && !bad[i] && i == last(c) -> end_as(c, succeeded)
    :: state[c] == executing && call[i] == refused -> end_as(c, failed)
    :: state[c] == executing && (call[i] == lost || (call[i] == returned && !ended[i])) -> end_as(c, unknown)
#endif
    fi
  };
over:
  atomic { attended[c] = false; far[c] = false; goto next };
gone:
  skip
}

/* What arrives is judged when it arrives, however late. A proxy may keep a copy of what it has got no answer to. */
inline answered(a) {
  if
  :: call[i] == intended -> copy[i] = false; answer[i] = a             /* later answers are heard by nobody */
  :: copy[i] = false
  :: atomic { repeats > 0 -> repeats-- }        /* the answer is lost on its way to the proxy, which repeats */
  fi
}
#define refuses(i) (old[i] || expired[of(i)])

active [CALLS] proctype Endpoint() {
  byte i = _pid - EXECUTORS;
end:
  do
  :: atomic { copy[i] && !refuses(i) && !acted[i] ->
       acted[i] = true;
       assert(open(of(i)));                                            /* it acts while the target is locked for it */
       if :: bad[i] = true :: skip fi;
       answered(yes) }
  :: atomic { copy[i] && !refuses(i) && acted[i] -> answered(taken) }
  :: atomic { copy[i] && (refuses(i) || !acted[i]) -> answered(no) }
  :: atomic { acted[i] && !ended[i] -> ended[i] = true }
  od
}

/* Everything that was signed for this change is refused from here on. */
#define too_old(c) ((call[first(c)] == none || old[first(c)]) && (call[last(c)] == none || old[last(c)]))
#define nothing_arrives(c) (too_old(c) || expired[c])
#define is_left(c) (state[c] == unknown || (state[c] == executing && (!attended[c] || far[c])))

/* reconcile: the proof, then the look with its record; it sends nothing. A person closes what no look settles. */
active [CHANGES] proctype Reconcile() {
  byte c = _pid - EXECUTORS - CALLS, i; bool proof, nothing_seen;
end:
  do
#ifdef LOOK_FIRST
  :: atomic { is_left(c) -> i = newest(c); nothing_seen = (call[i] != refused && !acted[i]) };
     atomic { proof = nothing_arrives(c) };
#else
# ifdef WHILE_ALIVE
  :: atomic { open(c) -> proof = true };
# elif defined(DEAD_IS_ENOUGH)
  :: atomic { is_left(c) -> proof = true };
# elif defined(SILENT_IS_ENOUGH)
  :: atomic { is_left(c) -> proof = (far[c] || nothing_arrives(c)) };
# else
  :: atomic { is_left(c) -> proof = nothing_arrives(c) };
  :: atomic { state[c] == executing && call[newest(c)] == intended && expired[c] -> proof = true };
# endif
#endif
     atomic {                           /* if nothing was recorded since: the ledger's version is compared */
#ifndef LOOK_FIRST
       i = newest(c); nothing_seen = (call[i] != refused && !acted[i]);
#endif
       if
       :: open(c) && call[i] == refused -> end_as(c, failed)
       :: open(c) && call[i] != refused && ended[i] && (bad[i] || i != last(c)) -> end_as(c, failed)
       :: open(c) && call[i] != refused && ended[i] && !bad[i] && i == last(c) -> end_as(c, succeeded)
       :: open(c) && nothing_seen && proof -> end_as(c, failed)
       :: else
       fi;
       proof = false; nothing_seen = false; i = 0 }
#ifdef CLOSE_EARLY
  :: atomic { is_left(c) -> end_as(c, closed) }
#else
  :: atomic { is_left(c) && nothing_arrives(c) -> end_as(c, closed) }
#endif
  od
}

active proctype Time() {                /* makes signatures old, ends credentials; a person halts, or never does */
end:
  do
#ifndef NO_AGE
  :: atomic { call[0] != none && !old[0] -> old[0] = true }
  :: atomic { call[1] != none && !old[1] -> old[1] = true }
  :: atomic { call[2] != none && !old[2] -> old[2] = true }
#endif
#ifdef CREDENTIALS_END
  :: atomic { open(0) && !expired[0] -> expired[0] = true }
  :: atomic { open(1) && !expired[1] -> expired[1] = true }
#endif
  :: atomic { !halted && !never_halts -> halted = true }
  :: atomic { !halted && !never_halts -> never_halts = true }
  od
}

active proctype Rest() {                /* when nothing can move any more */
  timeout;
#ifdef REACH
  assert(state[0] != succeeded || state[1] != succeeded);
#endif
  assert(!locked);                                                     /* no lock that nobody can end */
  assert(final(0) || (halted && state[0] == approved));
  assert(final(1) || (halted && state[1] == approved))
}

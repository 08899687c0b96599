/* Rounds of messages over MPI, for link.rs: what is a number in MPICH and a pointer in Open MPI never leaves this file. */

#include <limits.h>
#include <mpi.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Lengths and contents of messages have a communicator each: lengths of the next round may then travel before the contents of this
   one, and on each of the two all ranks begin in the same order. */
static MPI_Comm lengths, contents;
static int own, all;

/* A round: first every rank learns how long the messages are, then the messages go round. */
struct round {
    const void *message;
    unsigned long long length, *sizes;
    int *counts, *places;
    unsigned char *told;
    MPI_Request request;
    int has_lengths, is_done;
};

static void *room(size_t bytes) {
    void *place = malloc(bytes ? bytes : 1);
    if (place == NULL) {
        fprintf(stderr, "fubini-mpi: rank %d has no memory for messages of %zu bytes\n", own, bytes);
        MPI_Abort(MPI_COMM_WORLD, 2);
    }
    return place;
}

/* Joins the job; 0 if MPI has been ended before. Errors end the job, as is MPI's custom. */
int fubini_link_begin(void) {
    int before = 0, after = 0, level = 0;
    MPI_Finalized(&after);
    if (after) return 0;
    MPI_Initialized(&before);
    if (!before) MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &level);
    MPI_Comm_dup(MPI_COMM_WORLD, &lengths);
    MPI_Comm_dup(MPI_COMM_WORLD, &contents);
    MPI_Comm_rank(MPI_COMM_WORLD, &own);
    MPI_Comm_size(MPI_COMM_WORLD, &all);
    return 1;
}

int fubini_link_rank(void) { return own; }

int fubini_link_ranks(void) { return all; }

/* Begins a round; the message must stay where it is until the round is freed. */
struct round *fubini_link_send(const void *message, size_t length) {
    struct round *round = room(sizeof *round);
    *round = (struct round){.message = message, .length = length};
    round->sizes = room(sizeof *round->sizes * (size_t)all);
    MPI_Iallgather(&round->length, 1, MPI_UNSIGNED_LONG_LONG, round->sizes, 1, MPI_UNSIGNED_LONG_LONG, lengths, &round->request);
    return round;
}

static void send_contents(struct round *round) {
    unsigned long long total = 0;
    round->counts = room(sizeof *round->counts * (size_t)all);
    round->places = room(sizeof *round->places * (size_t)all);
    for (int rank = 0; rank < all; rank++) {
        round->counts[rank] = (int)round->sizes[rank];
        round->places[rank] = (int)total;
        total += round->sizes[rank];
        if (total > INT_MAX) {
            fprintf(stderr, "fubini-mpi: the messages of a round have more than 2 GiB\n");
            MPI_Abort(MPI_COMM_WORLD, 2);
        }
    }
    round->told = room(total);
    round->has_lengths = 1;
    MPI_Iallgatherv(round->message, (int)round->length, MPI_BYTE, round->told, round->counts, round->places, MPI_BYTE, contents,
                    &round->request);
}

/* Whether a round is complete. Only the oldest may be asked for. */
int fubini_link_test(struct round *round) {
    int is_there = 0;
    while (!round->is_done) {
        MPI_Test(&round->request, &is_there, MPI_STATUS_IGNORE);
        if (!is_there) return 0;
        if (round->has_lengths) round->is_done = 1; else send_contents(round);
    }
    return 1;
}

/* Waits for a round: awake at first, since others are about to be done; then with naps, so that threads and ranks that share the core
   get on. */
void fubini_link_wait(struct round *round) {
    const struct timespec nap = {.tv_nsec = 30000};
    for (int asked = 0; !fubini_link_test(round); asked++) {
        if (asked < 200) sched_yield(); else nanosleep(&nap, NULL);
    }
}

/* What a rank has told in a round that is complete. */
const unsigned char *fubini_link_told(const struct round *round, int rank, size_t *length) {
    *length = (size_t)round->counts[rank];
    return round->told + round->places[rank];
}

void fubini_link_free(struct round *round) {
    free(round->sizes);
    free(round->counts);
    free(round->places);
    free(round->told);
    free(round);
}

/* Ends all ranks of the job. */
void fubini_link_abort(int status) {
    int before = 0, after = 0;
    MPI_Initialized(&before);
    MPI_Finalized(&after);
    if (before && !after) MPI_Abort(MPI_COMM_WORLD, status);
}

/* Leaves the job, when all others do. */
void fubini_link_end(void) {
    MPI_Comm_free(&lengths);
    MPI_Comm_free(&contents);
    MPI_Finalize();
}

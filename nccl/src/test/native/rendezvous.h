/* What the ranks and the rendezvous of a unique id say to each other. */
#ifndef ORRERY_RENDEZVOUS_H
#define ORRERY_RENDEZVOUS_H

#include "communicator.h"

/* Sent to a rank; every rank's `struct member` follows when all have come. */
enum answer { ALL_HAVE_COME = 1, RANK_HAS_COME = 2 };

#endif

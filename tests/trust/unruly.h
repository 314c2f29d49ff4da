/* SPDX-License-Identifier: MIT */
/* A proxy that misbehaves by a seed: the same seed, the same mischief, connection by connection. */
#ifndef TESTS_TRUST_UNRULY_H
#define TESTS_TRUST_UNRULY_H

struct unruly;

/* Passes bytes on to 127.0.0.1 and the port, in a process of its own. Every other connection is
 * killed, reset, cut (its end comes early), throttled or delayed at a byte that the seed chooses.
 */
struct unruly *unruly_start(int port, unsigned seed);
int unruly_port(const struct unruly *proxy);
/* How many connections it took, and how many of them it ended. */
int unruly_connections(const struct unruly *proxy);
int unruly_ended(const struct unruly *proxy);
void unruly_stop(struct unruly *proxy);

/* The next number below that: repeatable, and good enough for mischief. */
unsigned unruly_draw(unsigned *state, unsigned below);

#endif

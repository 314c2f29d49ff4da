/* SPDX-License-Identifier: MIT */
/* A process that ends with the test that started it, whatever happens. */
#ifndef TESTS_SUPPORT_PROCESS_H
#define TESTS_SUPPORT_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

struct process;

struct process_options {
    const char *const *argv;
    const char *folder; /* its working folder, where its output goes to the file "output"; NULL: the
                           test's */
    bool piped;         /* process_line reads its standard output instead */
};

struct process *process_start(const struct process_options *options);
pid_t process_id(const struct process *process);

/* One line of a piped process's output, without its end; false at the end of it, or after ms
 * milliseconds. */
bool process_line(struct process *process, char *out, int size, int ms);

/* Waits until the port takes connections; false when the process ended. */
bool process_wait_port(struct process *process, int port);

/* SIGTERM, soon followed by SIGKILL; frees. NULL is fine. */
void process_stop(struct process *process);

/* Waits for it to end by itself, frees, and returns its status as waitpid gives it. */
int process_wait(struct process *process);

/* How a forked child ends that has used the library: by exit, so that coverage counts what it did;
 * by _exit where a sanitizer would look for what a child may well give up. */
_Noreturn void process_leave(int status);

/* mkdir of one path followed by another; bails out. */
void make_folder(const char *path, const char *more);

#endif

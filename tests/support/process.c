/* SPDX-License-Identifier: MIT */
#include "support/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/counts.h"
#include "support/patience.h"
#include "support/sockets.h"
#include "support/unwatched.h"
#include "tap.h"

struct process {
    pid_t id;
    int output; /* read end, or -1 */
    bool ended;
    int status;
};

static _Noreturn void child(const struct process_options *options, int output, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent || (options->folder != NULL && chdir(options->folder) != 0))
        _exit(126);
    if (output < 0)
        output = open("output", O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0644);
    dup2(output, STDOUT_FILENO);
    if (!options->piped)
        dup2(output, STDERR_FILENO);
    dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
    execv(options->argv[0], (char *const *)options->argv);
    _exit(127);
}

struct process *process_start(const struct process_options *options)
{
    struct process *process = calloc(1, sizeof *process);
    int ends[2] = {-1, -1};
    pid_t parent = getpid();

    if (process == NULL || (options->piped && pipe2(ends, O_CLOEXEC) != 0))
        bail_out("%s: no memory or no pipe", options->argv[0]);
    process->output = ends[0];
    process->id = fork();
    if (process->id < 0)
        bail_out("%s: no process: %s", options->argv[0], strerror(errno));
    if (process->id == 0)
        child(options, ends[1], parent);
    if (ends[1] >= 0)
        close(ends[1]);
    return process;
}

pid_t process_id(const struct process *process)
{
    return process->id;
}

bool process_line(struct process *process, char *out, int size, int ms)
{
    struct pollfd wait = {.fd = process->output, .events = POLLIN};
    int used = 0;
    char byte;

    while (poll(&wait, 1, ms) > 0 && read(process->output, &byte, 1) == 1) {
        if (byte == '\n') {
            out[used] = '\0';
            return true;
        }
        if (used + 1 < size)
            out[used++] = byte;
    }
    return false;
}

static bool has_ended(struct process *process)
{
    if (!process->ended)
        process->ended = waitpid(process->id, &process->status, WNOHANG) == process->id;
    return process->ended;
}

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
}

bool process_wait_port(struct process *process, int port)
{
    for (int waited = 0; waited < PATIENCE_MS && !has_ended(process); waited += 5) {
        if (port_answers(port))
            return true;
        nap();
    }
    return false;
}

void process_stop(struct process *process)
{
    if (process == NULL)
        return;
    if (!has_ended(process))
        kill(process->id, SIGTERM);
    for (int waited = 0; waited < 1000 && !has_ended(process); waited += 5)
        nap();
    if (!process->ended)
        kill(process->id, SIGKILL);
    process_wait(process);
}

int process_wait(struct process *process)
{
    int status;

    while (!process->ended && waitpid(process->id, &process->status, 0) < 0 && errno == EINTR)
        continue;
    status = process->status;
    if (process->output >= 0)
        close(process->output);
    free(process);
    return status;
}

_Noreturn void process_leave(int status)
{
    if (malloc_is_plain())
        exit(status);
    leave_unwatched(status);
}

void make_folder(const char *path, const char *more)
{
    char whole[300];

    snprintf(whole, sizeof whole, "%s%s", path, more);
    /* Servers started by root write in it under another name. */
    if (mkdir(whole, 0755) != 0 || chmod(whole, 0777) != 0)
        bail_out("cannot make %s: %s", whole, strerror(errno));
}

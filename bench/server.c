/* SPDX-License-Identifier: MIT */
/*
 * A server that costs next to nothing: fixed answers, blocking. It knows nothing of libhttp.
 *     server CERTIFICATE KEY
 * prints five ports, each a process of its own, and ends with its standard input:
 *     plain        one connection after the other
 *     tls          the same over TLS
 *     full         the same without tickets, so that no session is ever resumed
 *     crowd        as many connections at once as come
 *     crowd-tls    the same over TLS
 * It answers
 *     GET /k         eight fields and 1 KiB      GET /c/N/M     M chunks of N bytes
 *     GET /f/N       N fields                    GET /r         how many handshakes were resumed
 *     GET /d/N       N bytes                                    since the last time
 *     PUT            takes what comes
 */
#include "server.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROCESSES = 5 };

typedef void serve(int listener, SSL_CTX *context);

_Noreturn void server_fail(const char *why)
{
    perror(why);
    exit(1);
}

static void serve_in_turn(int listener, SSL_CTX *context)
{
    for (;;) {
        struct side s;

        if (!side_accept(&s, listener, context))
            continue;
        while (answer_one(&s))
            ;
        side_close(&s);
    }
}

static int listen_here(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (bind(listener, (struct sockaddr *)&a, sizeof a) < 0 || listen(listener, 4096) < 0 ||
        getsockname(listener, (struct sockaddr *)&a, &(socklen_t){sizeof a}) < 0)
        server_fail("listen");
    printf("%d ", ntohs(a.sin_port));
    return listener;
}

static SSL_CTX *tls_context(char **argv, size_t tickets)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());

    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_num_tickets(context, tickets);
    if (SSL_CTX_use_certificate_chain_file(context, argv[1]) == 1 &&
        SSL_CTX_use_PrivateKey_file(context, argv[2], SSL_FILETYPE_PEM) == 1)
        return context;
    fputs("no certificate\n", stderr);
    exit(1);
}

static pid_t start(serve *how, SSL_CTX *context)
{
    int listener = listen_here();
    pid_t child;

    fflush(stdout);
    child = fork();
    if (child == 0) {
        close(STDIN_FILENO);
        close(STDOUT_FILENO);
        how(listener, context);
    }
    SSL_CTX_free(context);
    close(listener);
    return child;
}

static void allow_many_descriptors(void)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
    pid_t children[PROCESSES];
    char byte;

    if (argc != 3)
        return 2;
    signal(SIGPIPE, SIG_IGN);
    allow_many_descriptors();
    answer_prepare();
    children[0] = start(serve_in_turn, NULL);
    children[1] = start(serve_in_turn, tls_context(argv, 2));
    children[2] = start(serve_in_turn, tls_context(argv, 0));
    children[3] = start(crowd_serve, NULL);
    children[4] = start(crowd_serve, tls_context(argv, 2));
    puts("");
    fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    for (int i = 0; i < PROCESSES; i++) {
        kill(children[i], SIGKILL);
        waitpid(children[i], NULL, 0);
    }
    return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * many-floor COUNT ROUNDS PORT: what examples/many does, by a raw epoll loop: as many sockets, a
 * fixed request, a known number of bytes, nothing parsed. It prints what that one does.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct side {
    int fd;
    int left; /* rounds */
    long got; /* of an answer */
};

static char request[256];
static size_t request_length;
static long answer_length; /* from the first on */

_Noreturn static void fail(const char *why)
{
    perror(why);
    exit(1);
}

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void ask(const struct side *s)
{
    if (send(s->fd, request, request_length, 0) != (ssize_t)request_length)
        fail("send");
}

static void open_side(struct side *s, int epoll, int rounds, int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons((uint16_t)port),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = s};

    *s = (struct side){.fd = socket(AF_INET, SOCK_STREAM, 0), .left = rounds};
    if (connect(s->fd, (struct sockaddr *)&a, sizeof a) < 0 ||
        fcntl(s->fd, F_SETFL, O_NONBLOCK) < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, s->fd, &event) < 0)
        fail("connect");
    ask(s);
}

static long length_of(const char *first, ssize_t got)
{
    const char *end = memmem(first, (size_t)got, "\r\n\r\n", 4);
    const char *length = memmem(first, (size_t)got, "Content-Length: ", 16);

    if (!end || !length)
        fail("no length");
    return end + 4 - first + strtol(length + 16, NULL, 10);
}

/* True where an answer is whole. */
static int receive(struct side *s)
{
    char room[16896];
    ssize_t n = recv(s->fd, room, sizeof room, 0);

    if (n <= 0)
        fail("recv");
    if (answer_length == 0)
        answer_length = length_of(room, n);
    s->got += n;
    if (s->got < answer_length)
        return 0;
    s->got = 0;
    return 1;
}

/* Until so many answers have come. */
static void loop(int epoll, long answers)
{
    struct epoll_event events[256];

    while (answers > 0) {
        int ready = epoll_wait(epoll, events, 256, -1);

        for (int i = 0; i < ready; i++) {
            struct side *s = events[i].data.ptr;

            if (!receive(s))
                continue;
            answers--;
            if (--s->left > 0)
                ask(s);
        }
    }
}

int main(int argc, char **argv)
{
    struct rlimit limit;
    struct side *sides;
    int count, rounds, epoll = epoll_create1(EPOLL_CLOEXEC);
    double begun;

    if (argc != 4)
        return 2;
    count = (int)strtol(argv[1], NULL, 10);
    rounds = (int)strtol(argv[2], NULL, 10);
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    request_length = (size_t)snprintf(request, sizeof request,
                                      "GET /k HTTP/1.1\r\nHost: 127.0.0.1:%s\r\n"
                                      "Accept-Encoding: identity\r\n\r\n",
                                      argv[3]);
    sides = calloc((size_t)count, sizeof *sides);
    if (!sides)
        fail("calloc");
    for (int i = 0; i < count; i++)
        open_side(&sides[i], epoll, 1, (int)strtol(argv[3], NULL, 10));
    loop(epoll, count);
    begun = seconds();
    for (int i = 0; i < count; i++) {
        sides[i].left = rounds;
        ask(&sides[i]);
    }
    loop(epoll, (long)count * rounds);
    printf("%d connections, %ld pages each, %.6f s\n", count, (long)rounds, seconds() - begun);
    free(sides);
    return 0;
}

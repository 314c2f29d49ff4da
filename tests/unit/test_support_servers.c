/* SPDX-License-Identifier: MIT */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/certs.h"
#include "support/servers.h"
#include "support/sockets.h"
#include "tap.h"

/* The whole answer to one request, then the connection is closed. */
static const char *ask(int port, const char *request)
{
    static char answer[100000];
    size_t used = 0;
    ssize_t got;
    int fd = connect_loopback(port);

    if (send(fd, request, strlen(request), MSG_NOSIGNAL) < 0)
        return "";
    while (used < sizeof answer - 1 &&
           (got = recv(fd, answer + used, sizeof answer - 1 - used, 0)) > 0)
        used += (size_t)got;
    answer[used] = '\0';
    close(fd);
    return answer;
}

static void check_nginx(int port)
{
    contains(ask(port, "GET /index.html HTTP/1.0\r\n\r\n"), "\r\n\r\nHello from nginx\n",
             "nginx answers");
    contains(ask(port, "GET /chunked HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
             "Transfer-Encoding: chunked", "a chunked page");
    contains(ask(port, "GET /nowhere HTTP/1.0\r\n\r\n"), " 404 ", "a page that isn't there");
    contains(ask(port, "PUT /upload/x HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi"), " 201 ",
             "an upload");
    contains(ask(port, "GET /headers HTTP/1.0\r\nX-Test: 7\r\n\r\n"), "x=7\n", "what it saw");
    contains(ask(port, "HEAD /big HTTP/1.0\r\n\r\n"), "Content-Length: 10000000\r\n", "a big file");
}

static void check_tinyproxy(int target)
{
    struct server *open = tinyproxy_start(NULL, NULL);
    struct server *locked = tinyproxy_start("user", "secret");
    char request[200];

    snprintf(request, sizeof request,
             "CONNECT 127.0.0.1:%d HTTP/1.0\r\n\r\nGET /index.html HTTP/1.0\r\n\r\n", target);
    contains(ask(tinyproxy_port(open), request), "Hello from nginx", "a tunnel to any port");
    contains(ask(tinyproxy_port(locked), request), " 407 ", "a tunnel without credentials");
    snprintf(request, sizeof request,
             "CONNECT 127.0.0.1:%d HTTP/1.0\r\nProxy-Authorization: Basic dXNlcjpzZWNyZXQ=\r\n\r\n"
             "GET /index.html HTTP/1.0\r\n\r\n",
             target);
    contains(ask(tinyproxy_port(locked), request), "Hello from nginx", "and with them");
    server_stop(open);
    server_stop(locked);
}

static void check_full_backlogs(void)
{
    const char *path;
    int port;
    struct full_backlog *tcp = full_backlog_tcp(&port);
    struct full_backlog *local = full_backlog_unix(&path);

    ok(tcp != NULL && port > 0, "a full backlog over TCP");
    is(access(path, F_OK), 0, "and on a path");
    full_backlog_accept(local);
    full_backlog_free(tcp);
    full_backlog_free(local);
}

/* -1: another one has it; -2: it can't be listened on. */
static int take(int port, int reuse)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int result;

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
    result = bind(fd, (struct sockaddr *)&to, sizeof to) != 0 ? -1 : listen(fd, 1) != 0 ? -2 : 0;
    close(fd);
    return result;
}

static void check_reserved(void)
{
    int port, fd = reserve_port(&port);

    is(take(port, 0), -1, "a reserved port is given to nobody");
    is(take(port, 1), 0, "but to a server that was told of it");
    close(fd);
    is(take(port, 0), 0, "and to anybody afterwards");
}

int main(void)
{
    struct cert *leaf = cert_make_local(cert_make_ca("ca"));
    struct server *nginx = nginx_start(&(struct nginx_options){
        .certificate = cert_file(leaf),
        .key = cert_key_file(leaf),
    });
    char *log;

    check_reserved();
    check_nginx(nginx_port(nginx));
    ok(port_answers(nginx_tls12_port(nginx)), "nginx listens for TLS 1.2");
    ok(port_answers(nginx_tls13_port(nginx)), "nginx listens for TLS 1.3");
    check_tinyproxy(nginx_port(nginx));
    log = server_log(nginx);
    contains(log, "GET /headers", "the log can be read");
    free(log);
    server_stop(nginx);
    ok(!port_answers(closed_port()), "a closed port refuses");
    check_full_backlogs();
    return done_testing();
}

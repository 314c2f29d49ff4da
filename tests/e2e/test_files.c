/* SPDX-License-Identifier: MIT */
/* Request bodies from a descriptor: files, pipes, /proc. */
#include <errno.h>
#include <fcntl.h>
#include <libhttp/http.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/modes.h"
#include "support/patience.h"
#include "support/syscalls.h"
#include "support/tempdir.h"
#include "tap.h"

enum { JUNK = 1000, SIZE = 2500000 };

#define START   "PUT / HTTP/1.1\r\nHost: h.example\r\nAccept-Encoding: identity\r\n"
#define CREATED "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"

/* 5 GiB of nothing, in no memory, and ten bytes. */
#define HOLE ((off_t)5 << 30)

/* The pattern behind some bytes that are not to be sent. */
static char *pattern_file(void)
{
    static char data[JUNK + SIZE];

    memset(data, '!', JUNK);
    peer_fill(data + JUNK, 0, SIZE);
    return tempdir_write("pattern", data, sizeof data);
}

static int open_at(const char *path, off_t offset)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || lseek(fd, offset, SEEK_SET) != offset)
        bail_out("cannot open %s", path);
    return fd;
}

static void test_regular(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_EXPECT(START "Content-Length: 2500000\r\n\r\n"),
        PEER_DELAY(30),
        PEER_READ_FILL(SIZE),
        PEER_SEND(CREATED),
        PEER_EXPECT(START "Content-Length: 100\r\n\r\n"),
        PEER_READ_FILL(100),
        PEER_SEND(CREATED),
        PEER_EXPECT(START "Content-Length: 40000\r\n\r\n"),
        PEER_READ_FILL(40000),
        PEER_SEND(CREATED),
        PEER_EXPECT(START "Content-Length: 0\r\n\r\n"),
        PEER_SEND(CREATED),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    char *path = pattern_file();
    int fd = open_at(path, JUNK);

    is(client_request_fd(k, "PUT", "/", NULL, fd, LIBHTTP_LENGTH_UNKNOWN), LIBHTTP_OK,
       "C-46 C-130 what is left from a file's offset, %s", k->name);
    is(lseek(fd, 0, SEEK_CUR), JUNK + SIZE, "C-46 the offset has moved on, %s", k->name);
    client_answer(k, 201, "", "C-46 a large file");
    lseek(fd, JUNK, SEEK_SET);
    is(client_request_fd(k, "PUT", "/", NULL, fd, 100), LIBHTTP_OK, "C-46 a part of it, %s",
       k->name);
    is(lseek(fd, 0, SEEK_CUR), JUNK + 100, "C-46 and no more was taken, %s", k->name);
    client_answer(k, 201, "", "C-46 a small part");
    lseek(fd, JUNK, SEEK_SET);
    is(client_request_fd(k, "PUT", "/", NULL, fd, 40000), LIBHTTP_OK, "C-46 a larger part, %s",
       k->name);
    client_answer(k, 201, "", "C-46 a larger part");
    lseek(fd, 0, SEEK_END);
    is(client_request_fd(k, "PUT", "/", NULL, fd, LIBHTTP_LENGTH_UNKNOWN), LIBHTTP_OK,
       "C-46 nothing is left of it, %s", k->name);
    client_answer(k, 201, "", "C-46 an empty body then");
    close(fd);
    free(path);
    client_free(k);
    peer_finish(peer, "C-46 exact bytes, %s", drive_mode_name(mode));
}

static void test_empty_file(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_EXPECT(START "Content-Length: 0\r\n\r\n"),
        PEER_SEND(CREATED),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    char *path = tempdir_write("empty", "", 0);
    int fd = open_at(path, 0);

    is(client_request_fd(k, "PUT", "/", NULL, fd, LIBHTTP_LENGTH_UNKNOWN), LIBHTTP_OK,
       "C-46 an empty file, %s", k->name);
    client_answer(k, 201, "", "C-46 is known to be empty");
    close(fd);
    free(path);
    client_free(k);
    peer_finish(peer, "C-46 exact bytes, %s", drive_mode_name(mode));
}

static void test_proc(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_EXPECT(START "Transfer-Encoding: chunked\r\n\r\n"),
        PEER_READ_HEAD,
        PEER_SEND(CREATED),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    char content[4000] = "", want[4200];
    int fd = open_at("/proc/version", 0);
    ssize_t length = read(fd, content, sizeof content - 1);
    size_t got;

    lseek(fd, 0, SEEK_SET);
    is(client_request_fd(k, "PUT", "/", NULL, fd, LIBHTTP_LENGTH_UNKNOWN), LIBHTTP_OK,
       "C-46 a file that says it has size 0 is read first, %s", k->name);
    client_answer(k, 201, "", "C-46 a file under /proc");
    snprintf(want, sizeof want, START "Transfer-Encoding: chunked\r\n\r\n%zx\r\n%s\r\n0\r\n\r\n",
             (size_t)length, content);
    is_str(peer_received(peer, &got), want, "C-46 its bytes in a chunk, %s", k->name);
    close(fd);
    client_free(k);
    peer_finish(peer, "C-46 the peer's side, %s", drive_mode_name(mode));
}

/* Until the pipe's reader has taken all; it is given a moment more, to wait for the next. */
static void let_read(int fd)
{
    int unread = 1;

    for (int i = 0; i < 10000 && ioctl(fd, FIONREAD, &unread) == 0 && unread > 0; i++)
        usleep(1000);
    usleep(30000);
}

/* A child that writes the pieces, the second when the first has been read. */
static int slow_pipe(const char *first, const char *second, pid_t *ret_pid)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0)
        bail_out("no pipe");
    *ret_pid = fork();
    if (*ret_pid == 0) {
        bool well = write(ends[1], first, strlen(first)) > 0;

        let_read(ends[0]);
        well = well && write(ends[1], second, strlen(second)) > 0;
        let_read(ends[0]);
        _exit(!well);
    }
    close(ends[1]);
    return ends[0];
}

static void test_pipe(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_EXPECT(START
                    "Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n6\r\nsecond\r\n0\r\n\r\n"),
        PEER_SEND(CREATED),
        PEER_EXPECT(START "Content-Length: 5\r\n\r\nabcde"),
        PEER_SEND(CREATED),
        PEER_EXPECT(START "Content-Length: 4\r\n\r\nabcd"),
        PEER_SEND(CREATED),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_headers *headers;
    pid_t writer;
    int fd = slow_pipe("first", "second", &writer);

    is(client_request_fd(k, "PUT", "/", NULL, fd, LIBHTTP_LENGTH_UNKNOWN), LIBHTTP_OK,
       "C-46 C-130 a pipe of unknown length, %s", k->name);
    client_answer(k, 201, "", "C-46 is sent chunked");
    close(fd);
    waitpid(writer, NULL, 0);
    fd = slow_pipe("abc", "de", &writer);
    is(client_request_fd(k, "PUT", "/", NULL, fd, 5), LIBHTTP_OK, "C-130 a pipe with a length, %s",
       k->name);
    client_answer(k, 201, "", "C-130 is sent with it");
    close(fd);
    waitpid(writer, NULL, 0);
    libhttp_headers_new(&headers);
    libhttp_headers_add(headers, "Content-Length", -1, "4", -1);
    fd = slow_pipe("ab", "cd", &writer);
    is(client_request_fd(k, "PUT", "/", headers, fd, LIBHTTP_LENGTH_UNKNOWN), LIBHTTP_OK,
       "C-47 a pipe and the caller's Content-Length, %s", k->name);
    client_answer(k, 201, "", "C-47 wins over chunks");
    close(fd);
    waitpid(writer, NULL, 0);
    libhttp_headers_free(headers);
    client_free(k);
    peer_finish(peer, "C-46 C-47 exact bytes, %s", drive_mode_name(mode));
}

/* A pipe that holds this text and has ended. */
static int full_pipe(const char *text)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0 || write(ends[1], text, strlen(text)) < 0)
        bail_out("no pipe");
    close(ends[1]);
    return ends[0];
}

/* Never cut in silence, and the peer never has a whole request of it. */
static void check_longer(enum drive_mode mode, int fd, const char *declared, const char *what)
{
    struct peer *peer = client_peer((struct peer_step[]){PEER_WAIT_CLOSE, PEER_END});
    struct client *k = client_new(mode, peer, "h.example");
    libhttp_headers *headers = NULL;

    libhttp_headers_new(&headers);
    libhttp_headers_add(headers, "Content-Length", -1, declared, -1);
    client_failed(k, client_request_fd(k, "PUT", "/", headers, fd, LIBHTTP_LENGTH_UNKNOWN),
                  LIBHTTP_E_BODY_LENGTH, "C-47 %s longer than declared", what);
    is(libhttp_connection_is_open(k->c), 0, "C-47 the connection is closed, %s", k->name);
    ok(!strstr(peer_received(peer, NULL), "abcd"), "C-47 nothing of the body left");
    close(fd);
    libhttp_headers_free(headers);
    client_free(k);
    peer_kill(peer);
}

static void test_longer(enum drive_mode mode)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0 ||
        write(ends[1], "abcdefgh", 8) != 8)
        bail_out("no sockets");
    check_longer(mode, ends[0], "4", "a socket");
    close(ends[1]);
    check_longer(mode, full_pipe("abcde"), "4", "a pipe");
    check_longer(mode, open_at("/proc/version", 0), "4", "a file under /proc");
    check_longer(mode, open_at("/proc/version", 0), "0", "one of which nothing is to be sent");
}

#define FIRST_PIECE START "Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n"

/* What a pipe has given leaves although it stays open: its writer waits for the peer. */
static void test_pipe_waits(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_EXPECT(FIRST_PIECE),
        PEER_EXPECT("6\r\nsecond\r\n0\r\n\r\n"),
        PEER_SEND(CREATED),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    int ends[2];
    pid_t writer;

    if (pipe2(ends, O_CLOEXEC) != 0)
        bail_out("no pipe");
    writer = fork();
    if (writer == 0) {
        bool well = write(ends[1], "first", 5) == 5 &&
                    peer_wait_received(peer, sizeof FIRST_PIECE - 1, PATIENCE_MS) &&
                    write(ends[1], "second", 6) == 6;

        _exit(!well);
    }
    close(ends[1]);
    client_ready(k);
    errno = EINTR; /* another call's, and long ago */
    is(client_request_fd(k, "PUT", "/", NULL, ends[0], LIBHTTP_LENGTH_UNKNOWN), LIBHTTP_OK,
       "C-130 a pipe whose writer waits for the peer, %s", k->name);
    client_answer(k, 201, "", "C-130 is sent as it comes");
    close(ends[0]);
    waitpid(writer, NULL, 0);
    client_free(k);
    peer_finish(peer, "C-130 piece by piece, %s", drive_mode_name(mode));
}

/* As much of a descriptor as the caller says, twice. */
static void test_parts(void)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_EXPECT(START "Content-Length: 6\r\n\r\nabcdef"),
        PEER_SEND(CREATED),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(DRIVE_BLOCKING, peer, "h.example");
    int fd = full_pipe("abcdefgh");
    int64_t sent = 0;

    libhttp_connection_request_pieces(k->c, "PUT", -1, "/", -1, NULL, 6);
    is(libhttp_connection_send_fd(k->c, fd, 4, &sent), LIBHTTP_OK, "C-130 a part of a pipe");
    is(sent, 4, "C-130 all of that part");
    is(libhttp_connection_send_fd(k->c, fd, 2, &sent), LIBHTTP_OK, "C-130 and another");
    is(sent, 2, "C-130 as long as it should be");
    client_answer(k, 201, "", "C-130 the answer");
    close(fd);
    client_free(k);
    peer_finish(peer, "C-130 both parts");
}

/* One byte of several, and no more; it leaves with getresponse, where nothing else made it. */
static void test_one_byte(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_EXPECT(START "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"),
        PEER_SEND(CREATED),
        PEER_EXPECT(START "Content-Length: 1\r\n\r\nb"),
        PEER_SEND(CREATED),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    int fd = full_pipe("abc");
    int64_t sent = 0;

    client_ready(k);
    libhttp_connection_request_pieces(k->c, "PUT", -1, "/", -1, NULL, LIBHTTP_LENGTH_UNKNOWN);
    is(client_send_fd(k, fd, 1, &sent), LIBHTTP_OK, "C-130 one byte of a pipe, %s", k->name);
    is(sent, 1, "C-130 exactly one");
    is(client_finish(k, NULL), LIBHTTP_OK, "C-130 which is all, %s", k->name);
    client_answer(k, 201, "", "C-130 a chunk of one byte");
    libhttp_connection_request_pieces(k->c, "PUT", -1, "/", -1, NULL, 1);
    client_flush(k);
    is(client_send_fd(k, fd, 1, &sent), LIBHTTP_OK, "C-130 the next byte, %s", k->name);
    is(sent, 1, "C-130 and no other");
    client_answer(k, 201, "", "C-130 a length of one byte, not flushed");
    close(fd);
    client_free(k);
    peer_finish(peer, "C-130 both bytes, %s", drive_mode_name(mode));
}

static void test_ends_early(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_EXPECT(START "Content-Length: 50000\r\n\r\n"),
        PEER_READ_FILL(30000),
        PEER_EXPECT_CLOSE,
        PEER_ACCEPT,
        PEER_READ_HEAD,
        PEER_SEND(CREATED),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    static char data[30000];
    char *path;
    int fd;

    peer_fill(data, 0, sizeof data);
    path = tempdir_write("short", data, sizeof data);
    fd = open_at(path, 0);
    client_failed(k, client_request_fd(k, "PUT", "/", NULL, fd, 50000), LIBHTTP_E_BODY_LENGTH,
                  "C-47 a file shorter than declared");
    close(fd);
    free(path);
    client_renew(k);
    client_get(k, "/", 201, "", "C-47 C-23 usable afterwards");
    client_free(k);
    peer_finish(peer, "C-47 the connection was not reused, %s", drive_mode_name(mode));
}

static void test_unreadable(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_SEND(CREATED),
        PEER_EXPECT_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    int folder = open(tempdir(), O_RDONLY | O_CLOEXEC);
    int output = open("/dev/null", O_WRONLY | O_CLOEXEC);

    client_failed(k, client_request_fd(k, "PUT", "/", NULL, folder, LIBHTTP_LENGTH_UNKNOWN),
                  LIBHTTP_E_UNIMPLEMENTED_FILE_MODE, "C-107 a folder is no body");
    client_failed(k, client_request_fd(k, "PUT", "/", NULL, output, LIBHTTP_LENGTH_UNKNOWN),
                  LIBHTTP_E_UNIMPLEMENTED_FILE_MODE, "C-107 nor what can't be read from");
    client_failed(k, client_request_fd(k, "PUT", "/", NULL, 987654, LIBHTTP_LENGTH_UNKNOWN),
                  LIBHTTP_E_UNIMPLEMENTED_FILE_MODE, "C-107 nor what isn't open");
    client_failed(k, client_request_fd(k, "PUT", "/", NULL, -1, LIBHTTP_LENGTH_UNKNOWN),
                  LIBHTTP_E_INVALID_ARGUMENT, "C-107 nor -1");
    close(folder);
    close(output);
    is(libhttp_connection_state(k->c), LIBHTTP_STATE_IDLE, "C-107 nothing is begun, %s", k->name);
    client_get(k, "/", 201, "", "C-107 usable afterwards");
    client_free(k);
    peer_finish(peer, "C-107 nothing was sent, %s", drive_mode_name(mode));
}

/* A piece of a body from what can't be read: why, and no request is left behind. */
static void check_piece(enum drive_mode mode, int fd, int32_t code, int os_error, const char *what)
{
    struct peer *peer = client_peer((struct peer_step[]){PEER_WAIT_CLOSE, PEER_END});
    struct client *k = client_new(mode, peer, "h.example");
    int64_t sent = 0;

    client_ready(k);
    libhttp_connection_request_pieces(k->c, "PUT", -1, "/", -1, NULL, 5);
    client_failed(k, client_send_fd(k, fd, 5, &sent), code, "C-107 a piece from %s", what);
    is(libhttp_connection_errno(k->c), os_error, "C-107 from %s: why, %s", what, k->name);
    is(libhttp_connection_state(k->c), LIBHTTP_STATE_IDLE, "C-23 idle again, %s", k->name);
    client_free(k);
    peer_kill(peer);
    if (fd < 1000)
        close(fd);
}

static void test_unreadable_piece(enum drive_mode mode)
{
    check_piece(mode, open(tempdir(), O_RDONLY | O_CLOEXEC), LIBHTTP_E_UNIMPLEMENTED_FILE_MODE,
                EISDIR, "a folder");
    check_piece(mode, open("/dev/null", O_WRONLY | O_CLOEXEC), LIBHTTP_E_UNIMPLEMENTED_FILE_MODE,
                EBADF, "what is only written to");
    check_piece(mode, 987654, LIBHTTP_E_UNIMPLEMENTED_FILE_MODE, EBADF, "what isn't open");
    check_piece(mode, eventfd(1, EFD_CLOEXEC), LIBHTTP_E_UNIMPLEMENTED_FILE_MODE, EINVAL,
                "what gives eight bytes or none");
    check_piece(mode, open("/proc/self/mem", O_RDONLY | O_CLOEXEC), LIBHTTP_E_OS, EIO,
                "memory that isn't there");
}

/* In a traced child. */
static void send_large(void *context)
{
    const struct peer *peer = context;
    struct client *k = client_new(DRIVE_BLOCKING, peer, "h.example");
    libhttp_response *r = NULL;
    char *path = pattern_file();
    int fd = open_at(path, JUNK);
    int32_t status;

    syscalls_begin();
    status = client_request_fd(k, "PUT", "/", NULL, fd, LIBHTTP_LENGTH_UNKNOWN);
    syscalls_end();
    if (status != LIBHTTP_OK || client_getresponse(k, &r) != LIBHTTP_OK)
        _exit(1);
    _exit(0);
}

static void test_kernel(void)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_READ_HEAD,
        PEER_READ_FILL(SIZE),
        PEER_SEND(CREATED),
        PEER_WAIT_CLOSE,
        PEER_END,
    });
    static struct syscalls calls;

    if (!syscalls_can_be_seen()) {
        skip("C-46 system calls can't be seen here");
        peer_kill(peer);
        return;
    }
    is(syscalls_of(send_large, peer, &calls), 0, "C-46 a large file goes out");
    ok(syscalls_count(&calls, SYS_sendfile) > 0, "C-46 sent by the kernel");
    ok(syscalls_count(&calls, SYS_read) <= 1, "C-46 at most a short rest of it is read");
    peer_finish(peer, "C-46 exact bytes by sendfile");
}

/* Sizes and offsets over 4 GiB: what is said, where sending begins, and what counts it. */
static void test_huge(enum drive_mode mode)
{
    struct peer *peer = client_peer((struct peer_step[]){
        PEER_EXPECT(START "Content-Length: 10\r\n\r\n0123456789"),
        PEER_SEND(CREATED),
        PEER_EXPECT(START "Content-Length: 5368709130\r\n\r\n"),
        PEER_SEND("HTTP/1.1 413 X\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno"),
        PEER_CLOSE,
        PEER_END,
    });
    struct client *k = client_new(mode, peer, "h.example");
    int file = memfd_create("huge", MFD_CLOEXEC);

    if (pwrite(file, "0123456789", 10, HOLE) != 10 || lseek(file, HOLE, SEEK_SET) != HOLE)
        bail_out("no huge file");
    is(client_request_fd(k, "PUT", "/", NULL, file, LIBHTTP_LENGTH_UNKNOWN), LIBHTTP_OK,
       "C-46 what is left behind 5 GiB, %s", k->name);
    client_answer(k, 201, "", "C-46 is sent");
    is(lseek(file, 0, SEEK_CUR), HOLE + 10, "C-46 the file's offset, %s", k->name);
    lseek(file, 0, SEEK_SET);
    is(client_request_fd(k, "PUT", "/", NULL, file, LIBHTTP_LENGTH_UNKNOWN), LIBHTTP_OK,
       "C-46 C-124 5 GiB, which nobody wants, %s", k->name);
    client_answer(k, 413, "no", "C-46 C-124 the length said is right");
    close(file);
    client_free(k);
    peer_finish(peer, "C-46 the peer's side, %s", drive_mode_name(mode));
}

int main(void)
{
    in_each_mode(test_regular);
    in_each_mode(test_empty_file);
    in_each_mode(test_proc);
    in_each_mode(test_pipe);
    in_each_mode(test_pipe_waits);
    in_each_mode(test_longer);
    in_each_mode(test_one_byte);
    in_each_mode(test_ends_early);
    in_each_mode(test_unreadable);
    in_each_mode(test_unreadable_piece);
    in_each_mode(test_huge);
    test_parts();
    test_kernel();
    return done_testing();
}

// SPDX-License-Identifier: MIT

package libhttp_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/textproto"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"libhttp.dev/go/libhttp"
)

// What net/http's users may rely on in a response: a reverse proxy does, and sends on what stands there.

// serveBytes answers the first request of connection i with answers[i], and then closes it, or, where
// there is something to send `behind`, keeps it.
func serveBytes(t *testing.T, answers []string, behind string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { listener.Close() })
	go func() {
		for _, answer := range answers {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			if request, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				io.Copy(io.Discard, request.Body)
			}
			io.WriteString(conn, answer)
			if behind == "" {
				conn.Close()
			} else {
				t.Cleanup(func() { conn.Close() })
				io.WriteString(conn, behind)
			}
		}
	}()
	return "http://" + listener.Addr().String() + "/"
}

// TestForwardedLength: the field that doesn't frame the body must not be sent on (RFC 9112 6.3).
func TestForwardedLength(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\n"
	for _, row := range []struct{ answer, want, header string }{
		{ok + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "hello", ""},
		{ok + "Transfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "hello", ""},
		{ok + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", "hello", "5"},
		{ok + "Content-Length: 5, 5\r\n\r\nhello", "hello", "5"},
		{ok + "Content-Length: 5\r\n\r\nhello", "hello", "5"},
	} {
		server := serveBytes(t, []string{row.answer, row.answer}, "")
		response, err := clientOf(t, &libhttp.Transport{}).Get(server)
		must(t, err)
		got := body(t, response)
		lengths := strings.Join(response.Header["Content-Length"], "|")
		check(t, got == row.want && lengths == row.header, "T-10 %q: %q, length %q", row.answer, got, lengths)

		u, _ := url.Parse(server)
		proxy := httputil.NewSingleHostReverseProxy(u)
		transport := &libhttp.Transport{}
		t.Cleanup(transport.CloseIdleConnections)
		proxy.Transport = transport
		response, err = http.Get(serve(t, proxy.ServeHTTP).URL)
		must(t, err)
		got = body(t, response)
		check(t, response.StatusCode == 200 && got == row.want, "T-10 %q through a proxy: %q", row.answer, got)
	}
}

// TestForwardedUpgrade: a 101 is sent on without "close", which would take it back.
func TestForwardedUpgrade(t *testing.T) {
	const answer = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"
	server := serveBytes(t, []string{answer + "at once"}, "")
	u, _ := url.Parse(server)
	proxy := httputil.NewSingleHostReverseProxy(u)
	proxy.Transport = &libhttp.Transport{}
	front := serve(t, proxy.ServeHTTP)
	conn, err := net.Dial("tcp", front.Listener.Addr().String())
	must(t, err)
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	io.WriteString(conn, "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
	reader := textproto.NewReader(bufio.NewReader(conn))
	line, err := reader.ReadLine()
	must(t, err)
	header, err := reader.ReadMIMEHeader()
	must(t, err)
	options := strings.Join(header["Connection"], ", ")
	check(t, strings.Contains(line, " 101 ") && options == "Upgrade", "C-125 %q, Connection: %q", line, options)
	rest, err := io.ReadAll(reader.R)
	must(t, err)
	check(t, string(rest) == "at once", "C-125 what came with the 101: %q", rest)
}

// waitUntilReadable waits until what the server has done has come to the socket.
func waitUntilReadable(fd int) {
	for {
		_, _, err := syscall.Recvfrom(fd, make([]byte, 1), syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		if err != syscall.EAGAIN {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// TestReuseLooks: in a pool the next request is somebody else's: a connection that was closed, or has
// something to say, isn't used again, however soon.
func TestReuseLooks(t *testing.T) {
	const kept = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
	for _, behind := range []string{"", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"} {
		for i := 0; i < 20; i++ {
			server := serveBytes(t, []string{kept + "ok", kept + "ok"}, behind)
			var used *libhttp.Connection
			client := clientOf(t, &libhttp.Transport{Prepare: func(c *libhttp.Connection) error {
				used = c
				return nil
			}})
			for n := 0; n < 2; n++ {
				response, err := client.Get(server)
				if err != nil {
					t.Fatalf("C-105 request %d: %v", n, err)
				}
				got := body(t, response)
				check(t, got == "ok", "T-15 request %d: %q", n, got)
				waitUntilReadable(used.FileNo())
			}
		}
	}
}

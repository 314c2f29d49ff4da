// SPDX-License-Identifier: MIT

package libhttp_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"libhttp.dev/go/libhttp"
)

func connect(t *testing.T, url string) *libhttp.Connection {
	t.Helper()
	c, err := libhttp.NewHTTPConnection(strings.TrimPrefix(url, "http://"))
	must(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

// listen calls talk for each connection, at the same time, and closes it then; it gives the address.
func listen(t *testing.T, talk func(*net.TCPConn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				talk(conn.(*net.TCPConn))
			}()
		}
	}()
	return listener.Addr().String()
}

// peer answers each connection with a text, whatever is asked, and closes.
func peer(t *testing.T, answer string) string {
	t.Helper()
	return listen(t, func(conn *net.TCPConn) {
		conn.Read(make([]byte, 65536))
		io.WriteString(conn, answer)
		conn.CloseWrite()
		io.Copy(io.Discard, conn)
	})
}

// The sessions of http.client's documentation.
func TestSessions(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case "POST":
			must(t, r.ParseForm())
			w.WriteHeader(http.StatusFound)
			fmt.Fprint(w, r.Form.Get("@type"))
		default:
			fmt.Fprint(w, strings.Repeat("line\n", 1000))
		}
	})
	c := connect(t, server.URL)
	must(t, c.Request("GET", "/index.html", nil, nil))
	response, err := c.GetResponse()
	must(t, err)
	check(t, response.Status == 200 && response.Reason == "OK" && response.Version == 11, "C-100 GET")
	data, err := response.ReadAll(1 << 20)
	must(t, err)
	check(t, len(data) == 5000, "C-87 the body: %d", len(data))

	must(t, c.Request("HEAD", "/index.html", nil, nil))
	response, err = c.GetResponse()
	must(t, err)
	rest, err := io.ReadAll(response)
	check(t, err == nil && len(rest) == 0 && response.IsComplete(), "C-75 HEAD has no body")

	form := libhttp.NewForm()
	must(t, form.Add("@number", "12524"))
	must(t, form.Add("@type", "issue"))
	must(t, form.Add("@action", "show"))
	check(t, form.String() == "%40number=12524&%40type=issue&%40action=show", "C-135 %s", form)
	header, err := libhttp.NewMessage(libhttp.Field{"Content-type", "application/x-www-form-urlencoded"},
		libhttp.Field{"Accept", "text/plain"})
	must(t, err)
	must(t, c.Request("POST", "/", header, strings.NewReader(form.String())))
	response, err = c.GetResponse()
	must(t, err)
	data, err = response.ReadAll(1 << 20)
	must(t, err)
	check(t, response.Status == 302 && string(data) == "issue", "C-135 POST: %d %s", response.Status, data)
	must(t, c.Close())
}

func TestReading(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "one\ntwo\x00\xff\n")
		w.(http.Flusher).Flush()
		io.WriteString(w, "three")
	})
	c := connect(t, server.URL)
	get := func() *libhttp.Response {
		must(t, c.Request("GET", "/", nil, nil))
		response, err := c.GetResponse()
		must(t, err)
		return response
	}
	whole := "one\ntwo\x00\xff\nthree"
	var buffer bytes.Buffer
	n, err := io.Copy(&buffer, get())
	check(t, err == nil && n == int64(len(whole)) && buffer.String() == whole, "io.Copy %q", &buffer)
	response := get()
	peeked, err := response.Peek()
	check(t, err == nil && strings.HasPrefix(whole, string(peeked)) && len(peeked) > 0, "C-91 peek")
	line := make([]byte, 100)
	for _, want := range []string{"one\n", "two\x00\xff\n", "three"} {
		n, err := response.ReadLine(line)
		check(t, err == nil && string(line[:n]) == want, "C-91 a line %q %v", line[:n], err)
	}
	_, err = response.Read(line)
	check(t, err == io.EOF, "C-96 the end")
	lines := bufio.NewScanner(get())
	count := 0
	for lines.Scan() {
		count++
	}
	check(t, count == 3 && lines.Err() == nil, "bufio.Scanner")
	response = get()
	_, err = response.ReadAll(3)
	check(t, errors.Is(err, libhttp.ErrTooLarge), "T-26 a maximum: %v", err)
	data, err := response.ReadAll(1000)
	check(t, err == nil && string(data) == whole, "nothing is lost by it: %q %v", data, err)
	response = get()
	must(t, response.Close())
	_, err = response.Read(line)
	check(t, errors.Is(err, libhttp.ErrClosed), "C-97 %v", err)
}

func TestSteps(t *testing.T) {
	server := serve(t, echo)
	c := connect(t, server.URL)
	must(t, c.PutRequest("PUT", "/", libhttp.SkipAcceptEncoding))
	check(t, c.State() == libhttp.StateRequestStarted, "C-15 the state")
	err := c.PutRequest("GET", "/")
	check(t, errors.Is(err, libhttp.ErrCannotSendRequest), "C-16 %v", err)
	check(t, errors.Is(err, libhttp.ErrImproperConnectionState), "C-107 its parent")
	check(t, errors.Is(err, libhttp.ErrHTTPException), "C-107 its root")
	err = c.PutHeader("X-Encoding", "a", "b\r\nc")
	check(t, errors.Is(err, libhttp.ErrInvalidArgument), "T-1 C-39 all of several values, or none: %v", err)
	must(t, c.PutHeader("Transfer-Encoding", "chunked"))
	must(t, c.EndHeadersChunked())
	for _, piece := range []string{"one ", "", "two"} {
		n, err := io.WriteString(c, piece)
		check(t, err == nil && n == len(piece), "C-130 send %v", err)
	}
	must(t, c.Finish(nil))
	response, err := c.GetResponse()
	must(t, err)
	data, err := response.ReadAll(100)
	check(t, err == nil && string(data) == "one two", "C-50 %q %v", data, err)
	check(t, response.GetHeader("x-encoding", "") == "chunked", "C-99 without case")
	check(t, response.GetHeader("x-none", "fallback") == "fallback", "C-99 a default")
	check(t, response.GetHeader("x-none", "a", "b") == "a, b", "C-139 a list of them")
	check(t, response.GetHeader("x-none") == "", "C-99 and none")
	check(t, c.BytesSent() > 0 && c.Times().Complete >= c.Times().FirstByte, "C-132 times")
	_, err = c.GetResponse()
	check(t, errors.Is(err, libhttp.ErrResponseNotReady), "C-18 %v", err)
	err = c.PutHeader("A", "b")
	check(t, errors.Is(err, libhttp.ErrCannotSendHeader), "C-17 %v", err)
}

func TestRequestBodies(t *testing.T) {
	server := serve(t, echo)
	c := connect(t, server.URL)
	large := bytes.Repeat([]byte("0\x00\xff3456789"), 500000)
	file, err := os.CreateTemp(t.TempDir(), "body")
	must(t, err)
	file.Write(large)
	file.Seek(0, io.SeekStart)
	reader, writer, err := os.Pipe()
	must(t, err)
	go func() {
		io.WriteString(writer, "through a pipe")
		writer.Close()
	}()
	for name, source := range map[string]struct {
		io.Reader
		want   []byte
		length string
	}{
		"C-45 bytes":     {bytes.NewReader(large), large, fmt.Sprint(len(large))},
		"C-45 empty":     {strings.NewReader(""), nil, "0"},
		"C-46 file":      {file, large, fmt.Sprint(len(large))},
		"C-46 pipe":      {reader, []byte("through a pipe"), "-1"},
		"C-130 a reader": {io.LimitReader(zeros{}, 300000), make([]byte, 300000), "-1"},
	} {
		must(t, c.Request("PUT", "/", nil, source.Reader))
		response, err := c.GetResponse()
		must(t, err)
		check(t, response.GetHeader("X-Length", "") == source.length, "%s: length", name)
		data, err := response.ReadAll(1 << 30)
		check(t, err == nil && bytes.Equal(data, source.want), "%s: the body", name)
	}
	err = c.Request("PUT", "/", nil, failing{})
	check(t, errors.Is(err, errFailing), "the reader's own error: %v", err)
	must(t, c.Request("GET", "/", nil, nil))
	_, err = c.GetResponse()
	check(t, err == nil, "C-23 usable afterwards: %v", err)
}

var errFailing = errors.New("failing")

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errFailing }

func TestErrors(t *testing.T) {
	var failure *libhttp.Error
	get := func(address string) error {
		c := connect(t, address)
		if err := c.Request("GET", "/", nil, nil); err != nil {
			return err
		}
		response, err := c.GetResponse()
		if err == nil {
			_, err = response.ReadAll(1000)
		}
		return err
	}
	err := get(peer(t, "nonsense\r\n\r\n"))
	check(t, errors.Is(err, libhttp.ErrBadStatusLine), "C-65 %v", err)
	check(t, errors.As(err, &failure) && strings.Contains(string(failure.Detail), "nonsense"), "C-65 its line")
	err = get(peer(t, "HTTP/9.1 200 OK\r\n\r\n"))
	check(t, errors.Is(err, libhttp.ErrUnknownProtocol), "C-67 %v", err)
	err = get(peer(t, ""))
	check(t, errors.Is(err, libhttp.ErrRemoteDisconnected) && errors.Is(err, libhttp.ErrBadStatusLine) &&
		errors.Is(err, syscall.ECONNRESET), "C-64 C-108 %v", err)
	err = get(peer(t, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"))
	check(t, errors.Is(err, libhttp.ErrIncompleteRead) && errors.As(err, &failure), "C-87 %v", err)
	check(t, string(failure.Partial) == "abc" && failure.Missing == 6, "C-87 %q %d", failure.Partial, failure.Missing)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	closed.Close()
	err = get(closed.Addr().String())
	check(t, errors.Is(err, syscall.ECONNREFUSED), "C-108 %v", err)
	for _, host := range []string{"h:", "h:x", "user@h", "http://h", "h\x01", "h\x00", "h h", "h:99999"} {
		_, err := libhttp.NewHTTPConnection(host)
		check(t, errors.Is(err, libhttp.ErrInvalidURL), "C-2 C-7 T-6 %q: %v", host, err)
	}
	for _, code := range libhttp.Codes() {
		check(t, code.Name() != "" && code.Error() != "", "C-107 %d has a name and a sentence", code)
		check(t, code.Parent() == 0 || errors.Is(code, code.Parent()), "C-107 %s is its parent", code.Name())
	}
}

func TestWaiting(t *testing.T) {
	hang := make(chan struct{})
	defer close(hang)
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			<-hang
		}
	})
	c := connect(t, server.URL)
	wait := func() error {
		if err := c.Request("GET", "/hang", nil, nil); err != nil {
			return err
		}
		_, err := c.GetResponse()
		return err
	}
	must(t, c.SetIdleTimeout(30*time.Millisecond))
	err := wait()
	check(t, errors.Is(err, libhttp.ErrTimeout) && errors.Is(err, os.ErrDeadlineExceeded), "C-120 idle: %v", err)
	must(t, c.SetIdleTimeout(time.Minute))
	must(t, c.SetTotalTimeout(30*time.Millisecond))
	check(t, errors.Is(wait(), libhttp.ErrTimeout), "C-120 total")
	must(t, c.SetTotalTimeout(-1))
	check(t, c.TotalTimeout() == -1 && c.IdleTimeout() == time.Minute, "C-8 the getters")
	check(t, c.SetTimeout(0) != nil, "C-8 0 is an error")

	time.AfterFunc(30*time.Millisecond, func() { c.Cancel() })
	check(t, errors.Is(wait(), libhttp.ErrCancelled), "C-121 cancelled")
	check(t, c.Cancelled() && errors.Is(wait(), libhttp.ErrCancelled), "C-121 it lasts")
	must(t, c.CancelReset())

	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	must(t, c.SetContext(ctx))
	err = wait()
	var netError net.Error
	check(t, errors.Is(err, context.DeadlineExceeded), "C-121 a context: %v", err)
	check(t, errors.As(err, &netError) && netError.Timeout(), "C-120 its Timeout()")
	must(t, c.SetContext(nil))
	must(t, c.CancelReset())

	must(t, c.Request("GET", "/hang", nil, nil))
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		for c.Trim() == nil { // nobody is in a call
			time.Sleep(time.Millisecond)
		}
		c.Close()
	}()
	_, err = c.GetResponse()
	for errors.Is(err, libhttp.ErrState) { // Trim was faster
		_, err = c.GetResponse()
	}
	check(t, errors.Is(err, libhttp.ErrCancelled), "C-26 closed by another goroutine: %v", err)
	<-closed
	must(t, c.Request("GET", "/", nil, nil))
	_, err = c.GetResponse()
	check(t, err == nil, "C-23 usable afterwards: %v", err)
}

func TestMisuse(t *testing.T) {
	var c *libhttp.Connection
	check(t, c.Request("GET", "/", nil, nil) != nil && c.Close() == nil, "nil")
	check(t, new(libhttp.Connection).Connect() != nil, "not made by New")
	_, err := new(libhttp.Response).Read(make([]byte, 1))
	check(t, err != nil, "a response of nobody's")
	check(t, new(libhttp.TLSConfig).SetCAFile("x") != nil, "a configuration of nobody's")
	server := serve(t, echo)
	c = connect(t, server.URL)
	var group sync.WaitGroup
	for i := 0; i < 8; i++ { // one at a time: the others get errors, and nothing breaks
		group.Add(1)
		go func() {
			defer group.Done()
			for k := 0; k < 50; k++ {
				c.Request("GET", "/", nil, nil)
				if r, err := c.GetResponse(); err == nil {
					r.Read(make([]byte, 10))
					r.Close()
				}
				if k%10 == 0 {
					c.Close()
				}
			}
		}()
	}
	group.Wait()
	must(t, c.Close())
	must(t, c.Request("GET", "/", nil, nil))
	_, err = c.GetResponse()
	check(t, err == nil, "C-23 usable afterwards: %v", err)
}

// The collector frees in any order.
func TestCollect(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) { w.Write(make([]byte, 100000)) })
	before := descriptors(t)
	for i := 0; i < 200; i++ {
		c, err := libhttp.NewHTTPConnection(strings.TrimPrefix(server.URL, "http://"))
		must(t, err)
		must(t, c.Request("GET", "/", nil, nil))
		response, err := c.GetResponse()
		must(t, err)
		header := response.Header()
		if i%10 == 0 {
			c, response = nil, nil
			runtime.GC()
			check(t, header.Get("date") != "", "a header keeps its response")
		}
	}
	eventually(t, "as few descriptors as before", func() bool {
		runtime.GC()
		return descriptors(t) <= before+20
	})
}

func descriptors(t *testing.T) int {
	entries, err := os.ReadDir("/proc/self/fd")
	must(t, err)
	return len(entries)
}

func TestMessages(t *testing.T) {
	m, err := libhttp.NewMessage(libhttp.Field{"Set-Cookie", "a"}, libhttp.Field{"X", "1"},
		libhttp.Field{"set-cookie", "b"})
	must(t, err)
	check(t, m.Len() == 3 && m.Has("x") && !m.Has("y"), "C-100")
	check(t, m.Get("SET-COOKIE") == "a, b" && len(m.Values("Set-Cookie")) == 2, "C-99 joined, and one by one")
	check(t, strings.Join(m.Keys(), " ") == "Set-Cookie X set-cookie", "C-73 the order")
	must(t, m.Set("x", "2"))
	must(t, m.Del("set-cookie"))
	check(t, m.Len() == 1 && m.Field(0).Value == "2" && m.GetOr("y", "z") == "z", "set and delete")
	for _, value := range []string{"a\r\nb", "a\x00b", "a\nb"} {
		check(t, errors.Is(m.Add("X", value), libhttp.ErrInvalidArgument), "T-1 T-6 %q", value)
	}
	must(t, m.Add("Raw", "\x80\xff"))
	check(t, m.Get("raw") == "\x80\xff", "C-42 bytes are bytes")
	copied := m.Copy()
	must(t, m.Clear())
	check(t, copied.Len() == 2 && m.Len() == 0, "a copy is one")
	must(t, m.Add("Content-Type", `text/HTML; charset="UTF-8"; x=y`))
	media, err := m.Media("content-type")
	must(t, err)
	x, found := media.Parameter("X")
	check(t, media.Type == "text/html" && media.Charset == "utf-8" && x == "y" && found, "C-134 %+v", media)
}

func TestTexts(t *testing.T) {
	quoted, err := libhttp.Quote("a b/\x00\xff", "/")
	check(t, err == nil && quoted == "a%20b/%00%FF", "C-135 %q", quoted)
	plain, err := libhttp.UnquotePlus("a+b%00%ff")
	check(t, err == nil && plain == "a b\x00\xff", "C-135 %q", plain)
	u, err := libhttp.ParseURL("https://[::1]:/a?b#c")
	check(t, err == nil && u.Host == "::1" && u.Port == 443 && u.Target == "/a?b" && u.TLS, "C-133 %+v", u)
	_, err = libhttp.ParseURL("http://a@b/")
	check(t, errors.Is(err, libhttp.ErrInvalidURL), "T-7 %v", err)
	u, err = libhttp.ParseURLWithUser("http://a:b@c/")
	check(t, err == nil && u.User == "a" && u.Password == "b", "C-133 %+v", u)
	check(t, libhttp.StatusText(404) == "Not Found" && libhttp.StatusName(404) == "NOT_FOUND", "C-110")
	check(t, len(libhttp.Statuses()) >= 62 && libhttp.Version() != "" && libhttp.TLSLibrary() != "", "C-110 C-137")
	value, found := libhttp.Constant("LIBHTTP_AGAIN")
	check(t, found && value == 1 && libhttp.Constants()["LIBHTTP_AGAIN"] == 1, "C-110 constants")
}

// Carried mode: the bytes go over a net.Pipe.
func TestCarried(t *testing.T) {
	c, err := libhttp.NewHTTPConnection("h.example")
	must(t, err)
	must(t, c.SetCarried())
	must(t, c.Request("GET", "/", nil, nil))
	_, err = c.GetResponse()
	check(t, errors.Is(err, libhttp.ErrAgain), "C-127 it can't go on: %v", err)
	sent, err := c.Take()
	must(t, err)
	check(t, strings.HasPrefix(string(sent), "GET / HTTP/1.1\r\nHost: h.example\r\n"), "C-127 %q", sent)
	must(t, c.Took(len(sent)))
	n, err := c.Feed([]byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
	check(t, err == nil && n > 0, "C-127 fed")
	response, err := c.GetResponse()
	must(t, err)
	data, err := response.ReadAll(10)
	check(t, err == nil && string(data) == "ok", "C-127 %q", data)
}

func TestDebug(t *testing.T) {
	c := connect(t, serve(t, echo).URL)
	must(t, c.SetDebugLevel(1))
	must(t, c.SetDebugFD(-1))
	header, _ := libhttp.NewMessage(libhttp.Field{"Authorization", "Basic secret"})
	must(t, c.Request("GET", "/", header, nil))
	_, err := c.GetResponse()
	must(t, err)
	lines, err := c.DebugTake()
	check(t, err == nil && strings.Contains(lines, "send:") && strings.Contains(lines, "reply:"), "C-106 %q", lines)
	check(t, !strings.Contains(lines, "secret"), "T-53 masked")
}

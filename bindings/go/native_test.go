// SPDX-License-Identifier: MIT

package libhttp_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"sort"
	"strings"
	"sync"
	"testing"

	"libhttp.dev/go/libhttp"
)

// A scenario is played with net/http's own Transport and with ours; both must say the same.
type scenario struct {
	name string
	play func(t *testing.T, client *http.Client, server string) string
}

// wild does what a request's path says.
func wild(w http.ResponseWriter, r *http.Request) {
	path, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if r.Method == http.MethodConnect {
		path, rest = "connect", r.RequestURI
	}
	switch path {
	case "status":
		var status int
		fmt.Sscan(rest, &status)
		w.WriteHeader(status)
	case "redirect":
		var status int
		fmt.Sscan(rest, &status)
		http.Redirect(w, r, "/echo?"+r.URL.RawQuery, status)
	case "cookie":
		http.SetCookie(w, &http.Cookie{Name: "seen", Value: rest, Path: "/"})
		cookie, _ := r.Cookie("seen")
		fmt.Fprint(w, cookie)
	case "raw":
		conn, _, _ := w.(http.Hijacker).Hijack()
		io.WriteString(conn, r.URL.Query().Get("answer"))
		conn.Close()
	case "hints":
		w.Header().Set("Link", "</a>")
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusProcessing)
		fmt.Fprint(w, "hinted")
	case "trailers":
		w.Header().Set("Trailer", "X-One, X-Two")
		fmt.Fprint(w, "body")
		w.(http.Flusher).Flush()
		w.Header().Set("X-One", "1")
		w.Header().Set("X-Two", "2")
		w.Header().Set(http.TrailerPrefix+"X-Three", "3")
	case "hang":
		<-r.Context().Done()
	case "connect":
		if rest != "there.example:443" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		conn, buffer, _ := w.(http.Hijacker).Hijack()
		io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
		line, _ := buffer.ReadString('\n')
		io.WriteString(conn, fmt.Sprint(r.ContentLength, r.TransferEncoding, strings.ToUpper(line)))
		conn.Close()
	case "upgrade":
		conn, buffer, _ := w.(http.Hijacker).Hijack()
		io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\nhi:")
		line, _ := buffer.ReadString('\n')
		io.WriteString(conn, strings.ToUpper(line))
		conn.Close()
	default:
		data, err := io.ReadAll(r.Body)
		r.Header.Del("User-Agent")
		r.Header.Del("Accept-Encoding")
		fmt.Fprintf(w, "%s %s %s %s %v %d %v %v %q %v", r.Method, r.RequestURI, r.Host, r.Proto, fields(r.Header),
			r.ContentLength, r.TransferEncoding, fields(r.Trailer), data, err)
	}
}

// endsAfter is a reader that ends once something has happened.
type endsAfter struct{ event chan struct{} }

func (r endsAfter) Read([]byte) (int, error) {
	<-r.event
	return 0, io.EOF
}

// fields tells a header in order.
func fields(header http.Header) string {
	var lines []string
	for name, values := range header {
		if name != "Date" {
			lines = append(lines, fmt.Sprintf("%s=%q", name, values))
		}
	}
	sort.Strings(lines)
	return strings.Join(lines, " ")
}

// whole tells all there is to a response, or its error's kind.
func whole(response *http.Response, err error) string {
	if err != nil {
		return failure(err)
	}
	before := fields(response.Trailer)
	data, err := io.ReadAll(response.Body)
	again, atEnd := response.Body.Read(make([]byte, 1))
	closing := response.Body.Close()
	_, closed := response.Body.Read(make([]byte, 1))
	said := fmt.Sprintf("%s %s %d.%d {%s} length %d coded %v close %v {%s}{%s} %q",
		response.Status, response.Proto, response.ProtoMajor, response.ProtoMinor, fields(response.Header),
		response.ContentLength, response.TransferEncoding, response.Close, before, fields(response.Trailer), data)
	return said + fmt.Sprint(" ", failure(err), again, failure(atEnd), closing, closed != nil, response.Body == http.NoBody)
}

// failure tells what a program can ask an error.
func failure(err error) string {
	if err == nil {
		return "fine"
	}
	var netError net.Error
	timeout := errors.As(err, &netError) && netError.Timeout()
	return fmt.Sprint("failed ", errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, context.Canceled),
		errors.Is(err, context.DeadlineExceeded), timeout, errors.Is(err, errMine))
}

var errMine = errors.New("mine")

// counted tells whether a body was closed.
type counted struct {
	io.Reader
	mu     sync.Mutex
	closed int
}

func (c *counted) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed++
	return nil
}

func (c *counted) isClosed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed > 0
}

// failsAfter gives some bytes and then an error.
func failsAfter(data string) io.Reader {
	return io.MultiReader(strings.NewReader(data), readerFunc(func([]byte) (int, error) { return 0, errMine }))
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// asked sends a request that was changed before.
func asked(method, path string, body any, change func(*http.Request)) func(*testing.T, *http.Client, string) string {
	return func(t *testing.T, client *http.Client, server string) string {
		source, _ := body.(io.Reader) // only what can be read twice
		if data, ok := body.(string); ok {
			source = strings.NewReader(data)
		}
		request, err := http.NewRequest(method, server+path, source)
		must(t, err)
		if change != nil {
			change(request)
		}
		return whole(client.Do(request))
	}
}

func raw(answer string) string { return "/raw?answer=" + url.QueryEscape(answer) }

var scenarios = []scenario{
	{"GET", asked("GET", "/echo?a=b&c=%20d", nil, nil)},
	{"no method", asked("", "/echo", nil, nil)},
	{"HEAD", asked("HEAD", "/echo", nil, nil)},
	{"OPTIONS *", asked("OPTIONS", "", nil, func(r *http.Request) { r.URL.Opaque = "*" })},
	{"a method of one's own", asked("PURGE", "/echo", nil, nil)},
	{"an escaped path", asked("GET", "/echo/a%2Fb%20c/%C3%A9", nil, nil)},
	{"an empty query", asked("GET", "/echo?", nil, nil)},
	{"a fragment isn't sent", asked("GET", "/echo#there", nil, nil)},
	{"another Host", asked("GET", "/echo", nil, func(r *http.Request) { r.Host = "other.example:99" })},
	{"user information", asked("GET", "/echo", nil, func(r *http.Request) { r.URL.User = url.UserPassword("u", "p:q") })},
	{"several values", asked("GET", "/echo", nil, func(r *http.Request) { r.Header["X-Many"] = []string{"a", "b, c", ""} })},
	{"Request.Close", asked("GET", "/echo", nil, func(r *http.Request) { r.Close = true })},
	{"Connection: close", asked("GET", "/echo", nil, func(r *http.Request) { r.Header.Set("Connection", "close") })},
	{"POST of nothing", asked("POST", "/echo", nil, nil)},
	{"POST of NoBody", asked("POST", "/echo", http.NoBody, nil)},
	{"PATCH of nothing", asked("PATCH", "/echo", nil, nil)},
	{"DELETE with a body", asked("DELETE", "/echo", "gone", nil)},
	{"GET with a body", asked("GET", "/echo", "odd", nil)},
	{"Content-Length in Header doesn't count", asked("POST", "/echo", "abc",
		func(r *http.Request) { r.Header.Set("Content-Length", "99") })},
	{"chunked by TransferEncoding", asked("POST", "/echo", "abc",
		func(r *http.Request) { r.TransferEncoding = []string{"chunked"} })},
	{"a body of unknown length", asked("PUT", "/echo", nil, func(r *http.Request) {
		r.Body = io.NopCloser(io.LimitReader(zeros{}, 3))
	})},
	{"request trailers", asked("PUT", "/echo", "abc", func(r *http.Request) {
		r.ContentLength, r.Trailer = -1, http.Header{"X-Sum": {"6"}}
	})},
	{"Expect", asked("PUT", "/echo", "abc", func(r *http.Request) {
		r.Header.Set("Expect", "100-continue")
	})},
	{"Expect refused", asked("PUT", "/status/417", "abc", func(r *http.Request) {
		r.Header.Set("Expect", "100-continue")
	})},
	{"204", asked("GET", "/status/204", nil, nil)},
	{"304", asked("GET", "/status/304", nil, nil)},
	{"500", asked("GET", "/status/500", nil, nil)},
	{"1xx", asked("GET", "/hints", nil, nil)},
	{"trailers", asked("GET", "/trailers", nil, nil)},
	{"HEAD of trailers", asked("HEAD", "/trailers", nil, nil)},
	{"301", asked("GET", "/redirect/301?x=y", nil, nil)},
	{"302 of POST", asked("POST", "/redirect/302?x=y", "abc", nil)},
	{"303 of PUT", asked("PUT", "/redirect/303?x=y", "abc", nil)},
	{"307 of POST sends the body again", asked("POST", "/redirect/307?x=y", "abc", nil)},
	{"308 of PUT sends the body again", asked("PUT", "/redirect/308?x=y", strings.Repeat("z", 100000), nil)},
	{"307 of what can't be sent again", asked("POST", "/redirect/307", nil, func(r *http.Request) {
		r.Body, r.ContentLength = io.NopCloser(io.LimitReader(zeros{}, 3)), 3
	})},
	{"an answer before the reader tells its end", func(t *testing.T, client *http.Client, server string) string {
		answered := make(chan struct{})
		defer close(answered)
		body := io.MultiReader(strings.NewReader("abc"), endsAfter{answered})
		request, _ := http.NewRequest("POST", server+"/echo", body)
		request.ContentLength = 3
		return whole(client.Do(request))
	}},
	{"HTTP/1.0", asked("GET", raw("HTTP/1.0 200 Fine\r\nx-lower: a\r\nX-LOWER: b\r\n\r\nto the end"), nil, nil)},
	{"until close", asked("GET", raw("HTTP/1.1 200 OK\r\n\r\nto the end"), nil, nil)},
	{"no reason", asked("GET", raw("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n"), nil, nil)},
	{"Connection: close in the answer", asked("GET", raw("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na"), nil, nil)},
	{"Request.Close, the answer stays open", asked("GET", raw("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"), nil,
		func(r *http.Request) { r.Close = true })},
	{"Connection: close, the answer stays open", asked("GET", raw("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"), nil,
		func(r *http.Request) { r.Header.Set("Connection", "close") })},
	{"close for HTTP/1.0, until close", asked("GET", raw("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\na"), nil,
		func(r *http.Request) { r.Close = true })},
	{"chunks of nothing", asked("GET", raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), nil, nil)},
	{"nothing until close", asked("GET", raw("HTTP/1.1 200 OK\r\n\r\n"), nil, nil)},
	{"chunks with extensions", asked("GET", raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nX-T: 1\r\n\r\n"), nil, nil)},
	{"truncated", asked("GET", raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), nil, nil)},
	{"truncated chunks", asked("GET", raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"), nil, nil)},
	{"gzip of the server's own", asked("GET", raw("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"), nil, nil)},
	{"cookies", func(t *testing.T, client *http.Client, server string) string {
		client.Jar, _ = cookiejar.New(nil)
		first, err := client.Get(server + "/cookie/one")
		return whole(first, err) + whole(client.Get(server+"/cookie/two"))
	}},
	{"a form", func(t *testing.T, client *http.Client, server string) string {
		return whole(client.PostForm(server+"/echo", url.Values{"a b": {"1", "2"}}))
	}},
	{"files in a form", func(t *testing.T, client *http.Client, server string) string {
		reader, writer := io.Pipe()
		parts := multipart.NewWriter(writer)
		must(t, parts.SetBoundary("xyzzy"))
		go func() {
			part, _ := parts.CreateFormFile("file", "a.txt")
			io.WriteString(part, "content")
			writer.CloseWithError(parts.Close())
		}()
		return whole(client.Post(server+"/echo", parts.FormDataContentType(), reader))
	}},
	{"the reader of the body fails", func(t *testing.T, client *http.Client, server string) string {
		source := &counted{Reader: failsAfter("abc")}
		_, err := client.Post(server+"/echo", "", source)
		return failure(err) + fmt.Sprint(source.isClosed())
	}},
	{"the body is closed", func(t *testing.T, client *http.Client, server string) string {
		source := &counted{Reader: strings.NewReader("abc")}
		return whole(client.Post(server+"/echo", "", source)) + fmt.Sprint(source.isClosed())
	}},
	{"the body is closed where there is no server", func(t *testing.T, client *http.Client, server string) string {
		source := &counted{Reader: strings.NewReader("abc")}
		_, err := client.Post("http://127.0.0.1:1/", "", source)
		return failure(err) + fmt.Sprint(source.isClosed())
	}},
	{"the body is closed where the scheme is unknown", func(t *testing.T, client *http.Client, server string) string {
		source := &counted{Reader: strings.NewReader("abc")}
		_, err := client.Post("gopher://127.0.0.1/", "", source)
		return failure(err) + fmt.Sprint(source.isClosed())
	}},
	{"a context that is over before", func(t *testing.T, client *http.Client, server string) string {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		request, _ := http.NewRequestWithContext(ctx, "GET", server, nil)
		return whole(client.Do(request))
	}},
	{"a context that ends while the body is read", func(t *testing.T, client *http.Client, server string) string {
		ctx, cancel := context.WithCancel(context.Background())
		request, _ := http.NewRequestWithContext(ctx, "GET", server+"/echo", nil)
		response, err := client.Do(request)
		must(t, err)
		cancel()
		response.Body.Close()
		return whole(client.Get(server + "/echo"))
	}},
	{"Request.Cancel", func(t *testing.T, client *http.Client, server string) string {
		request, _ := http.NewRequest("GET", server+"/hang", nil)
		over := make(chan struct{})
		close(over)
		request.Cancel = over
		_, err := client.Do(request)
		return fmt.Sprint(err != nil)
	}},
	{"an upgrade", func(t *testing.T, client *http.Client, server string) string {
		request, _ := http.NewRequest("GET", server+"/upgrade", nil)
		request.Header.Set("Connection", "Upgrade")
		request.Header.Set("Upgrade", "shout")
		response, err := client.Do(request)
		must(t, err)
		both, ok := response.Body.(io.ReadWriteCloser)
		if !ok {
			return "no writer"
		}
		io.WriteString(both, "hear\n")
		data, err := io.ReadAll(both)
		return fmt.Sprint(response.Status, fields(response.Header), string(data), err, both.Close())
	}},
	{"CONNECT with a body", func(t *testing.T, client *http.Client, server string) string {
		reader, writer := io.Pipe()
		defer writer.Close()
		request, _ := http.NewRequest("CONNECT", server, reader)
		request.URL.Opaque = "there.example:443"
		response, err := client.Do(request)
		must(t, err)
		defer response.Body.Close()
		fmt.Fprint(writer, "hear\n")
		line, err := bufio.NewReader(response.Body).ReadString('\n')
		return fmt.Sprint(response.Status, response.ContentLength, response.TransferEncoding, line, err)
	}},
	{"CONNECT refused", func(t *testing.T, client *http.Client, server string) string {
		reader, writer := io.Pipe()
		defer writer.Close()
		request, _ := http.NewRequest("CONNECT", server, reader)
		request.URL.Opaque = "refused.example:443"
		return whole(client.Do(request))
	}},
	{"a trace", func(t *testing.T, client *http.Client, server string) string {
		var said []string
		say := func(words ...any) { said = append(said, fmt.Sprint(words...)) }
		trace := &httptrace.ClientTrace{
			GetConn:              func(string) { say("get") },
			ConnectStart:         func(network, address string) { say("connecting ", network, " ", address != "") },
			ConnectDone:          func(network, _ string, err error) { say("connected ", network, err) },
			WroteHeaders:         func() { say("head") },
			WroteRequest:         func(info httptrace.WroteRequestInfo) { say("wrote", info.Err) },
			GotFirstResponseByte: func() { say("first") },
			GotConn: func(info httptrace.GotConnInfo) {
				remote, local := info.Conn.RemoteAddr().(*net.TCPAddr), info.Conn.LocalAddr().(*net.TCPAddr)
				say("got ", info.Reused, info.WasIdle, "http://"+remote.String() == server, local.IP, local.Port > 0)
			},
		}
		ctx := httptrace.WithClientTrace(context.Background(), trace)
		for i := 0; i < 2; i++ {
			request, _ := http.NewRequestWithContext(ctx, "GET", server+"/echo", nil)
			response, err := client.Do(request)
			must(t, err)
			io.Copy(io.Discard, response.Body)
			response.Body.Close()
		}
		return strings.Join(said, "; ")
	}},
	{"lines as they come", func(t *testing.T, client *http.Client, server string) string {
		response, err := client.Get(server + "/trailers")
		must(t, err)
		defer response.Body.Close()
		scanner, lines := bufio.NewScanner(response.Body), 0
		for scanner.Scan() {
			lines++
		}
		return fmt.Sprint(lines, scanner.Err())
	}},
	{"the answer names its request", func(t *testing.T, client *http.Client, server string) string {
		response, err := client.Get(server + "/redirect/302?z")
		must(t, err)
		response.Body.Close()
		return response.Request.URL.RequestURI()
	}},
}

// A program that used net/http's Transport before finds no difference.
func TestNative(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(wild))
	defer server.Close()
	for _, this := range scenarios {
		theirs := &http.Transport{DisableCompression: true, ExpectContinueTimeout: patience}
		ours := &libhttp.Transport{ExpectContinueTimeout: patience}
		want := this.play(t, &http.Client{Transport: theirs}, server.URL)
		got := this.play(t, &http.Client{Transport: ours}, server.URL)
		check(t, got == want, "%s:\n ours   %.600s\n theirs %.600s", this.name, got, want)
		theirs.CloseIdleConnections()
		ours.CloseIdleConnections()
	}
}

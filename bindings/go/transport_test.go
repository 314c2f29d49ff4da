// SPDX-License-Identifier: MIT

package libhttp_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/http/httputil"
	"net/textproto"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"libhttp.dev/go/libhttp"
)

func serve(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

func clientOf(t *testing.T, transport *libhttp.Transport) *http.Client {
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func check(t *testing.T, held bool, format string, args ...any) {
	t.Helper()
	if !held {
		t.Errorf(format, args...)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func body(t *testing.T, response *http.Response) string {
	t.Helper()
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	must(t, err)
	return string(data)
}

// echo tells what it got.
func echo(w http.ResponseWriter, r *http.Request) {
	data, _ := io.ReadAll(r.Body)
	w.Header().Set("X-Method", r.Method)
	w.Header().Set("X-Length", fmt.Sprint(r.ContentLength))
	w.Header().Set("X-Encoding", strings.Join(r.TransferEncoding, ","))
	for name, values := range r.Trailer {
		w.Header().Set("X-Trailer-"+name, strings.Join(values, ","))
	}
	w.Write(data)
}

func TestGet(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Set-Cookie", "a=1")
		w.Header().Add("Set-Cookie", "b=2")
		fmt.Fprintf(w, "%s %s %s", r.Method, r.Host, r.URL)
	})
	client := clientOf(t, &libhttp.Transport{})
	for i := 0; i < 3; i++ {
		response, err := client.Get(server.URL + "/path?q=1")
		must(t, err)
		host := strings.TrimPrefix(server.URL, "http://")
		check(t, body(t, response) == "GET "+host+" /path?q=1", "C-28 C-33 the request")
		check(t, response.Status == "200 OK" && response.Proto == "HTTP/1.1", "C-100 the status")
		check(t, len(response.Header["Set-Cookie"]) == 2, "C-99 %v", response.Header)
		check(t, response.ContentLength == int64(len("GET "+host+" /path?q=1")), "C-131 length")
	}
}

func TestBodies(t *testing.T) {
	server := serve(t, echo)
	client := clientOf(t, &libhttp.Transport{})
	large := bytes.Repeat([]byte("0\x00\xff3456789"), 300000)
	file, err := os.CreateTemp(t.TempDir(), "body")
	must(t, err)
	file.Write(large)
	file.Seek(10, io.SeekStart)
	opaque := func(data []byte) io.Reader { return struct{ io.Reader }{bytes.NewReader(data)} }
	for _, this := range []struct {
		name             string
		body             io.Reader
		length           int64
		want             []byte
		gotLength, coded string
	}{
		{"C-44 none", nil, 0, nil, "0", ""},
		{"C-45 short", strings.NewReader("a\x00\xff"), 3, []byte("a\x00\xff"), "3", ""},
		{"C-45 empty", strings.NewReader(""), 0, nil, "0", ""},
		{"C-130 large", bytes.NewReader(large), 0, large, "3000000", ""},
		{"C-130 in pieces", opaque(large), -1, large, "-1", "chunked"},
		{"C-130 in pieces, the length known", opaque(large), int64(len(large)), large, "3000000", ""},
		{"C-130 short pieces", opaque([]byte("abc")), -1, []byte("abc"), "-1", "chunked"},
		{"C-46 a file", file, -1, large[10:], "2999990", ""},
	} {
		request, err := http.NewRequest("PUT", server.URL, this.body)
		must(t, err)
		if this.length != 0 {
			request.ContentLength = this.length
		}
		response, err := client.Do(request)
		if err != nil {
			t.Errorf("%s: %v", this.name, err)
			continue
		}
		check(t, body(t, response) == string(this.want), "%s: the body", this.name)
		check(t, response.Header.Get("X-Length") == this.gotLength, "%s: Content-Length %s", this.name,
			response.Header.Get("X-Length"))
		check(t, response.Header.Get("X-Encoding") == this.coded, "%s: coding", this.name)
	}
	for _, method := range []string{"GET", "DELETE"} {
		request, _ := http.NewRequest(method, server.URL, opaque(nil))
		response, err := client.Do(request)
		must(t, err)
		body(t, response)
		check(t, response.Header.Get("X-Encoding") == "", "an empty reader is no body for %s", method)
	}
}

func TestWrongLength(t *testing.T) {
	server := serve(t, echo)
	client := clientOf(t, &libhttp.Transport{})
	for _, size := range []int{2, 4, 200000} {
		for _, wrap := range []bool{false, true} {
			data := bytes.Repeat([]byte("x"), size)
			request, _ := http.NewRequest("PUT", server.URL, bytes.NewReader(data))
			if wrap {
				request, _ = http.NewRequest("PUT", server.URL, struct{ io.Reader }{bytes.NewReader(data)})
			}
			for _, length := range []int64{int64(size) + 1, int64(size) - 1} {
				request.ContentLength = length
				_, err := client.Do(request)
				check(t, err != nil, "C-47 a body of %d bytes declared as %d", size, length)
				request.Body, _ = io.NopCloser(bytes.NewReader(data)), 0
			}
		}
	}
	response, err := client.Get(server.URL)
	must(t, err)
	body(t, response)
}

func TestTrailers(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Trailer", "X-Sum")
		fmt.Fprint(w, r.Trailer.Get("X-Mine"))
		w.(http.Flusher).Flush()
		w.Header().Set("X-Sum", "42")
	})
	client := clientOf(t, &libhttp.Transport{})
	request, _ := http.NewRequest("POST", server.URL, strings.NewReader("abc"))
	request.Trailer = http.Header{"X-Mine": {"seven"}}
	response, err := client.Do(request)
	must(t, err)
	_, announced := response.Trailer["X-Sum"]
	check(t, announced && response.Trailer.Get("X-Sum") == "", "C-83 trailers are announced")
	check(t, body(t, response) == "seven", "C-122 request trailers arrive")
	check(t, response.Trailer.Get("X-Sum") == "42", "C-83 C-122 trailers are there at the end")
}

func TestReuse(t *testing.T) {
	var opened int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(echo))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			atomic.AddInt32(&opened, 1)
		}
	}
	server.Start()
	defer server.Close()
	transport := &libhttp.Transport{}
	client := clientOf(t, transport)
	for i := 0; i < 10; i++ {
		response, err := client.Post(server.URL, "text/plain", strings.NewReader("x"))
		must(t, err)
		body(t, response)
	}
	check(t, atomic.LoadInt32(&opened) == 1, "C-102 one connection for all: %d", atomic.LoadInt32(&opened))
	response, err := client.Head(server.URL)
	must(t, err)
	check(t, response.Body == http.NoBody, "C-75 HEAD has no body")
	server.CloseClientConnections()
	response, err = client.Get(server.URL)
	for tries := 0; err != nil && tries < 3; tries++ { // it may have come to the middle
		check(t, errors.Is(err, libhttp.ErrRemoteDisconnected), "C-105 %v", err)
		response, err = client.Get(server.URL)
	}
	must(t, err)
	body(t, response)
	check(t, atomic.LoadInt32(&opened) == 2, "C-105 a closed one is replaced: %d", atomic.LoadInt32(&opened))
	transport.CloseIdleConnections()
	response, err = client.Get(server.URL)
	must(t, err)
	body(t, response)
	check(t, atomic.LoadInt32(&opened) == 3, "CloseIdleConnections closes it: %d", atomic.LoadInt32(&opened))
}

func TestConcurrent(t *testing.T) {
	server := serve(t, echo)
	client := clientOf(t, &libhttp.Transport{MaxIdleConnsPerHost: 4})
	var group sync.WaitGroup
	for i := 0; i < 16; i++ {
		group.Add(1)
		go func(i int) {
			defer group.Done()
			for k := 0; k < 20; k++ {
				text := strings.Repeat(fmt.Sprint(i, k, " "), 100)
				response, err := client.Post(server.URL, "", strings.NewReader(text))
				if err != nil {
					t.Error(err)
					return
				}
				if got, _ := io.ReadAll(response.Body); string(got) != text {
					t.Error("another one's answer")
				}
				response.Body.Close()
			}
		}(i)
	}
	group.Wait()
}

// In each phase the end of the context ends the exchange.
func TestContext(t *testing.T) {
	hang := make(chan struct{})
	defer close(hang)
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/head":
			select {
			case <-hang:
			case <-r.Context().Done():
			}
		case "/body":
			w.Write([]byte("begin"))
			w.(http.Flusher).Flush()
			select {
			case <-hang:
			case <-r.Context().Done():
			}
		}
	})
	deaf, err := net.Listen("tcp", "127.0.0.1:0") // nobody accepts, nobody reads
	must(t, err)
	defer deaf.Close()
	client := clientOf(t, &libhttp.Transport{})
	for _, this := range []struct {
		name, url string
		body      func() io.Reader
	}{
		{"the head", server.URL + "/head", nil},
		{"the body", server.URL + "/body", nil},
		{"a handshake", "https://" + deaf.Addr().String(), nil},
		{"a full socket", "http://" + deaf.Addr().String(), func() io.Reader { return zeros{} }},
		{"the reader of the body", server.URL + "/head", func() io.Reader {
			reader, _ := io.Pipe()
			return reader
		}},
		{"an address without answer", "http://192.0.2.1/", nil},
	} {
		for _, byDeadline := range []bool{true, false} {
			ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
			want := context.DeadlineExceeded
			if !byDeadline {
				cancel()
				want = context.Canceled
				ctx, cancel = context.WithCancel(context.Background())
				time.AfterFunc(50*time.Millisecond, cancel)
			}
			request, _ := http.NewRequestWithContext(ctx, "GET", this.url, nil)
			if this.body != nil {
				request, _ = http.NewRequestWithContext(ctx, "PUT", this.url, this.body())
			}
			response, err := client.Do(request)
			if err == nil {
				_, err = io.ReadAll(response.Body)
				response.Body.Close()
			}
			if this.url == "http://192.0.2.1/" && errors.Is(err, libhttp.ErrOS) {
				cancel()
				continue // no network at all
			}
			check(t, errors.Is(err, want), "C-121 %s: %v", this.name, err)
			if netError, ok := err.(net.Error); byDeadline {
				check(t, ok && netError.Timeout(), "C-120 %s: Timeout() of %v", this.name, err)
			}
			cancel()
		}
	}
	response, err := client.Get(server.URL)
	must(t, err)
	body(t, response)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 0
	}
	return len(p), nil
}

func TestTimeouts(t *testing.T) {
	hang := make(chan struct{})
	defer close(hang)
	server := serve(t, func(w http.ResponseWriter, r *http.Request) { <-hang })
	for name, transport := range map[string]*libhttp.Transport{
		"ResponseHeaderTimeout": {ResponseHeaderTimeout: 50 * time.Millisecond},
		"IdleTimeout":           {IdleTimeout: 50 * time.Millisecond},
	} {
		_, err := clientOf(t, transport).Get(server.URL)
		var netError net.Error
		check(t, errors.As(err, &netError) && netError.Timeout(), "C-120 %s: %v", name, err)
		check(t, errors.Is(err, os.ErrDeadlineExceeded), "C-120 %s is a deadline", name)
	}
	client := clientOf(t, &libhttp.Transport{})
	client.Timeout = 50 * time.Millisecond
	_, err := client.Get(server.URL)
	var netError net.Error
	check(t, errors.As(err, &netError) && netError.Timeout(), "C-120 Client.Timeout: %v", err)
}

func TestEarlyAnswer(t *testing.T) {
	address := listen(t, func(conn *net.TCPConn) {
		conn.Read(make([]byte, 4096))
		io.WriteString(conn, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 4\r\n\r\nstop")
		io.Copy(io.Discard, conn)
	})
	client := clientOf(t, &libhttp.Transport{})
	silent, writer := io.Pipe()
	defer writer.Close()
	for name, source := range map[string]io.Reader{"endless": zeros{}, "silent": silent} {
		request, _ := http.NewRequest("PUT", "http://"+address, source)
		response, err := client.Do(request)
		if err != nil {
			t.Errorf("C-124 %s: %v", name, err)
			continue
		}
		check(t, response.StatusCode == 413 && body(t, response) == "stop", "C-124 %s: the answer", name)
	}
}

func TestInterim(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Link", "</style.css>")
		w.WriteHeader(http.StatusEarlyHints)
		w.Header().Del("Link")
		io.Copy(w, r.Body)
	})
	client := clientOf(t, &libhttp.Transport{})
	var seen []string
	trace := &httptrace.ClientTrace{
		Got1xxResponse: func(code int, header textproto.MIMEHeader) error {
			seen = append(seen, fmt.Sprint(code, header.Get("Link")))
			return nil
		},
		Got100Continue:       func() { seen = append(seen, "continue") },
		GotFirstResponseByte: func() { seen = append(seen, "first") },
		GotConn:              func(info httptrace.GotConnInfo) { seen = append(seen, fmt.Sprint(info.Reused)) },
		WroteRequest:         func(httptrace.WroteRequestInfo) { seen = append(seen, "wrote") },
	}
	ctx := httptrace.WithClientTrace(context.Background(), trace)
	for _, want := range []string{"false wrote first 103</style.css>", "true wrote first 103</style.css>"} {
		seen = nil
		request, _ := http.NewRequestWithContext(ctx, "PUT", server.URL, strings.NewReader("abc"))
		response, err := client.Do(request)
		must(t, err)
		check(t, body(t, response) == "abc", "C-122 the final response")
		check(t, strings.Join(seen, " ") == want, "C-122 C-69 the trace: %v", seen)
	}
	refused := errors.New("refused")
	trace.Got1xxResponse = func(int, textproto.MIMEHeader) error { return refused }
	request, _ := http.NewRequestWithContext(ctx, "GET", server.URL, nil)
	_, err := client.Do(request)
	check(t, errors.Is(err, refused), "C-122 the trace may refuse: %v", err)
}

func TestExpect(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/no" {
			w.WriteHeader(http.StatusExpectationFailed)
			return
		}
		io.Copy(w, r.Body)
	})
	client := clientOf(t, &libhttp.Transport{ExpectContinueTimeout: patience})
	for path, want := range map[string]int{"/yes": 200, "/no": 417} {
		for _, source := range []io.Reader{strings.NewReader("abc"), struct{ io.Reader }{strings.NewReader("abc")}} {
			request, _ := http.NewRequest("PUT", server.URL+path, source)
			request.Header.Set("Expect", "100-continue")
			response, err := client.Do(request)
			if err != nil {
				t.Errorf("C-123 %s: %v", path, err)
				continue
			}
			text := body(t, response)
			check(t, response.StatusCode == want, "C-123 %s", path)
			check(t, want != 200 || text == "abc", "C-123 the body is sent")
		}
	}
}

func tlsServer(t *testing.T) (*httptest.Server, *libhttp.TLSConfig) {
	t.Helper()
	server := httptest.NewTLSServer(http.HandlerFunc(echo))
	server.Config.ErrorLog = nil
	t.Cleanup(server.Close)
	config, err := libhttp.NewTLSConfig()
	must(t, err)
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	must(t, config.AddCAData(certificate))
	return server, config
}

func TestTLS(t *testing.T) {
	server, config := tlsServer(t)
	client := clientOf(t, &libhttp.Transport{TLS: config})
	response, err := client.Post(server.URL, "", strings.NewReader("secret"))
	must(t, err)
	check(t, body(t, response) == "secret", "C-13 over TLS")
	check(t, response.TLS != nil && response.TLS.Version == tls.VersionTLS13, "C-129 the version")
	check(t, response.TLS.PeerCertificates[0].Equal(server.Certificate()), "C-129 the certificate")
	_, err = clientOf(t, &libhttp.Transport{}).Get(server.URL)
	check(t, errors.Is(err, libhttp.ErrCertificate), "T-40 who isn't trusted is refused: %v", err)
	large := bytes.Repeat([]byte("0123456789"), 300000)
	response, err = client.Post(server.URL, "", struct{ io.Reader }{bytes.NewReader(large)})
	must(t, err)
	check(t, body(t, response) == string(large), "C-130 a large body over TLS")
}

// A connection serves only those who would have made the same (T-52).
func TestPoolKeys(t *testing.T) {
	server, config := tlsServer(t)
	other, err := libhttp.NewTLSConfig()
	must(t, err)
	transport := &libhttp.Transport{TLS: config}
	response, err := clientOf(t, transport).Get(server.URL)
	must(t, err)
	body(t, response)
	transport.TLS = other
	_, err = clientOf(t, transport).Get(server.URL)
	check(t, errors.Is(err, libhttp.ErrCertificate), "T-52 another configuration: %v", err)

	var mu sync.Mutex
	var proxies []string
	serveProxy := func(name string) *url.URL {
		proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			proxies = append(proxies, name+" "+r.Header.Get("Proxy-Authorization"))
		})
		u, _ := url.Parse(proxy.URL)
		return u
	}
	one, two := serveProxy("one"), serveProxy("two")
	withUser := *one
	withUser.User = url.UserPassword("u", "p")
	plain := &libhttp.Transport{}
	for _, proxy := range []*url.URL{one, two, &withUser, one} {
		plain.Proxy = http.ProxyURL(proxy)
		response, err := clientOf(t, plain).Get("http://target.example/")
		must(t, err)
		body(t, response)
	}
	check(t, strings.Join(proxies, ";") == "one ;two ;one Basic dTpw;one ", "T-52 T-50 %q", proxies)
}

func TestTunnel(t *testing.T) {
	server, config := tlsServer(t)
	var asked, credentials string
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked, credentials = r.Method+" "+r.Host, r.Header.Get("Proxy-Authorization")
		if r.Header.Get("X-Refuse") != "" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		out, err := net.Dial("tcp", r.Host)
		if err != nil {
			return
		}
		in, _, _ := w.(http.Hijacker).Hijack()
		io.WriteString(in, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { io.Copy(out, in); out.Close() }()
		go func() { io.Copy(in, out); in.Close() }()
	})
	u, _ := url.Parse(proxy.URL)
	u.User = url.UserPassword("u", "p")
	transport := &libhttp.Transport{TLS: config, Proxy: http.ProxyURL(u)}
	response, err := clientOf(t, transport).Post(server.URL, "", strings.NewReader("hidden"))
	must(t, err)
	check(t, body(t, response) == "hidden", "C-55 through a tunnel")
	check(t, asked == "CONNECT "+strings.TrimPrefix(server.URL, "https://"), "C-56 %s", asked)
	check(t, credentials == "Basic dTpw", "T-50 %s", credentials)
	refusing := &libhttp.Transport{TLS: config, Proxy: http.ProxyURL(u),
		ProxyConnectHeader: http.Header{"X-Refuse": {"1"}}}
	_, err = clientOf(t, refusing).Get(server.URL)
	var failure *libhttp.Error
	check(t, errors.As(err, &failure) && failure.Status == 403, "C-60 a refusal: %v", err)
}

// What can't be sent is refused before a byte is (T-1 to T-7).
func TestInjection(t *testing.T) {
	var served int32
	server := serve(t, func(http.ResponseWriter, *http.Request) { atomic.AddInt32(&served, 1) })
	transport := &libhttp.Transport{}
	defer transport.CloseIdleConnections()
	for _, change := range []func(*http.Request){
		func(r *http.Request) { r.Method = "GE T" },
		func(r *http.Request) { r.Method = "GET\r\nX: y" },
		func(r *http.Request) { r.Header["X"] = []string{"a\r\nY: b"} },
		func(r *http.Request) { r.Header["X"] = []string{"a\x00b"} },
		func(r *http.Request) { r.Header["X\r\nY"] = []string{"a"} },
		func(r *http.Request) { r.Host = "h\r\nX: y" },
		func(r *http.Request) { r.Host = "a@b" },
		func(r *http.Request) { r.URL.Opaque = "/a b" },
		func(r *http.Request) { r.URL.RawQuery = "a\r\nb" },
		func(r *http.Request) { r.URL.RawQuery = "a\x00b" },
		func(r *http.Request) { r.URL.Host = "127.0.0.1\x00.example:80" },
	} {
		request, _ := http.NewRequest("GET", server.URL, nil)
		change(request)
		_, err := transport.RoundTrip(request)
		check(t, err != nil, "T-1 T-2 T-3 T-5 T-6 %q %q %q %v", request.Method, request.URL, request.Host,
			request.Header)
	}
	check(t, atomic.LoadInt32(&served) == 0, "T-1 nothing was sent")
}

func TestReverseProxy(t *testing.T) {
	backend := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") == "echo" {
			conn, buffer, _ := w.(http.Hijacker).Hijack()
			defer conn.Close()
			io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
			line, _ := buffer.ReadString('\n')
			io.WriteString(conn, "heard "+line)
			return
		}
		echo(w, r)
	})
	u, _ := url.Parse(backend.URL)
	proxy := httputil.NewSingleHostReverseProxy(u)
	transport := &libhttp.Transport{}
	defer transport.CloseIdleConnections()
	proxy.Transport = transport
	front := serve(t, proxy.ServeHTTP)
	text := strings.Repeat("through", 100000)
	response, err := http.Post(front.URL, "", struct{ io.Reader }{strings.NewReader(text)})
	must(t, err)
	check(t, body(t, response) == text, "the body through a reverse proxy")

	conn, err := net.Dial("tcp", strings.TrimPrefix(front.URL, "http://"))
	must(t, err)
	defer conn.Close()
	io.WriteString(conn, "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
	conn.SetReadDeadline(time.Now().Add(patience))
	answer := bufio.NewReader(conn)
	for line := "-"; err == nil && strings.TrimSpace(line) != ""; {
		line, err = answer.ReadString('\n')
	}
	must(t, err)
	io.WriteString(conn, "hello\n")
	heard, err := io.ReadAll(answer)
	must(t, err)
	check(t, strings.HasSuffix(string(heard), "heard hello\n"), "C-125 an upgrade through it: %q", heard)
}

func TestCloseUnread(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/half" {
			w.Write(make([]byte, 100))
			w.(http.Flusher).Flush()
			<-r.Context().Done()
			return
		}
		io.Copy(w, io.LimitReader(zeros{}, 10<<20))
	})
	client := clientOf(t, &libhttp.Transport{})
	for i := 0; i < 5; i++ {
		response, err := client.Get(server.URL)
		must(t, err)
		io.ReadFull(response.Body, make([]byte, 100))
		must(t, response.Body.Close())
		_, err = response.Body.Read(make([]byte, 1))
		check(t, err != nil && err != io.EOF, "C-97 a closed body never reads as ended: %v", err)
		check(t, response.Body.Close() == nil, "closed twice")
	}
	response, err := client.Get(server.URL + "/half") // Close while another goroutine waits for the rest
	must(t, err)
	time.AfterFunc(50*time.Millisecond, func() { response.Body.Close() })
	_, err = io.Copy(io.Discard, response.Body)
	check(t, err != nil, "closed meanwhile")
}

// A loss after the request was sent is told, and the request never sent again.
func TestNeverTwice(t *testing.T) {
	var requests int32
	url := "http://" + listen(t, func(conn *net.TCPConn) {
		buffer := make([]byte, 4096)
		conn.Read(buffer)
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		if n, _ := conn.Read(buffer); n > 0 {
			atomic.AddInt32(&requests, 1)
		}
	})
	client := clientOf(t, &libhttp.Transport{})
	response, err := client.Get(url)
	must(t, err)
	body(t, response)
	_, err = client.Get(url)
	check(t, errors.Is(err, libhttp.ErrRemoteDisconnected), "C-105 the loss is told: %v", err)
	check(t, atomic.LoadInt32(&requests) == 1, "C-105 the request was sent once: %d", atomic.LoadInt32(&requests))
}

func TestTruncated(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		conn, _, _ := w.(http.Hijacker).Hijack()
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
		conn.Close()
	})
	response, err := clientOf(t, &libhttp.Transport{}).Get(server.URL)
	must(t, err)
	data, err := io.ReadAll(response.Body)
	var failure *libhttp.Error
	check(t, string(data) == "abc" && errors.Is(err, io.ErrUnexpectedEOF), "C-88 %q %v", data, err)
	check(t, errors.As(err, &failure) && failure.Missing == 7, "C-87 what is missing")
}

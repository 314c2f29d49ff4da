// SPDX-License-Identifier: MIT

package libhttp_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/http/httputil"
	"net/textproto"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"libhttp.dev/go/libhttp"
)

// What reads a body may do something by it: a server's request body asks the client for it.
func TestExpectUnread(t *testing.T) {
	refusing := serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusExpectationFailed) })
	client := clientOf(t, &libhttp.Transport{ExpectContinueTimeout: time.Minute})
	for _, length := range []int64{-1, 3} {
		for _, again := range []bool{false, true} {
			var reads int32
			source := readerFunc(func(p []byte) (int, error) {
				atomic.AddInt32(&reads, 1)
				return copy(p, "abc"), io.EOF
			})
			request, err := http.NewRequest("GET", refusing.URL, source)
			must(t, err)
			request.ContentLength = length
			request.Header.Set("Expect", "100-continue")
			if again {
				request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(source), nil }
			}
			response, err := client.Do(request)
			must(t, err)
			response.Body.Close()
			check(t, response.StatusCode == http.StatusExpectationFailed && atomic.LoadInt32(&reads) == 0,
				"C-123 refused, and read %d times (length %d, GetBody %v)", reads, length, again)
		}
	}
}

// Through a reverse proxy 100 is the last server's to say.
func TestExpectForwarded(t *testing.T) {
	last := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/yes" {
			io.Copy(w, r.Body)
			return
		}
		w.WriteHeader(http.StatusExpectationFailed)
	})
	there, _ := url.Parse(last.URL)
	proxy := httputil.NewSingleHostReverseProxy(there)
	transport := &libhttp.Transport{ExpectContinueTimeout: time.Minute}
	t.Cleanup(transport.CloseIdleConnections)
	proxy.Transport = transport
	front := httptest.NewServer(proxy)
	t.Cleanup(front.Close)
	client := clientOf(t, &libhttp.Transport{ExpectContinueTimeout: time.Millisecond})
	for path, want := range map[string]int32{"/yes": 1, "/no": 0} {
		var asked int32
		trace := &httptrace.ClientTrace{Got1xxResponse: func(int, textproto.MIMEHeader) error {
			atomic.AddInt32(&asked, 1)
			return nil
		}}
		ctx := httptrace.WithClientTrace(context.Background(), trace)
		request, _ := http.NewRequestWithContext(ctx, "PUT", front.URL+path, io.NopCloser(strings.NewReader("abc")))
		request.ContentLength = 3
		request.Header.Set("Expect", "100-continue")
		response, err := client.Do(request)
		must(t, err)
		text := body(t, response)
		check(t, asked == want && (want == 0 || text == "abc"), "C-123 %s: %d times 100, %q", path, asked, text)
	}
}

// What was to go into a tunnel is given up with it, and where there is none.
func TestTunnelledBody(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.RequestURI == "refused:1" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		conn, _, _ := w.(http.Hijacker).Hijack()
		t.Cleanup(func() { conn.Close() })
		io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
	})
	client := clientOf(t, &libhttp.Transport{})
	for _, target := range []string{"refused:1", "opened:1"} {
		reader, writer := io.Pipe()
		request, err := http.NewRequest("CONNECT", server.URL, reader)
		must(t, err)
		request.URL.Opaque = target
		response, err := client.Do(request)
		must(t, err)
		response.Body.Close()
		for err == nil { // until nobody reads it any more
			_, err = writer.Write([]byte("x"))
		}
		check(t, err == io.ErrClosedPipe, "C-125 %s: the body is closed: %v", target, err)
	}
	source := &counted{Reader: endsAfter{nil}}
	request, err := http.NewRequest("CONNECT", "http://127.0.0.1:1", source)
	must(t, err)
	_, err = client.Do(request)
	check(t, err != nil && source.isClosed(), "C-125 where nobody listens: %v", err)
}

// Errors that programs know by their words only: net/http has no type for them.
func TestKnownWords(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	transport := &libhttp.Transport{ResponseHeaderTimeout: time.Millisecond}
	native := &http.Transport{ResponseHeaderTimeout: time.Millisecond}
	for _, address := range []string{"faux://there/", "http:", server.URL} {
		request, err := http.NewRequest("GET", address, nil)
		must(t, err)
		_, ours := transport.RoundTrip(request)
		_, theirs := native.RoundTrip(request)
		_, words, _ := strings.Cut(theirs.Error(), ": ") // behind the package's name
		if words == "" {
			words = theirs.Error()
		}
		check(t, strings.HasSuffix(ours.Error(), words), "%q, net/http says %q", ours, theirs)
	}
}

// A trace is told of an idle connection when another request can have it.
func TestPutIdleIsIdle(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) { w.Write(bytes.Repeat([]byte("x"), 10)) })
	client := clientOf(t, &libhttp.Transport{MaxConnsPerHost: 1})
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	reused := false
	trace := &httptrace.ClientTrace{PutIdleConn: func(err error) {
		inner := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
			GotConn: func(info httptrace.GotConnInfo) { reused = info.Reused }})
		request, _ := http.NewRequestWithContext(inner, "GET", server.URL, nil)
		response, failed := client.Do(request)
		must(t, failed)
		check(t, err == nil && len(body(t, response)) == 10, "the connection is there for the next: %v", err)
	}}
	request, _ := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), "GET", server.URL, nil)
	response, err := client.Do(request)
	must(t, err)
	check(t, len(body(t, response)) == 10 && reused, "C-102 it was the same connection")
}

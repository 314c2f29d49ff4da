// SPDX-License-Identifier: MIT

package libhttp_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"libhttp.dev/go/libhttp"
)

// connCounter is a server that counts its connections.
type connCounter struct {
	*httptest.Server
	opened, open int32
}

func (c *connCounter) changed(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		atomic.AddInt32(&c.opened, 1)
		atomic.AddInt32(&c.open, 1)
	case http.StateClosed, http.StateHijacked:
		atomic.AddInt32(&c.open, -1)
	}
}

func serveCounted(t *testing.T, handler http.HandlerFunc) *connCounter {
	t.Helper()
	c := &connCounter{Server: httptest.NewUnstartedServer(handler)}
	c.Config.ConnState = c.changed
	c.Start()
	t.Cleanup(c.Close)
	return c
}

// What has not come by then never will, however slow the machine is.
const patience = 2 * time.Minute

// eventually waits for what another goroutine does.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for i := time.Duration(0); i < patience; i += 2 * time.Millisecond {
		if happened() {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
	t.Fatalf("it never came: %s", what)
}

// get reads a URL to its end.
func get(t *testing.T, client *http.Client, url string) string {
	t.Helper()
	response, err := client.Get(url)
	must(t, err)
	return body(t, response)
}

// together sends so many requests, of which the server answers none before it has all.
func together(t *testing.T, client *http.Client, server string, count int, answer chan struct{}, arrived *int32) {
	t.Helper()
	var group sync.WaitGroup
	before := atomic.LoadInt32(arrived)
	for i := 0; i < count; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			if response, err := client.Get(server); err != nil {
				t.Error(err)
			} else {
				io.Copy(io.Discard, response.Body)
				response.Body.Close()
			}
		}()
	}
	eventually(t, "all requests at the server", func() bool { return atomic.LoadInt32(arrived) == before+int32(count) })
	for i := 0; i < count; i++ {
		answer <- struct{}{}
	}
	group.Wait()
}

func TestMaxConnsPerHost(t *testing.T) {
	server := serveCounted(t, echo)
	// All three may idle: the server would learn of one that is closed after it has met the next.
	client := clientOf(t, &libhttp.Transport{MaxConnsPerHost: 3, MaxIdleConnsPerHost: 3})
	var group sync.WaitGroup
	for i := 0; i < 30; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for k := 0; k < 10; k++ {
				if response, err := client.Get(server.URL); err != nil {
					t.Error(err)
				} else {
					io.ReadAll(response.Body)
					response.Body.Close()
				}
			}
		}()
	}
	group.Wait()
	check(t, atomic.LoadInt32(&server.opened) <= 3, "no more than three connections: %d", server.opened)
}

// Whoever waits for a place can be called off; see limit_test.go for the moments in which that may happen.
func TestWaitForPlace(t *testing.T) {
	release := make(chan struct{})
	arrived := make(chan struct{}, 10)
	server := serveCounted(t, func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-release
	})
	client := clientOf(t, &libhttp.Transport{MaxConnsPerHost: 1})
	first := make(chan error, 1)
	fetch := func(ctx context.Context) error {
		request, _ := http.NewRequestWithContext(ctx, "GET", server.URL, nil)
		response, err := client.Do(request)
		if err == nil {
			err = response.Body.Close()
		}
		return err
	}
	go func() { first <- fetch(context.Background()) }()
	<-arrived
	for i := 0; i < 5; i++ {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		err := fetch(ctx)
		cancel()
		check(t, errors.Is(err, context.DeadlineExceeded), "C-121 whoever waits for a place is called off: %v", err)
	}
	check(t, len(arrived) == 0, "none of them came to the server")
	second := make(chan error, 1)
	go func() { second <- fetch(context.Background()) }()
	release <- struct{}{}
	must(t, <-first)
	release <- struct{}{}
	must(t, <-second)
	check(t, atomic.LoadInt32(&server.opened) == 1, "all on one connection: %d", server.opened)
}

// Every way in which an exchange can end gives its place back.
func TestPlacesComeBack(t *testing.T) {
	server := serveCounted(t, wild)
	client := clientOf(t, &libhttp.Transport{MaxConnsPerHost: 1})
	client.Timeout = patience // a lost place shows as this
	upgraded := func() (*http.Response, error) {
		request, _ := http.NewRequest("GET", server.URL+"/upgrade", nil)
		request.Header.Set("Connection", "Upgrade")
		request.Header.Set("Upgrade", "shout")
		return client.Do(request)
	}
	refuse := func() (*http.Response, error) {
		request, _ := http.NewRequest("GET", server.URL+"/echo", nil)
		request.Header["Bad\nName"] = []string{"x"}
		return client.Transport.RoundTrip(request)
	}
	hang := func() (*http.Response, error) {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		defer cancel()
		request, _ := http.NewRequestWithContext(ctx, "GET", server.URL+"/hang", nil)
		return client.Do(request)
	}
	path := func(path string) func() (*http.Response, error) {
		return func() (*http.Response, error) { return client.Get(server.URL + path) }
	}
	for i, end := range []func() (*http.Response, error){path("/echo"), path("/status/204"), upgraded, refuse, hang,
		path(raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")), path(raw("nonsense")), path(raw(""))} {
		for k := 0; k < 3; k++ {
			if response, err := end(); err == nil {
				if k == 0 && response.StatusCode != http.StatusSwitchingProtocols {
					io.Copy(io.Discard, response.Body)
				}
				response.Body.Close()
			}
		}
		check(t, strings.HasPrefix(get(t, client, server.URL+"/echo"), "GET"), "after %d", i)
	}
}

func TestIdleLimits(t *testing.T) {
	release := make(chan struct{})
	var arrived int32
	server := serveCounted(t, func(w http.ResponseWriter, r *http.Request) {
		atomic.AddInt32(&arrived, 1)
		<-release
	})
	idle := func(want int32) func() bool {
		return func() bool { return atomic.LoadInt32(&server.open) == want }
	}
	for name, this := range map[string]struct {
		transport *libhttp.Transport
		left      int32
	}{
		"two of a host by default":      {&libhttp.Transport{}, 2},
		"MaxIdleConnsPerHost":           {&libhttp.Transport{MaxIdleConnsPerHost: 4}, 4},
		"MaxIdleConns":                  {&libhttp.Transport{MaxIdleConnsPerHost: 4, MaxIdleConns: 3}, 3},
		"DisableKeepAlives":             {&libhttp.Transport{DisableKeepAlives: true}, 0},
		"MaxIdleConnsPerHost below 0":   {&libhttp.Transport{MaxIdleConnsPerHost: -1}, 0},
		"IdleConnTimeout closes them":   {&libhttp.Transport{IdleConnTimeout: time.Millisecond}, 0},
		"IdleConnTimeout is for idling": {&libhttp.Transport{IdleConnTimeout: time.Hour}, 2},
	} {
		together(t, &http.Client{Transport: this.transport}, server.URL, 6, release, &arrived)
		eventually(t, name, idle(this.left))
		this.transport.CloseIdleConnections()
		eventually(t, "CloseIdleConnections", idle(0))
	}
}

// A trace learns of each phase at its time, over TLS and with a name to look up too.
func TestPhases(t *testing.T) {
	server, config := tlsServer(t)
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(server.URL, "https://"))
	var said []string
	say := func(words ...any) { said = append(said, fmt.Sprint(words...)) }
	trace := &httptrace.ClientTrace{
		GetConn:           func(address string) { say("get ", address == "example.com:"+port) },
		DNSStart:          func(info httptrace.DNSStartInfo) { say("look up ", info.Host) },
		DNSDone:           func(info httptrace.DNSDoneInfo) { say("found ", info.Err) },
		ConnectStart:      func(string, string) { say("connect") },
		ConnectDone:       func(_, _ string, err error) { say("connected ", err) },
		TLSHandshakeStart: func() { say("shake") },
		TLSHandshakeDone: func(state tls.ConnectionState, err error) {
			say("shaken ", state.Version == tls.VersionTLS13, err != nil)
		},
		GotConn:          func(info httptrace.GotConnInfo) { say("got ", info.Reused) },
		WroteHeaderField: func(name string, values []string) { say(name, "=", values) },
		Wait100Continue:  func() { say("wait") },
		Got100Continue:   func() { say("continue") },
		PutIdleConn:      func(err error) { say("put ", err) },
	}
	ctx := httptrace.WithClientTrace(context.Background(), trace)
	prepare := func(c *libhttp.Connection) error { return c.AddAddress("127.0.0.1") }
	client := clientOf(t, &libhttp.Transport{TLS: config, Prepare: prepare, ExpectContinueTimeout: patience})
	ask := func(host string) string {
		said = nil
		request, _ := http.NewRequestWithContext(ctx, "PUT", "https://"+host+":"+port, strings.NewReader("abc"))
		request.Host = "h"
		request.Header.Set("Expect", "100-continue")
		if response, err := client.Do(request); err == nil {
			body(t, response)
		}
		return strings.Join(said, ", ")
	}
	want := "get true, look up example.com, found <nil>, connect, connected <nil>, shake, shaken true false, got false, " +
		"Host=[h], Expect=[100-continue], wait, continue, put <nil>"
	got := ask("example.com")
	check(t, got == want, "the first: %s", got)
	want = "get true, got true, Host=[h], Expect=[100-continue], wait, continue, put <nil>"
	got = ask("example.com")
	check(t, got == want, "the second: %s", got)
	got = ask("other.example")
	check(t, strings.HasSuffix(got, "shake, shaken false true"), "a certificate for another: %s", got)
	trace.GetConn = func(address string) { say(address) }
	client = clientOf(t, &libhttp.Transport{ConnectTimeout: patience,
		Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: "127.0.0.1:1"})})
	got = ask("example.com")
	check(t, strings.HasPrefix(got, "127.0.0.1:1, connect, connected ") && strings.Contains(got, "refused"),
		"what is connected to is the proxy: %s", got)
}

// What a Unix socket serves is had by Prepare.
func TestPrepare(t *testing.T) {
	path := t.TempDir() + "/socket"
	listener, err := net.Listen("unix", path)
	must(t, err)
	server := &http.Server{Handler: http.HandlerFunc(echo)}
	go server.Serve(listener)
	defer server.Close()
	client := clientOf(t, &libhttp.Transport{Prepare: func(c *libhttp.Connection) error { return c.SetUnix(path) }})
	var remote net.Addr
	trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) { remote = info.Conn.RemoteAddr() }}
	request, _ := http.NewRequest("PUT", "http://unix/", strings.NewReader("abc"))
	response, err := client.Do(request.WithContext(httptrace.WithClientTrace(context.Background(), trace)))
	must(t, err)
	check(t, body(t, response) == "abc", "C-127 by a Unix socket")
	check(t, remote.Network() == "unix" && remote.String() == path, "C-127 %v", remote)
	refused := errors.New("refused")
	client = clientOf(t, &libhttp.Transport{MaxConnsPerHost: 1, Prepare: func(*libhttp.Connection) error { return refused }})
	for i := 0; i < 3; i++ {
		_, err = client.Get("http://unix/")
		check(t, errors.Is(err, refused), "Prepare may refuse: %v", err)
	}
}

// Proxies that aren't spoken to are an error, never passed by.
func TestUnknownProxies(t *testing.T) {
	server := serveCounted(t, echo)
	for _, proxy := range []string{"https://127.0.0.1:1", "socks5://127.0.0.1:1", "ftp://127.0.0.1:1"} {
		u, _ := url.Parse(proxy)
		_, err := clientOf(t, &libhttp.Transport{Proxy: http.ProxyURL(u)}).Get(server.URL)
		check(t, err != nil && strings.Contains(err.Error(), "not supported"), "C-128 %s: %v", proxy, err)
	}
	refused := errors.New("refused")
	_, err := clientOf(t, &libhttp.Transport{Proxy: func(*http.Request) (*url.URL, error) { return nil, refused }}).Get(server.URL)
	check(t, errors.Is(err, refused), "Proxy may refuse: %v", err)
	check(t, atomic.LoadInt32(&server.opened) == 0, "C-128 nothing went past the proxy")
	os.Setenv("NO_PROXY", "127.0.0.1")
	defer os.Unsetenv("NO_PROXY")
	get(t, clientOf(t, &libhttp.Transport{Proxy: http.ProxyFromEnvironment}), server.URL)
}

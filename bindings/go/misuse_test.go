// SPDX-License-Identifier: MIT

package libhttp_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"libhttp.dev/go/libhttp"
)

// collected returns when the finalizers of what was garbage before have run.
func collected() {
	for i := 0; i < 2; i++ {
		done := make(chan struct{})
		runtime.SetFinalizer(new([64]byte), func(*[64]byte) { close(done) })
		runtime.GC()
		<-done
	}
}

// The collector's goroutine is one of many: it frees a forgotten response when nobody else is in a
// call on the connection that it belongs to.
func TestCollectWhileUsed(t *testing.T) {
	look, closed, answer := make(chan bool), make(chan bool), make(chan bool)
	accepted := int32(0)
	address := listen(t, func(conn *net.TCPConn) {
		first := atomic.AddInt32(&accepted, 1) == 1
		conn.Read(make([]byte, 65536))
		if !first {
			<-answer
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
			return
		}
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 9\r\n\r\nabc")
		for range look {
			conn.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
			_, err := conn.Read(make([]byte, 1))
			closed <- !errors.Is(err, os.ErrDeadlineExceeded)
		}
	})
	defer close(look)
	c := connect(t, address)
	func() { // the response is dropped unread
		must(t, c.Request("GET", "/", nil, nil))
		_, err := c.GetResponse()
		must(t, err)
	}()
	must(t, c.Request("GET", "/", nil, nil))
	ended := make(chan error)
	go func() {
		_, err := c.GetResponse()
		for errors.Is(err, libhttp.ErrState) { // Trim was faster
			_, err = c.GetResponse()
		}
		ended <- err
	}()
	eventually(t, "it waits", func() bool { return c.Trim() != nil })
	collected()
	look <- true
	check(t, !<-closed, "T-39 the response was freed under a call")
	answer <- true
	must(t, <-ended)
	eventually(t, "T-33 it is freed afterwards", func() bool {
		collected()
		look <- true
		return <-closed
	})
}

// Nor is it another goroutine to who begins a call while it frees.
func TestCollectBeside(t *testing.T) {
	server := serve(t, func(http.ResponseWriter, *http.Request) {})
	c := connect(t, server.URL)
	done, over := make(chan bool), make(chan bool)
	go func() {
		defer close(over)
		for {
			select {
			case <-done:
				return
			default:
				runtime.GC()
			}
		}
	}()
	for i := 0; i < 2000 && !t.Failed(); i++ {
		err := c.Request("GET", "/", nil, nil)
		if err == nil {
			_, err = c.GetResponse()
		}
		check(t, err == nil, "T-39 an exchange beside the collector: %v", err)
	}
	close(done)
	<-over
}

// within fails where a call doesn't come back.
func within(t *testing.T, what string, call func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		call()
	}()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatal("it hangs: ", what)
	}
}

// Readers that no io.Reader may be, and such as use the connection that they are read for.
func TestReadersThatMisbehave(t *testing.T) {
	server := serve(t, echo)
	var c *libhttp.Connection
	for name, reader := range map[string]readerFunc{
		"too much": func(p []byte) (int, error) { return len(p) + 1, nil },
		"negative": func(p []byte) (int, error) { return -1, nil },
		"nothing":  func(p []byte) (int, error) { return 0, nil },
		"closes": func(p []byte) (int, error) {
			c.Close()
			return copy(p, "x"), io.EOF
		},
		"a request": func(p []byte) (int, error) { return copy(p, "x"), c.Request("GET", "/", nil, nil) },
	} {
		within(t, name, func() {
			c = connect(t, server.URL)
			check(t, c.Request("PUT", "/", nil, reader) != nil, "%s: no error", name)
			must(t, c.Request("GET", "/", nil, nil))
			r, err := c.GetResponse()
			check(t, err == nil && r.Status == 200, "C-23 %s: %v", name, err)
			client := &http.Client{Transport: &libhttp.Transport{}}
			_, err = client.Post(server.URL, "", reader)
			check(t, err != nil || name == "closes", "%s by a Transport: no error", name)
			client.CloseIdleConnections()
		})
	}
}

// A reader may panic, and its caller recover.
func TestReaderPanics(t *testing.T) {
	server := serve(t, echo)
	c := connect(t, server.URL)
	func() {
		defer func() { check(t, recover() == "mine", "it panics") }()
		c.Request("PUT", "/", nil, readerFunc(func([]byte) (int, error) { panic("mine") }))
	}()
	must(t, c.Request("GET", "/", nil, nil))
	r, err := c.GetResponse()
	check(t, err == nil && r.Status == 200, "C-23 %v", err)
}

// Close doesn't wait for a body's reader.
func TestCloseWhileReaderWaits(t *testing.T) {
	server := serve(t, echo)
	c := connect(t, server.URL)
	body, writer := io.Pipe()
	begun := make(chan struct{})
	failed := make(chan error)
	go func() {
		failed <- c.Request("PUT", "/", nil, io.MultiReader(strings.NewReader("x"), readerFunc(func(p []byte) (int, error) {
			close(begun)
			return body.Read(p)
		})))
	}()
	<-begun
	within(t, "Close", func() { c.Close() })
	must(t, c.Request("GET", "/", nil, nil))
	writer.Close()
	check(t, errors.Is(<-failed, libhttp.ErrCancelled), "cancelled")
	r, err := c.GetResponse()
	check(t, err == nil && r.Status == 200, "%v", err)
}

// A configuration that was never made isn't "no TLS".
func TestNoTLSConfig(t *testing.T) {
	address := strings.TrimPrefix(serve(t, echo).URL, "http://")
	_, err := libhttp.NewHTTPSConnection(address, &libhttp.TLSConfig{})
	check(t, errors.Is(err, libhttp.ErrInvalidArgument), "T-40 NewHTTPSConnection: %v", err)
	client := &http.Client{Transport: &libhttp.Transport{TLS: &libhttp.TLSConfig{}}}
	_, err = client.Get("https://" + address)
	check(t, errors.Is(err, libhttp.ErrInvalidArgument), "T-40 Transport: %v", err)
	check(t, errors.Is(connect(t, address).SetTLS(&libhttp.TLSConfig{}), libhttp.ErrInvalidArgument), "T-40 SetTLS")
}

type shortWriter struct{ bytes.Buffer }

func (w *shortWriter) Write(p []byte) (int, error) { return len(p) - 1, nil }

func TestShortWriter(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) { w.Write(make([]byte, 100)) })
	c := connect(t, server.URL)
	must(t, c.Request("GET", "/", nil, nil))
	r, err := c.GetResponse()
	must(t, err)
	_, err = r.WriteTo(new(shortWriter))
	check(t, err == io.ErrShortWrite, "what wasn't written is told: %v", err)
}

// Closing a body while another goroutine reads its end never touches the exchange that follows.
func TestCloseBesideEnd(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) { w.Write(make([]byte, 100)) })
	transport := &libhttp.Transport{}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	var response *http.Response
	var closing sync.WaitGroup
	trace := &httptrace.ClientTrace{PutIdleConn: func(error) {
		closing.Add(1)
		go func() {
			defer closing.Done()
			response.Body.Close()
		}()
		time.Sleep(50 * time.Millisecond) // it finds the body in use
	}}
	request, err := http.NewRequestWithContext(httptrace.WithClientTrace(context.Background(), trace), "GET", server.URL, nil)
	must(t, err)
	response, err = client.Do(request)
	must(t, err)
	_, err = io.ReadAll(response.Body)
	must(t, err)
	closing.Wait()
	response, err = client.Get(server.URL)
	must(t, err)
	response.Body.Close()
}

// SPDX-License-Identifier: MIT

package libhttp

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"time"

	"libhttp.dev/go/libhttp/internal/raw"
)

// exchange is one request of a Transport, until its response's body is read.
type exchange struct {
	t         *Transport
	request   *http.Request
	ctx       context.Context
	cancelled <-chan struct{} // the request's Cancel
	trace     *httptrace.ClientTrace
	key       connKey
	proxy     *url.URL
	conn      *idleConn
	stop      func()        // ends the watching of the context, or nil
	told      int32         // interim responses that the trace was told of
	first     bool          // the trace was told of the first byte
	tunnelled io.ReadCloser // what goes into the tunnel that CONNECT opens, or nil
	mu        sync.Mutex
	over      bool  // the connection may be another exchange's
	refused   error // by the trace: the exchange must end
}

func (e *exchange) run() (*http.Response, error) {
	e.watch()
	status, err := e.begun(), error(nil)
	if status == 0 {
		status, err = e.send()
	} else if e.request.Body != nil {
		e.request.Body.Close()
	}
	if status == early {
		status = 0
	}
	if err == nil && status == 0 {
		status = e.await()
	}
	if err == nil && e.refused != nil {
		err = e.refused
	}
	if err != nil || status != 0 {
		return nil, e.fail(status, err)
	}
	return e.answer(e.conn.poll.out.handle)
}

// watch ends the exchange when its context does.
func (e *exchange) watch() {
	done := e.ctx.Done()
	if done == nil && e.cancelled == nil {
		return
	}
	ended, seen := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(seen)
		select {
		case <-done:
		case <-e.cancelled:
		case <-ended:
			return
		}
		e.conn.interrupt()
	}()
	e.stop = func() {
		close(ended)
		<-seen
	}
}

// unwatch returns when nobody will interrupt the connection any more.
func (e *exchange) unwatch() {
	if e.stop != nil {
		e.stop()
		e.stop = nil
	}
}

// fail ends an exchange that gave no response.
func (e *exchange) fail(status int32, err error) error {
	if err == nil {
		err = e.explain(e.conn.status(status))
	}
	e.unwatch()
	e.t.release(e.conn, false, nil)
	e.noTunnel()
	return err
}

// noTunnel: what was to go into it goes nowhere.
func (e *exchange) noTunnel() {
	if e.tunnelled != nil {
		e.tunnelled.Close()
	}
}

// interrupt ends the exchange, if it isn't over.
func (e *exchange) interrupt() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.over {
		e.conn.interrupt()
	}
}

// explain adds whose end it was that cancelled the exchange.
func (e *exchange) explain(err error) error {
	if failure, ok := err.(*Error); ok && failure.Code.Is(ErrCancelled) {
		failure.Cause = e.ctx.Err()
	}
	return err
}

// await waits for the response's head.
func (e *exchange) await() int32 {
	c := e.conn
	limit := e.t.ResponseHeaderTimeout
	if limit > 0 {
		ran := make(chan struct{})
		timer := time.AfterFunc(limit, func() {
			c.interrupt()
			close(ran)
		})
		defer func() {
			if !timer.Stop() {
				<-ran
				if e.ctx.Err() == nil && e.refused == nil {
					e.refused = simple(ErrTimeout, "timeout awaiting response headers")
				}
			}
		}()
	}
	h := &c.poll.out.handle
	status := c.poll.run(c.h, raw.Connection_wait, func() int32 {
		status := raw.Connection_getresponse(c.h, h)
		if status == again && e.trace != nil && !e.tell(interimsOf(c.h, e.told)) {
			return closed
		}
		return status
	})
	if status == 0 && e.trace != nil {
		e.tellRest(*h)
	}
	return status
}

// What net/http's own Transport leaves out of a request's Header, as the Request says it elsewhere.
func excluded(name string) bool {
	switch len(name) {
	case 4:
		return strings.EqualFold(name, "Host")
	case 7:
		return strings.EqualFold(name, "Trailer")
	case 14:
		return strings.EqualFold(name, "Content-Length")
	case 17:
		return strings.EqualFold(name, "Transfer-Encoding")
	}
	return false
}

// fields puts the request's fields into the connection's message.
func (e *exchange) fields(trailers bool) error {
	r := e.request
	host := r.Host
	if host == "" {
		host = r.URL.Host
	}
	if i := strings.IndexByte(host, '%'); i >= 0 && strings.HasPrefix(host, "[") {
		host = host[:i] + host[strings.IndexByte(host, ']'):] // a zone means nothing to the peer
	}
	p := appendField(e.conn.packed[:0], "Host", strings.TrimSuffix(host, defaultSuffix(r.URL.Scheme)))
	for name, values := range r.Header {
		if excluded(name) || name == "User-Agent" && len(values) == 1 && values[0] == "" {
			continue
		}
		for _, value := range values {
			p = appendField(p, name, value)
		}
	}
	if r.Close || e.t.DisableKeepAlives {
		if !strings.EqualFold(r.Header.Get("Connection"), "close") {
			p = appendField(p, "Connection", "close")
		}
	}
	if e.proxy != nil && e.key.tls == nil && e.proxy.User != nil && r.Header.Get("Proxy-Authorization") == "" {
		credentials, err := proxyCredentials(e.proxy)
		if err != nil {
			return err
		}
		p = appendField(p, "Proxy-Authorization", credentials)
	}
	if trailers {
		names, err := trailerNames(r.Trailer)
		if err != nil {
			return err
		}
		p = appendField(p, "Trailer", strings.Join(names, ","))
	}
	e.conn.packed = p
	return e.conn.message.status(raw.Headers_unpack(e.conn.message.h, p))
}

// trailerNames gives what Trailer announces. Values may change until the body was read; what is there
// already is refused before anything is sent, as net/http does.
func trailerNames(trailers http.Header) ([]string, error) {
	message, err := NewMessage()
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(trailers))
	for name, values := range trailers {
		if excluded(name) {
			return nil, fmt.Errorf("libhttp: %q can't be a trailer", name)
		}
		names = append(names, name)
		for _, value := range append([]string{""}, values...) {
			if err := message.Add(name, value); err != nil {
				return nil, err
			}
		}
	}
	return names, nil
}

func defaultSuffix(scheme string) string {
	if scheme == "https" {
		return ":443"
	}
	return ":80"
}

func appendField(p []byte, name, value string) []byte {
	n, v := uint32(len(name)), uint32(len(value))
	p = append(p, uint32Bytes(&n)...)
	p = append(p, uint32Bytes(&v)...)
	p = append(p, name...)
	return append(p, value...)
}

// target is what the request line names.
func (e *exchange) target() string {
	u := e.request.URL
	if e.request.Method == http.MethodConnect && u.Path == "" {
		if u.Opaque != "" {
			return u.Opaque
		}
		if e.request.Host != "" {
			return e.request.Host
		}
		return u.Host
	}
	if e.proxy != nil && e.key.tls == nil {
		if u.Opaque != "" {
			return u.Scheme + ":" + u.Opaque
		}
		return u.Scheme + "://" + u.Host + u.RequestURI()
	}
	return u.RequestURI()
}

func (e *exchange) method() string {
	if e.request.Method == "" {
		return http.MethodGet
	}
	return e.request.Method
}

// send sends the request, and closes its body.
func (e *exchange) send() (status int32, err error) {
	body := e.request.Body
	if body == http.NoBody {
		body.Close()
		body = nil
	}
	if body != nil && e.method() == http.MethodConnect && e.request.ContentLength <= 0 {
		e.tunnelled, body = body, nil // CONNECT has no content: RFC 9110 9.3.6
	}
	if body != nil {
		defer body.Close()
	}
	trailers := len(e.request.Trailer) > 0 && body != nil
	if err = e.fields(trailers); err == nil {
		if body == nil {
			status = e.sendWhole(nil)
		} else {
			status, err = e.sendBody(body, trailers)
		}
	}
	if e.trace != nil && e.trace.WroteRequest != nil {
		info := httptrace.WroteRequestInfo{Err: err}
		if err == nil && status != 0 && status != early {
			info.Err = Code(status)
		}
		e.trace.WroteRequest(info)
	}
	return status, err
}

func (e *exchange) sendWhole(data []byte) int32 {
	c := e.conn
	status := raw.Connection_request(c.h, e.method(), e.target(), c.message.h, data)
	if status == 0 && e.trace != nil {
		status = c.poll.run(c.h, raw.Connection_wait, func() int32 { return raw.Connection_flush(c.h) })
		e.tellHead()
	}
	return status // without a trace it leaves with the step that waits for the response
}

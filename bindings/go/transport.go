// SPDX-License-Identifier: MIT

package libhttp

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"time"
)

// A Transport is an http.RoundTripper over libhttp, with a pool of idle connections. The zero value is
// ready. Any number of goroutines may use it; its fields are not changed any more then.
//
// The context of a request, its deadline included, acts in every phase: while the name is resolved,
// connecting, in the handshake, while the body is sent, and until the response's body is read. A
// request is never sent twice: where a connection is lost before the answer, the error is
// [ErrRemoteDisconnected], and the request may have been processed. A connection that has idled is
// looked at before it is used again, and replaced where the server has closed it or sent what nobody
// asked for.
//
// An answer that comes before the request's body was sent ends the sending; the connection is not kept
// then. Bodies come as the server sends them: nothing is decompressed, and "Accept-Encoding: identity"
// is sent unless the request has one. HTTP/1.1 is all that it speaks.
type Transport struct {
	// TLS is for https (nil: the default configuration).
	TLS *TLSConfig
	// Proxy gives a request's proxy, as http.ProxyFromEnvironment does; nil: none. https goes through
	// it by CONNECT. Only http:// proxies are known.
	Proxy func(*http.Request) (*url.URL, error)
	// ProxyConnectHeader goes to the proxy with CONNECT, and never further.
	ProxyConnectHeader http.Header

	// ConnectTimeout limits opening a connection as a whole (0: 30 s, negative: none).
	ConnectTimeout time.Duration
	// ResponseHeaderTimeout limits the wait for a response's head after the request was sent (0: none).
	ResponseHeaderTimeout time.Duration
	// IdleTimeout limits how long no byte may move in an exchange (0: 300 s, negative: none).
	IdleTimeout time.Duration
	// ExpectContinueTimeout limits the wait for 100 (Continue) (0: 1 s).
	ExpectContinueTimeout time.Duration

	// DisableKeepAlives: each connection serves one request.
	DisableKeepAlives bool
	// MaxIdleConns limits the idle connections altogether (0: no limit).
	MaxIdleConns int
	// MaxIdleConnsPerHost limits those of one host (0: http.DefaultMaxIdleConnsPerHost).
	MaxIdleConnsPerHost int
	// MaxConnsPerHost limits the connections to one host, those in use and idle ones; a request that
	// would need one more waits until another one's exchange is over (0: no limit).
	MaxConnsPerHost int
	// IdleConnTimeout is after how long an idle connection is closed (0: never).
	IdleConnTimeout time.Duration

	// SourceAddress is the local address to connect from ("": any).
	SourceAddress string
	// Prepare is called for each new connection, to set what else can be set.
	Prepare func(*Connection) error

	pool  pool
	limit hostLimit
}

// RoundTrip sends a request and gives its response.
func (t *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	e, err := t.begin(request)
	if err != nil {
		if request != nil && request.Body != nil {
			request.Body.Close()
		}
		return nil, err
	}
	return e.run()
}

// CloseIdleConnections closes those that are idle now.
func (t *Transport) CloseIdleConnections() { t.pool.clear() }

func (t *Transport) begin(request *http.Request) (*exchange, error) {
	if request == nil || request.URL == nil {
		return nil, errors.New("libhttp: the request has no URL")
	}
	if request.URL.Host == "" {
		return nil, errors.New("libhttp: no Host in request URL")
	}
	if err := request.Context().Err(); err != nil {
		return nil, err
	}
	e := &exchange{t: t, request: request, ctx: request.Context()}
	if request.Cancel != nil { //nolint: deprecated, and honoured all the same
		e.cancelled = request.Cancel
	}
	e.trace = httptrace.ContextClientTrace(e.ctx)
	if err := e.route(); err != nil {
		return nil, err
	}
	if e.trace != nil && e.trace.GetConn != nil {
		e.trace.GetConn(e.dialled())
	}
	if t.MaxConnsPerHost > 0 {
		if err := t.limit.enter(e.ctx, e.cancelled, e.key, t.MaxConnsPerHost); err != nil {
			return nil, err
		}
	}
	var err error
	if e.conn, err = e.connection(); err != nil {
		t.leave(e.key)
	}
	return e, err
}

func hostPort(u *url.URL) (string, error) {
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "http":
		port = "80"
	case u.Scheme == "https":
		port = "443"
	default:
		return "", fmt.Errorf("libhttp: unsupported protocol scheme %q", u.Scheme)
	}
	return net.JoinHostPort(u.Hostname(), port), nil
}

// route finds out which connection the request may use.
func (e *exchange) route() error {
	u := e.request.URL
	if u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("libhttp: unsupported protocol scheme %q", u.Scheme)
	}
	host, err := hostPort(u)
	if err != nil {
		return err
	}
	e.key = connKey{scheme: u.Scheme, host: host, source: e.t.SourceAddress}
	if e.t.Proxy != nil {
		if e.proxy, err = e.t.Proxy(e.request); err != nil {
			return err
		}
	}
	if e.proxy != nil {
		if e.proxy.Scheme != "http" {
			return fmt.Errorf("libhttp: proxies by %q are not supported", e.proxy.Scheme)
		}
		e.key.proxy = e.proxy.String()
	}
	if u.Scheme == "https" {
		e.key.tls = e.t.TLS
		if e.key.tls == nil {
			e.key.tls = defaultTLS
		}
	} else if e.proxy != nil {
		e.key.host = "" // any host's requests go through the proxy's connection
	}
	return nil
}

func (e *exchange) connection() (*idleConn, error) {
	if c := e.t.pool.get(e.key); c != nil {
		return c, nil
	}
	c, err := e.open()
	if err == nil && e.t.Prepare != nil {
		err = e.t.Prepare(c)
	}
	if err != nil {
		if c != nil {
			c.free()
		}
		return nil, err
	}
	idle := &idleConn{Connection: c, key: e.key}
	if idle.message, err = NewMessage(); err != nil {
		c.free()
		return nil, err
	}
	return idle, nil
}

// dialled is the address that is connected to: the proxy's where there is one.
func (e *exchange) dialled() string {
	if e.proxy == nil {
		return e.key.host
	}
	host, _ := hostPort(e.proxy)
	return host
}

// open makes a connection that goes where the request wants; it opens with the first bytes.
func (e *exchange) open() (*Connection, error) {
	u, t := e.request.URL, e.t
	first := u
	if e.proxy != nil {
		first = e.proxy
	}
	c, err := newConnection("", e.key.tls)
	if err != nil {
		return nil, err
	}
	port := 0
	if _, err = hostPort(first); err == nil {
		address, _ := hostPort(first)
		_, digits, _ := net.SplitHostPort(address)
		fmt.Sscanf(digits, "%d", &port)
		err = c.SetHost(first.Hostname(), port)
	}
	if err == nil && e.proxy != nil && e.key.tls != nil {
		err = e.tunnel(c)
	}
	if err == nil {
		err = c.SetStrictReuse(true) // the next request is somebody else's (T-15)
	}
	if err == nil && t.SourceAddress != "" {
		err = c.SetSourceAddress(t.SourceAddress, 0)
	}
	for _, limit := range []struct {
		set   func(time.Duration) error
		value time.Duration
	}{{c.SetConnectTimeout, t.ConnectTimeout}, {c.SetIdleTimeout, t.IdleTimeout},
		{c.SetContinueTimeout, t.ExpectContinueTimeout}} {
		if err == nil && limit.value != 0 {
			err = limit.set(limit.value)
		}
	}
	if err != nil {
		c.free()
		return nil, err
	}
	return c, nil
}

// tunnel: what is for the proxy goes with CONNECT alone (T-50).
func (e *exchange) tunnel(c *Connection) error {
	message, err := NewMessage()
	if err != nil {
		return err
	}
	for name, values := range e.t.ProxyConnectHeader {
		for _, value := range values {
			if err := message.Add(name, value); err != nil {
				return err
			}
		}
	}
	if e.proxy.User != nil {
		credentials, err := proxyCredentials(e.proxy)
		if err != nil {
			return err
		}
		if err := message.Set("Proxy-Authorization", credentials); err != nil {
			return err
		}
	}
	port := 443
	if digits := e.request.URL.Port(); digits != "" {
		fmt.Sscanf(digits, "%d", &port)
	}
	return c.SetTunnel(e.request.URL.Hostname(), port, message)
}

func proxyCredentials(proxy *url.URL) (string, error) {
	password, _ := proxy.User.Password()
	return BasicCredentials(proxy.User.Username(), password)
}

// leave lets the next one in who waits for that host.
func (t *Transport) leave(key connKey) {
	if t.MaxConnsPerHost > 0 {
		t.limit.leave(key)
	}
}

// release gives a connection back after its exchange, or frees it.
func (t *Transport) release(c *idleConn, keep bool, trace *httptrace.ClientTrace) {
	var err error
	if !keep {
		err = errors.New("libhttp: the connection can't be used again")
	} else if t.perHost() == 0 {
		err, keep = errors.New("libhttp: keep-alives are disabled"), false
	}
	c.used = true
	key := c.key
	if keep {
		for _, gone := range t.pool.put(c, t.perHost(), t.MaxIdleConns, t.IdleConnTimeout) {
			if gone == c {
				err = errors.New("libhttp: enough connections to that host are idle")
			}
			gone.free()
		}
	} else {
		c.free()
	}
	t.leave(key) // the next one takes it from the pool
	if trace != nil && trace.PutIdleConn != nil {
		trace.PutIdleConn(err) // at last: what it is told of is so by now
	}
}

var _ http.RoundTripper = (*Transport)(nil)
var _ net.Error = (*Error)(nil)

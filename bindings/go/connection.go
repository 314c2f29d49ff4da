// SPDX-License-Identifier: MIT

package libhttp

import (
	"context"
	"io"
	"runtime"
	"sync"
	"sync/atomic"

	"libhttp.dev/go/libhttp/internal/raw"
)

// What the library's numbers are called here.
const (
	again       = int32(raw.AGAIN)
	defaultPort = -1
	outputMax   = int64(raw.OUTPUT_MAX)
)

var (
	closed   = int32(raw.E_CLOSED)
	osFailed = int32(raw.E_OS)
	early    = int32(raw.E_EARLY_RESPONSE)
)

// A Connection is one transaction at a time with one server. It opens by itself with the first
// request, and anew after it was closed or lost.
type Connection struct {
	mu      sync.Mutex // held by whoever uses h; tried, never waited for, but by Close
	frees   uint32     // odd while the collector holds mu, or tries to
	closing sync.Mutex // held by a Close that waits for mu; whoever comes behind it waits
	closers int32
	lending bool // mu was let go while a body's reader runs; nobody else may begin a call
	endings int  // how often it was closed, for that reader to see
	h       uintptr
	poll    *poller
	tls     *TLSConfig
	ctx     context.Context
}

var connectionErrors = errorSource{raw.Connection_error, raw.Connection_errno,
	raw.Connection_tls_reason, raw.Connection_error_detail}

// NewHTTPConnection makes a connection to a server over plain HTTP: a name, an address, or
// "host:port". Nothing is opened yet. With "" as host say where it goes by SetUnix, SetFD or SetCarried.
func NewHTTPConnection(host string) (*Connection, error) {
	return newConnection(host, nil)
}

// NewHTTPSConnection makes a connection over TLS, by that configuration (nil: the default one).
func NewHTTPSConnection(host string, config *TLSConfig) (*Connection, error) {
	if config == nil {
		config = DefaultTLSConfig()
	}
	return newConnection(host, config)
}

func newConnection(host string, config *TLSConfig) (*Connection, error) {
	c := &Connection{h: raw.NewConnection().Swigcptr()}
	if c.h == 0 {
		return nil, simple(ErrNoMemory, ErrNoMemory.Error())
	}
	var err error
	if c.poll, err = newPoller(); err != nil {
		raw.DeleteConnection(raw.SwigcptrConnection(c.h))
		return nil, err
	}
	runtime.SetFinalizer(c, (*Connection).free)
	raw.Connection_set_mode(c.h, int32(raw.MODE_NONBLOCKING))
	if config != nil {
		c.tls = config
		err = c.status(raw.Connection_set_tls(c.h, config.h))
	}
	if err == nil && host != "" {
		err = c.status(raw.Connection_set_host(c.h, host, defaultPort))
	}
	if err != nil {
		c.free()
		return nil, err
	}
	return c, nil
}

// free gives everything back at once; the collector does it otherwise.
func (c *Connection) free() {
	if c.h != 0 {
		runtime.SetFinalizer(c, nil)
		raw.DeleteConnection(raw.SwigcptrConnection(c.h))
		c.poll.close()
		c.h = 0
	}
}

// enter begins a call; the caller defers leave.
func (c *Connection) enter() error {
	if c == nil {
		return simple(ErrInvalidArgument, "the connection is nil")
	}
	if atomic.LoadInt32(&c.closers) > 0 {
		c.closing.Lock()
		c.closing.Unlock()
	}
	if !c.tryLock() {
		return busy()
	}
	if c.lending {
		c.mu.Unlock()
		return busy()
	}
	if c.h == 0 {
		c.mu.Unlock()
		return simple(ErrNotConnected, "the connection was not made by NewHTTPConnection, or is freed")
	}
	return nil
}

func (c *Connection) leave() { c.mu.Unlock() }

// tryLock takes mu where no other goroutine is in a call. The collector's is soon over, and waited for.
func (c *Connection) tryLock() bool {
	for {
		before := atomic.LoadUint32(&c.frees)
		if c.mu.TryLock() {
			return true
		}
		if before%2 == 0 && before == atomic.LoadUint32(&c.frees) {
			return false
		}
		runtime.Gosched()
	}
}

// collect is for the collector: it frees what has a part in the connection, where nobody is in a call.
// Whether it did.
func (c *Connection) collect(free func()) bool {
	atomic.AddUint32(&c.frees, 1)
	defer atomic.AddUint32(&c.frees, 1)
	if !c.mu.TryLock() {
		return false
	}
	defer c.leave()
	free()
	return true
}

// status makes an error of what a call gave.
func (c *Connection) status(code int32) error {
	if code == 0 {
		return nil
	}
	if code == again {
		return ErrAgain
	}
	e := connectionErrors.of(c.h, code)
	if e.Code.Is(ErrTunnelFailed) {
		e.Status = int(raw.Connection_tunnel_status(c.h))
		e.Reason = text(raw.Connection_tunnel_reason(c.h))
	}
	if c.ctx != nil && e.Code.Is(ErrCancelled) {
		e.Cause = c.ctx.Err()
	}
	return e
}

// simply makes a call that never waits.
func (c *Connection) simply(f func(h uintptr) int32) error {
	if err := c.enter(); err != nil {
		return err
	}
	defer c.leave()
	return c.status(f(c.h))
}

// run makes a call that may wait; the caller has entered.
func (c *Connection) run(try func() int32) int32 {
	if c.ctx != nil && c.ctx.Done() != nil {
		defer watch(c.ctx, c.interrupt)()
	}
	return c.poll.run(c.h, raw.Connection_wait, try)
}

// watch calls interrupt when the context ends; what it gives ends the watching, and returns when
// interrupt will never be called any more.
func watch(ctx context.Context, interrupt func()) (stop func()) {
	ended, seen := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(seen)
		select {
		case <-ctx.Done():
			interrupt()
		case <-ended:
		}
	}()
	return func() {
		close(ended)
		<-seen
	}
}

func (c *Connection) interrupt() {
	raw.Connection_cancel(c.h)
	c.poll.wake()
}

// ErrAgain is given in carried mode (SetCarried) where a call can't go on: Take what is to be sent,
// Feed what arrived, and make the call again.
var ErrAgain error = Code(raw.AGAIN)

// SetContext makes the calls from here on end when the context does; nil: none any more. The exchange
// under way is lost then, and every call fails until CancelReset.
func (c *Connection) SetContext(ctx context.Context) error {
	return c.simply(func(uintptr) int32 {
		c.ctx = ctx
		return 0
	})
}

// Connect opens the connection now; requests do it by themselves otherwise.
func (c *Connection) Connect() error {
	return c.waiting(raw.Connection_connect)
}

func (c *Connection) waiting(f func(uintptr) int32) error {
	if err := c.enter(); err != nil {
		return err
	}
	defer c.leave()
	return c.status(c.run(func() int32 { return f(c.h) }))
}

// Close closes the connection. It may be opened again by a request. Another goroutine's call that
// waits ends with [ErrCancelled], and so does one whose body's reader calls Close, or is still reading.
func (c *Connection) Close() error {
	if c == nil || c.h == 0 {
		return nil
	}
	c.drive(nil)
	defer c.leave()
	c.lending = false
	c.endings++
	return c.status(raw.Connection_close(c.h))
}

// drive enters, whoever else is in a call: that ends with ErrCancelled. besides is called to cancel too.
func (c *Connection) drive(besides func()) {
	if c.tryLock() {
		return
	}
	c.closing.Lock()
	atomic.AddInt32(&c.closers, 1)
	c.Cancel()
	if besides != nil {
		besides()
	}
	c.mu.Lock()
	raw.Connection_cancel_reset(c.h)
	atomic.AddInt32(&c.closers, -1)
	c.closing.Unlock()
}

// Cancel ends what another goroutine waits for on this connection, its responses and streams, with
// [ErrCancelled], and every later call until CancelReset.
func (c *Connection) Cancel() error {
	if c == nil || c.h == 0 {
		return simple(ErrInvalidArgument, "there is no connection")
	}
	c.interrupt()
	runtime.KeepAlive(c)
	return nil
}

// CancelReset takes a cancel back.
func (c *Connection) CancelReset() error { return c.simply(raw.Connection_cancel_reset) }

// Cancelled tells whether a cancel is in force.
func (c *Connection) Cancelled() bool {
	defer runtime.KeepAlive(c)
	return raw.Connection_cancelled(c.h) == 1
}

// Trim frees what an idle connection can do without; it comes back at need.
func (c *Connection) Trim() error { return c.simply(raw.Connection_trim) }

// PutRequest begins a request, to be followed by PutHeader and EndHeaders.
func (c *Connection) PutRequest(method, target string, options ...PutOption) error {
	skip := int32(0)
	for _, option := range options {
		skip |= int32(option)
	}
	return c.simply(func(h uintptr) int32 { return raw.Connection_putrequest(h, method, target, skip) })
}

// A PutOption leaves out what PutRequest puts by itself.
type PutOption int32

// No automatic Host field; no automatic Accept-Encoding.
const (
	SkipHost           = PutOption(raw.SKIP_HOST)
	SkipAcceptEncoding = PutOption(raw.SKIP_ACCEPT_ENCODING)
)

// PutHeader puts one field. More values continue it on lines of their own, which RFC 9112 deprecates.
func (c *Connection) PutHeader(name string, values ...string) error {
	if len(values) > 1 { // all of them can be, or none is put
		all, err := NewMessage()
		for i := 1; i < len(values) && err == nil; i++ {
			err = all.Add("Continued", values[i])
		}
		if err != nil {
			return err
		}
	}
	return c.simply(func(h uintptr) int32 {
		first := ""
		if len(values) > 0 {
			first = values[0]
		}
		status := raw.Connection_putheader(h, name, first)
		for i := 1; i < len(values) && status == 0; i++ {
			status = raw.Connection_putheader_continue(h, values[i])
		}
		return status
	})
}

// EndHeaders ends the head; it leaves with the first Send, Flush or GetResponse.
func (c *Connection) EndHeaders() error {
	return c.simply(func(h uintptr) int32 { return raw.Connection_endheaders(h, 0) })
}

// EndHeadersChunked ends the head of a request whose body goes in chunks, one for each Send, until
// Finish.
func (c *Connection) EndHeadersChunked() error {
	return c.simply(func(h uintptr) int32 {
		return raw.Connection_endheaders(h, int32(raw.ENCODE_CHUNKED))
	})
}

// Send sends bytes of the body, all of them (in carried mode fewer, perhaps). [ErrEarlyResponse] says
// that the server has answered already: stop, and call GetResponse.
func (c *Connection) Send(data []byte) (int, error) {
	if err := c.enter(); err != nil {
		return 0, err
	}
	defer c.leave()
	sent, status := c.send(data)
	return sent, c.status(status)
}

// Write is Send: a Connection is an io.Writer of the body.
func (c *Connection) Write(data []byte) (int, error) { return c.Send(data) }

func (c *Connection) send(data []byte) (int, int32) {
	count := &c.poll.out.count
	sent := 0
	for sent < len(data) {
		status := c.run(func() int32 { return raw.Connection_send(c.h, data[sent:], count) })
		if status != 0 {
			if status == again && sent > 0 {
				break
			}
			return sent, status
		}
		sent += int(*count)
	}
	return sent, 0
}

// ReadFrom sends what the reader gives until its end: io.Copy(connection, reader). Files go by the
// kernel.
func (c *Connection) ReadFrom(reader io.Reader) (int64, error) {
	if err := c.enter(); err != nil {
		return 0, err
	}
	defer c.leave()
	sent, status, err := c.sendAll(c.lend(reader))
	if err == nil {
		err = c.status(status)
	}
	return sent, err
}

// Finish ends the body: the last chunk, with trailers (or nil), where chunks are encoded; otherwise a
// check that it is as long as declared.
func (c *Connection) Finish(trailers *Message) error {
	if err := c.enter(); err != nil {
		return err
	}
	defer c.leave()
	return c.status(c.finish(trailers))
}

func (c *Connection) finish(trailers *Message) int32 {
	status := raw.Connection_finish(c.h, trailers.handle())
	runtime.KeepAlive(trailers)
	if status == 0 {
		status = c.run(func() int32 { return raw.Connection_flush(c.h) })
	}
	return status
}

// Flush moves what is still to be sent.
func (c *Connection) Flush() error { return c.waiting(raw.Connection_flush) }

// GetResponse waits for the response's head.
func (c *Connection) GetResponse() (*Response, error) {
	if err := c.enter(); err != nil {
		return nil, err
	}
	defer c.leave()
	o := c.poll.out
	if status := c.run(func() int32 { return raw.Connection_answer(c.h, &o.handle, &o.head) }); status != 0 {
		return nil, c.status(status)
	}
	return newResponse(c, o.handle, &o.head)
}

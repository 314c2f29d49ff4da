// SPDX-License-Identifier: MIT

package libhttp

import (
	"io"
	"runtime"
	"strings"

	"libhttp.dev/go/libhttp/internal/raw"
)

// A Response is the answer to one request: its head at once, its body as it is read. It is an
// io.ReadCloser and an io.WriterTo. It closes itself at its end.
type Response struct {
	Status  int    // 200
	Reason  string // "OK"
	Version int    // 10 for HTTP/1.0, 11 for HTTP/1.1

	h    uintptr
	conn *Connection
	poll *poller
	own  bool // the poller: the response took the transport along
	ends bool // Read has been at its end: io.EOF follows
}

var responseErrors = errorSource{raw.Response_error, raw.Response_errno, raw.Response_tls_reason,
	raw.Response_error_detail}

func newResponse(c *Connection, h uintptr, head *raw.Head) (*Response, error) {
	r := &Response{h: h, conn: c, poll: c.poll, Status: int(head.Status), Reason: spanText(&head.Reason),
		Version: int(head.Version)}
	runtime.SetFinalizer(r, (*Response).forgotten)
	// A response that ends its connection takes the transport along: the connection may open another
	// while this one is still read.
	if head.WillClose == 1 && head.IsComplete == 0 {
		fresh, err := newPoller()
		if err != nil {
			r.free()
			return nil, err
		}
		c.poll, r.own = fresh, true
	}
	return r, nil
}

func (r *Response) free() {
	if r.h != 0 {
		runtime.SetFinalizer(r, nil)
		raw.DeleteResponse(raw.SwigcptrResponse(r.h))
		r.h = 0
		if r.own {
			r.poll.close()
		}
	}
}

// forgotten is the collector's; where it can't free now, the next collection does.
func (r *Response) forgotten() {
	if !r.conn.collect(r.free) {
		runtime.SetFinalizer(r, (*Response).forgotten)
	}
}

func (r *Response) enter() error {
	if r == nil || r.conn == nil {
		return simple(ErrInvalidArgument, "the response was not made by GetResponse")
	}
	if err := r.conn.enter(); err != nil {
		return err
	}
	if r.h == 0 {
		r.conn.leave()
		return simple(ErrClosed, "the response is closed")
	}
	return nil
}

func (r *Response) leave() { r.conn.leave() }

func (r *Response) status(code int32) error {
	if code == 0 {
		return nil
	}
	if code == again {
		return ErrAgain
	}
	e := responseErrors.of(r.h, code)
	if e.Code.Is(ErrIncompleteRead) {
		e.Missing = raw.Response_missing(r.h)
	}
	if r.conn.ctx != nil && e.Code.Is(ErrCancelled) {
		e.Cause = r.conn.ctx.Err()
	}
	return e
}

func (r *Response) run(try func() int32) int32 {
	if ctx := r.conn.ctx; ctx != nil && ctx.Done() != nil {
		defer watch(ctx, r.interrupt)()
	}
	return r.poll.run(r.h, raw.Response_wait, try)
}

func (r *Response) interrupt() {
	raw.Response_cancel(r.h)
	r.poll.wake()
}

// fill reads by one of the library's reading functions.
func (r *Response) fill(read func(uintptr, []byte, *int64) int32, buffer []byte) (int, error) {
	if err := r.enter(); err != nil {
		return 0, err
	}
	defer r.leave()
	if len(buffer) == 0 {
		return 0, nil
	}
	count := &r.poll.out.count
	status := r.run(func() int32 { return read(r.h, buffer, count) })
	if status != 0 {
		return 0, r.status(status)
	}
	if *count == 0 {
		return 0, io.EOF
	}
	return int(*count), nil
}

// Read reads what is there of the body, and waits for the first byte. At the end it gives io.EOF;
// a body that was cut off gives [ErrIncompleteRead] (io.ErrUnexpectedEOF to errors.Is), never an end.
func (r *Response) Read(buffer []byte) (int, error) {
	return r.fill(func(h uintptr, buffer []byte, count *int64) int32 {
		if r.ends {
			*count = 0
			return 0
		}
		complete := &r.poll.out.flag
		status := raw.Response_read_on(h, buffer, count, complete)
		r.ends = status == 0 && *complete == 1
		return status
	}, buffer)
}

// Read1 returns with the first bytes that are there.
func (r *Response) Read1(buffer []byte) (int, error) { return r.fill(raw.Response_read1, buffer) }

// ReadLine reads up to and with the next "\n", at most len(buffer) bytes.
func (r *Response) ReadLine(buffer []byte) (int, error) { return r.fill(raw.Response_readline, buffer) }

// span reads by one of the functions that lend bytes.
func (r *Response) span(read func(h uintptr, span *raw.Span) int32) ([]byte, error) {
	if err := r.enter(); err != nil {
		return nil, err
	}
	defer r.leave()
	var span raw.Span
	if status := r.run(func() int32 { return read(r.h, &span) }); status != 0 {
		return nil, r.status(status)
	}
	return append([]byte{}, spanBytes(&span)...), nil
}

// Peek gives the next bytes without taking them; none at the end.
func (r *Response) Peek() ([]byte, error) { return r.span(raw.Response_peek) }

// ReadAll reads the rest of the body, of at most maximum bytes: [ErrTooLarge] where there are more,
// and reading may go on then. The error of a body that was cut off has what came in Partial.
func (r *Response) ReadAll(maximum int64) ([]byte, error) {
	data, err := r.span(func(h uintptr, span *raw.Span) int32 {
		return raw.Response_read_all(h, maximum, span)
	})
	if e, ok := err.(*Error); ok && r != nil && r.enter() == nil {
		var span raw.Span
		raw.Response_partial(r.h, &span)
		e.Partial = spanBytes(&span)
		r.leave()
	}
	return data, err
}

// WriteTo writes the rest of the body: io.Copy(writer, response).
func (r *Response) WriteTo(writer io.Writer) (int64, error) {
	block := blocks.Get().(*[blockSize]byte)
	defer blocks.Put(block)
	written := int64(0)
	for {
		got, err := r.Read(block[:])
		if got > 0 {
			n, err := writer.Write(block[:got])
			written += int64(n)
			if err == nil && n != got {
				err = io.ErrShortWrite
			}
			if err != nil {
				return written, err
			}
		}
		if err == io.EOF {
			return written, nil
		}
		if err != nil {
			return written, err
		}
	}
}

// Close gives up the unread body: a little of it is read away to keep the connection, otherwise that
// is dropped. Another goroutine's Read that waits ends with [ErrCancelled].
func (r *Response) Close() error {
	if r == nil || r.conn == nil {
		return nil
	}
	c := r.conn
	c.drive(r.Cancel)
	defer c.leave()
	if r.h != 0 {
		raw.Response_close(r.h)
	}
	return nil
}

// Cancel ends what another goroutine waits for, as the connection's Cancel does.
func (r *Response) Cancel() {
	r.interrupt()
	runtime.KeepAlive(r)
}

// ask is for what can always be told.
func ask[T any](r *Response, f func(uintptr) T) (value T) {
	if r.enter() == nil {
		defer r.leave()
		value = f(r.h)
	}
	return value
}

// GetHeader gives a field's value, several joined by ", ". Where there is none, it is fallback, if any is
// given, joined likewise.
func (r *Response) GetHeader(name string, fallback ...string) string {
	instead := strings.Join(fallback, ", ")
	return ask(r, func(h uintptr) string {
		var span raw.Span
		if raw.Response_getheader(h, name, instead, &span) != 0 {
			return instead
		}
		return spanText(&span)
	})
}

// GetHeaders gives all fields in their order.
func (r *Response) GetHeaders() []Field { return r.Header().Fields() }

// Header gives the fields; read-only.
func (r *Response) Header() *Message { return lentMessage(ask(r, raw.Response_headers), r) }

// Trailers gives the fields behind the body, once it was read to its end.
func (r *Response) Trailers() *Message { return lentMessage(ask(r, raw.Response_trailers), r) }

// RawHead gives the head as the bytes that arrived.
func (r *Response) RawHead() ([]byte, error) { return r.span(raw.Response_raw_head) }

// URL is the target of the request that it answers.
func (r *Response) URL() string {
	return ask(r, func(h uintptr) string { return text(raw.Response_url(h)) })
}

// An Interim is a response (1xx) that came before the final one.
type Interim struct {
	Status int
	Header *Message
}

// Interims gives them in their order.
func (r *Response) Interims() []Interim {
	return ask(r, func(h uintptr) []Interim {
		found := make([]Interim, raw.Response_interim_count(h))
		for i := range found {
			header := lentMessage(raw.Response_interim_headers(h, int32(i)), r)
			found[i] = Interim{int(raw.Response_interim_status(h, int32(i))), header}
		}
		return found
	})
}

// Remaining is the number of bytes of the body still to come; -1 where nobody knows.
func (r *Response) Remaining() int64 { return ask(r, raw.Response_remaining) }

// IsComplete tells whether the body was read to its end.
func (r *Response) IsComplete() bool { return ask(r, raw.Response_is_complete) == 1 }

// IsClosed tells whether it is complete or closed, or gave an error that ended its body.
func (r *Response) IsClosed() bool { return ask(r, raw.Response_is_closed) == 1 }

// WillClose tells whether the connection ends with this response.
func (r *Response) WillClose() bool { return ask(r, raw.Response_will_close) == 1 }

// FileNo is the descriptor of the socket, the connection's own; -1 where there is none.
func (r *Response) FileNo() int { return int(ask(r, raw.Response_fileno)) }

// SetDebugLevel is as the connection's, which it inherits.
func (r *Response) SetDebugLevel(level int) error {
	return r.status(ask(r, func(h uintptr) int32 { return raw.Response_set_debuglevel(h, int32(level)) }))
}

// DebugLevel is the level in force.
func (r *Response) DebugLevel() int { return int(ask(r, raw.Response_debuglevel)) }

// LastError is the kind of the last error; 0: none.
func (r *Response) LastError() Code { return Code(ask(r, raw.Response_error_code)) }

// Stream gives what takes over after 101 (Switching Protocols) or a 2xx to CONNECT.
func (r *Response) Stream() (*Stream, error) {
	if err := r.enter(); err != nil {
		return nil, err
	}
	defer r.leave()
	h := &r.poll.out.handle
	if status := raw.Response_stream(r.h, h); status != 0 {
		return nil, r.status(status)
	}
	return newStream(r.conn, *h)
}

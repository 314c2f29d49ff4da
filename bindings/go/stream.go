// SPDX-License-Identifier: MIT

package libhttp

import (
	"io"
	"os"
	"runtime"
	"sync"

	"libhttp.dev/go/libhttp/internal/raw"
)

// A Stream is what is left of a connection after 101 (Switching Protocols) or a 2xx to CONNECT: bytes
// in both directions, TLS included. One goroutine may read while another one writes.
type Stream struct {
	mu      sync.Mutex // around each step; nobody waits with it
	h       uintptr
	conn    *Connection // kept: they are used by one goroutine at a time
	reading sync.Mutex  // of a direction; both for `over`
	writing sync.Mutex
	reads   *poller // each direction waits by itself
	writes  *poller
	over    bool   // the pollers are closed
	closed  func() // a Transport's
}

var streamErrors = errorSource{text: raw.Stream_error, errno: raw.Stream_errno,
	reason: raw.Stream_tls_reason}

func newStream(c *Connection, h uintptr) (*Stream, error) {
	s := &Stream{h: h, conn: c}
	var err error
	if s.reads, err = newPoller(); err == nil {
		if s.writes, err = newPoller(); err != nil {
			s.reads.close()
		}
	}
	if err != nil {
		raw.DeleteStream(raw.SwigcptrStream(h))
		return nil, err
	}
	runtime.SetFinalizer(s, (*Stream).forgotten)
	return s, nil
}

// forgotten is the collector's, see Response.forgotten.
func (s *Stream) forgotten() {
	if !s.conn.collect(s.free) {
		runtime.SetFinalizer(s, (*Stream).forgotten)
	}
}

func (s *Stream) free() {
	raw.DeleteStream(raw.SwigcptrStream(s.h))
	s.h = 0
	s.reads.close()
	s.writes.close()
}

func (s *Stream) status(code int32) error {
	if code == 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return streamErrors.of(s.h, code)
}

func (s *Stream) wait(h uintptr, fd, events *int32, ms, generation *int64) int32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return raw.Stream_wait(h, fd, events, ms, generation)
}

func (s *Stream) run(p *poller, try func() int32) int32 {
	step := func() int32 {
		s.mu.Lock()
		defer s.mu.Unlock()
		return try()
	}
	if s.over { // nothing waits any more
		return step()
	}
	return p.run(s.h, s.wait, step)
}

// Read reads what is there, and waits for the first byte; io.EOF: the peer has ended its direction.
func (s *Stream) Read(buffer []byte) (int, error) {
	if len(buffer) == 0 {
		return 0, nil
	}
	s.reading.Lock()
	defer s.reading.Unlock()
	count := &s.reads.out.count
	status := s.run(s.reads, func() int32 { return raw.Stream_read(s.h, buffer, count) })
	if status != 0 {
		return 0, s.status(status)
	}
	if *count == 0 {
		return 0, io.EOF
	}
	return int(*count), nil
}

// Write writes all of it.
func (s *Stream) Write(data []byte) (int, error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	count := &s.writes.out.count
	sent := 0
	for sent < len(data) {
		status := s.run(s.writes, func() int32 { return raw.Stream_write(s.h, data[sent:], count) })
		if status != 0 {
			return sent, s.status(status)
		}
		sent += int(*count)
	}
	return sent, nil
}

// CloseWrite ends the sending direction; reading goes on.
func (s *Stream) CloseWrite() error {
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.status(s.run(s.writes, func() int32 { return raw.Stream_shutdown_write(s.h) }))
}

// Close closes both directions, and ends what others wait for with [ErrCancelled].
func (s *Stream) Close() error {
	s.Cancel()
	s.mu.Lock()
	raw.Stream_close(s.h)
	if s.closed != nil {
		s.closed()
		s.closed = nil
	}
	s.mu.Unlock()
	s.reading.Lock()
	defer s.reading.Unlock()
	s.writing.Lock()
	defer s.writing.Unlock()
	s.over = true
	s.reads.close()
	s.writes.close()
	return nil
}

// Cancel ends what others wait for, and every later call.
func (s *Stream) Cancel() {
	raw.Stream_cancel(s.h)
	s.reads.wake()
	s.writes.wake()
	runtime.KeepAlive(s)
}

// FileNo is the descriptor of the socket, the stream's own; -1 where there is none.
func (s *Stream) FileNo() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return int(raw.Stream_fileno(s.h))
}

// LastError is the kind of the last error; 0: none.
func (s *Stream) LastError() Code {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Code(raw.Stream_error_code(s.h))
}

// Detach takes the bare socket out (plain TCP and Unix only), for net.FileConn, with the bytes that
// were received but not read.
func (s *Stream) Detach() (*os.File, []byte, error) {
	s.mu.Lock()
	var fd int32
	var span raw.Span
	status := raw.Stream_detach_fd(s.h, &fd, &span)
	unread := spanBytes(&span)
	s.mu.Unlock()
	if status != 0 {
		return nil, nil, s.status(status)
	}
	return os.NewFile(uintptr(fd), "libhttp stream"), unread, nil
}

// SPDX-License-Identifier: MIT

package libhttp

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"libhttp.dev/go/libhttp/internal/raw"
)

// sendBody sends the head and the body, in the way that suits the body.
func (e *exchange) sendBody(body io.ReadCloser, trailers bool) (int32, error) {
	length := e.request.ContentLength
	if length == 0 || trailers || isChunked(e.request) {
		length = int64(raw.LENGTH_UNKNOWN)
	} else if length < 0 {
		length = int64(raw.LENGTH_UNKNOWN)
	}
	if file, ok := body.(*os.File); ok && !trailers && !isChunked(e.request) && isRegular(file) {
		return e.sendFile(file, length)
	}
	if e.expects() {
		return e.sendAsked(body, length, trailers)
	}
	// What can be had again is in memory: to read it doesn't wait.
	if e.request.GetBody != nil && length >= 0 {
		if length <= blockSize {
			return e.sendShort(body, length)
		}
		if status := e.pieces(length); status != 0 {
			return status, nil
		}
		return e.sendInline(body, length)
	}
	return e.sendPumped(body, length, trailers)
}

func isChunked(r *http.Request) bool {
	return len(r.TransferEncoding) > 0 && r.TransferEncoding[0] == "chunked"
}

func (e *exchange) pieces(length int64) int32 {
	c := e.conn
	return raw.Connection_request_pieces(c.h, e.method(), e.target(), c.message.h, length)
}

// sendHead sends the head of a request whose body follows; where it expects 100 (Continue), it waits for it.
func (e *exchange) sendHead(length int64) int32 {
	if status := e.pieces(length); status != 0 {
		return status
	}
	c := e.conn
	status := c.poll.run(c.h, raw.Connection_wait, func() int32 { return raw.Connection_flush(c.h) })
	if status == 0 {
		e.tellHead()
	}
	return status
}

func (e *exchange) expects() bool {
	return strings.EqualFold(e.request.Header.Get("Expect"), "100-continue")
}

// sendAsked reads nothing of the body before the server wants it: where the body is that of a request to a
// server in this program, reading it asks that one's client.
func (e *exchange) sendAsked(body io.Reader, length int64, trailers bool) (int32, error) {
	if status := e.sendHead(length); status != 0 {
		return status, nil
	}
	p := startPump(body, e.conn.poll.wake)
	defer close(p.quit)
	return e.sendChunks(p, nil, length, trailers)
}

// sendShort lets the head and the body leave in one system call.
func (e *exchange) sendShort(body io.Reader, length int64) (int32, error) {
	block := blocks.Get().(*[blockSize]byte)
	defer blocks.Put(block)
	if n, err := io.ReadFull(body, block[:length]); err != nil {
		return 0, fmt.Errorf("libhttp: ContentLength is %d, the body ended after %d: %w", length, n, err)
	}
	if err := atEnd(body, length); err != nil {
		return 0, err
	}
	return e.sendWhole(block[:length]), nil
}

func atEnd(body io.Reader, length int64) error {
	var more [1]byte
	n, err := io.ReadFull(body, more[:])
	if n > 0 {
		return fmt.Errorf("libhttp: the body is longer than its ContentLength, %d", length)
	}
	if err != io.EOF {
		return err
	}
	return nil
}

func (e *exchange) sendInline(body io.Reader, length int64) (int32, error) {
	e.tellHead()
	sent, status, err := e.conn.sendAll(io.LimitReader(body, length))
	if err == nil && status == 0 {
		if err = atEnd(body, length); err == nil && sent < length {
			err = fmt.Errorf("libhttp: ContentLength is %d, the body ended after %d: %w", length, sent,
				io.ErrUnexpectedEOF)
		}
	}
	if err != nil || status != 0 {
		return status, err
	}
	return e.conn.finish(nil), nil
}

// sendFile lets the kernel send it.
func (e *exchange) sendFile(file *os.File, length int64) (int32, error) {
	var status int32
	c := e.conn
	err := control(file, func(fd int32) {
		status = raw.Connection_request_fd(c.h, e.method(), e.target(), c.message.h, fd, length)
	})
	e.tellHead()
	if err == nil && status == 0 {
		_, status, err = c.sendFile(file)
	}
	if err != nil || status != 0 {
		return status, err
	}
	return c.finish(nil), nil
}

// A pump reads a body in a goroutine of its own, so that an early answer, or the context's end, is
// noticed while the reader waits.
type pump struct {
	chunks chan pumped
	free   chan *[blockSize]byte
	quit   chan struct{}
}

type pumped struct {
	block *[blockSize]byte
	n     int
	err   error
}

func startPump(body io.Reader, wake func()) *pump {
	p := &pump{make(chan pumped, 1), make(chan *[blockSize]byte, 2), make(chan struct{})}
	p.free <- blocks.Get().(*[blockSize]byte)
	p.free <- blocks.Get().(*[blockSize]byte)
	go func() {
		for {
			var chunk pumped
			select {
			case chunk.block = <-p.free:
			case <-p.quit:
				return
			}
			chunk.n, chunk.err = take(body, chunk.block[:])
			select {
			case p.chunks <- chunk:
			case <-p.quit:
				return
			}
			if wake(); chunk.err != nil {
				return
			}
		}
	}()
	return p
}

// waitReadable waits for the socket, where the library itself has nothing to wait for.
func waitReadable(h uintptr, fd, events *int32, ms, generation *int64) int32 {
	status := raw.Connection_wait(h, fd, events, ms, generation)
	if *fd < 0 {
		*fd, *ms = raw.Connection_fileno(h), -1
	}
	return status
}

// next waits for a piece of the body, or for the server's answer.
func (e *exchange) next(p *pump) (chunk pumped, status int32) {
	c := e.conn
	status = c.poll.run(c.h, waitReadable, func() int32 {
		select {
		case chunk = <-p.chunks:
			return 0
		default:
		}
		if status := raw.Connection_send(c.h, nil, &c.poll.out.count); status != 0 {
			return status
		}
		return again
	})
	if status == again { // there is no socket: the next send tells why
		select {
		case chunk = <-p.chunks:
			status = 0
		case <-e.ctx.Done():
			status = int32(raw.E_CANCELLED)
		}
	}
	return chunk, status
}

func (e *exchange) sendPumped(body io.ReadCloser, length int64, trailers bool) (int32, error) {
	p := startPump(body, e.conn.poll.wake)
	defer close(p.quit)
	var first *pumped
	if length < 0 && !trailers && usuallyLacksBody(e.method()) {
		timer := time.NewTimer(200 * time.Millisecond)
		select {
		case chunk := <-p.chunks:
			if first = &chunk; chunk.n == 0 && chunk.err == io.EOF {
				timer.Stop()
				return e.sendWhole(nil), nil
			}
		case <-timer.C:
		}
		timer.Stop()
	}
	if status := e.sendHead(length); status != 0 {
		return status, nil
	}
	return e.sendChunks(p, first, length, trailers)
}

func (e *exchange) sendChunks(p *pump, first *pumped, length int64, trailers bool) (int32, error) {
	for left := length; ; {
		var chunk pumped
		var status int32
		if first != nil {
			chunk, first = *first, nil
		} else if chunk, status = e.next(p); status != 0 {
			return status, nil
		}
		if left -= int64(chunk.n); length >= 0 && left < 0 {
			return 0, fmt.Errorf("libhttp: the body is longer than its ContentLength, %d", length)
		}
		if _, status = e.conn.send(chunk.block[:chunk.n]); status != 0 {
			return status, nil
		}
		p.free <- chunk.block
		if chunk.err == io.EOF {
			if length >= 0 && left > 0 {
				return 0, fmt.Errorf("libhttp: ContentLength is %d, the body ended after %d: %w", length,
					length-left, io.ErrUnexpectedEOF)
			}
			return e.finishBody(trailers)
		}
		if chunk.err != nil {
			return 0, chunk.err
		}
	}
}

func (e *exchange) finishBody(trailers bool) (int32, error) {
	if !trailers {
		return e.conn.finish(nil), nil
	}
	message, err := NewMessage()
	if err != nil {
		return 0, err
	}
	for name, values := range e.request.Trailer {
		for _, value := range values {
			if err := message.Add(name, value); err != nil {
				return 0, err
			}
		}
	}
	return e.conn.finish(message), nil
}

// usuallyLacksBody: of such a method an empty reader is taken for no body, as net/http does.
func usuallyLacksBody(method string) bool {
	switch method {
	case "GET", "HEAD", "DELETE", "OPTIONS", "PROPFIND", "SEARCH":
		return true
	}
	return false
}

// SPDX-License-Identifier: MIT

package libhttp

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"

	"libhttp.dev/go/libhttp/internal/raw"
)

// Bytes that a body is read in.
const blockSize = 64 << 10

var blocks = sync.Pool{New: func() any { return new([blockSize]byte) }}

// Request sends a whole request. The body may be nil: none. Of a *bytes.Reader, *bytes.Buffer or
// *strings.Reader the length is known; a regular *os.File goes from where it stands to its end, by the
// kernel; any other reader goes in chunks, unless header has a Content-Length. An answer of the server
// before the body's end is no error: GetResponse gives it.
func (c *Connection) Request(method, target string, header *Message, body io.Reader) error {
	if err := c.enter(); err != nil {
		return err
	}
	defer c.leave()
	status, err := c.request(method, target, header, body)
	runtime.KeepAlive(header)
	if status == early {
		status = 0
	}
	if err == nil {
		err = c.status(status)
	}
	return err
}

func (c *Connection) request(method, target string, header *Message, body io.Reader) (int32, error) {
	size := int64(raw.LENGTH_UNKNOWN)
	switch b := body.(type) {
	case nil:
		return c.requestWhole(method, target, header, nil), nil
	case *bytes.Reader:
		size = int64(b.Len())
	case *bytes.Buffer:
		size = int64(b.Len())
	case *strings.Reader:
		size = int64(b.Len())
	case *os.File:
		if isRegular(b) {
			return c.requestFile(method, target, header, b)
		}
	}
	if size >= 0 && size <= outputMax {
		data := make([]byte, size)
		if _, err := io.ReadFull(body, data); err != nil {
			return 0, err
		}
		return c.requestWhole(method, target, header, data), nil
	}
	status := raw.Connection_request_pieces(c.h, method, target, header.handle(), size)
	if status != 0 {
		return status, nil
	}
	return c.requestBody(body)
}

func (c *Connection) requestWhole(method, target string, header *Message, data []byte) int32 {
	taken := &c.poll.out.flag
	status := raw.Connection_ask(c.h, method, target, header.handle(), data, taken)
	if status == again && *taken == 1 {
		status = c.run(func() int32 { return raw.Connection_flush(c.h) })
	}
	return status
}

func (c *Connection) requestFile(method, target string, header *Message, file *os.File) (int32, error) {
	var status int32
	err := control(file, func(fd int32) {
		status = raw.Connection_request_fd(c.h, method, target, header.handle(), fd, int64(raw.LENGTH_UNKNOWN))
	})
	if status != 0 || err != nil {
		return status, err
	}
	return c.requestBody(file)
}

// requestBody sends all and ends; where the reader fails, or panics, the request can't be ended, so it
// is dropped.
func (c *Connection) requestBody(body io.Reader) (status int32, err error) {
	sent, endings := false, c.endings
	defer func() {
		if !sent && c.endings == endings {
			raw.Connection_close(c.h)
		}
	}()
	if _, status, err = c.sendAll(c.lend(body)); err != nil {
		return 0, err
	}
	sent = true
	if status == 0 {
		status = c.finish(nil)
	}
	return status, nil
}

// lent reads a body while nobody holds the connection: its reader may be slow, or close it.
type lent struct {
	c    *Connection
	body io.Reader
}

// lend: files are sent by the kernel, and need it not.
func (c *Connection) lend(body io.Reader) io.Reader {
	if file, ok := body.(*os.File); ok && isRegular(file) {
		return body
	}
	return lent{c, body}
}

func (l lent) Read(buffer []byte) (n int, err error) {
	c, endings := l.c, l.c.endings
	c.lending = true
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		if c.endings == endings {
			c.lending = false
		} else {
			n, err = 0, simple(ErrCancelled, "the connection was closed while the body was read")
		}
	}()
	return l.body.Read(buffer)
}

// take reads some of a body. What no io.Reader may do is an error.
func take(body io.Reader, block []byte) (int, error) {
	for tries := 0; tries < 100; tries++ {
		n, err := body.Read(block)
		if n < 0 || n > len(block) {
			return 0, fmt.Errorf("libhttp: the body's reader gave %d bytes where %d were asked for", n, len(block))
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
	return 0, io.ErrNoProgress
}

// sendAll sends what the reader gives; err is the reader's own.
func (c *Connection) sendAll(body io.Reader) (sent int64, status int32, err error) {
	if file, ok := body.(*os.File); ok && isRegular(file) {
		return c.sendFile(file)
	}
	block := blocks.Get().(*[blockSize]byte)
	defer blocks.Put(block)
	for {
		got, err := take(body, block[:])
		n, status := c.send(block[:got])
		sent += int64(n)
		if status != 0 || err == io.EOF {
			return sent, status, nil
		}
		if err != nil {
			return sent, 0, err
		}
	}
}

func (c *Connection) sendFile(file *os.File) (sent int64, status int32, err error) {
	count := &c.poll.out.count
	for {
		status = c.run(func() (status int32) {
			err = control(file, func(fd int32) {
				status = raw.Connection_send_fd(c.h, fd, int64(raw.LENGTH_UNKNOWN), count)
			})
			return status
		})
		if status != 0 || err != nil || *count == 0 {
			return sent, status, err
		}
		sent += *count
	}
}

func isRegular(file *os.File) bool {
	info, err := file.Stat()
	return err == nil && info.Mode().IsRegular()
}

// control lends the file's descriptor, without making it a blocking one as Fd() does.
func control(file *os.File, f func(fd int32)) error {
	conn, err := file.SyscallConn()
	if err != nil {
		return err
	}
	return conn.Control(func(fd uintptr) { f(int32(fd)) })
}

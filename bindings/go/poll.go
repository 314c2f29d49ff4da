// SPDX-License-Identifier: MIT

package libhttp

import (
	"errors"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"libhttp.dev/go/libhttp/internal/raw"
)

// A poller waits in the runtime's poller for what a handle needs. The runtime watches one epoll
// descriptor for as long as the poller lives; whatever descriptor the library names is put into that
// one. So the runtime's own rules (a descriptor of its own, edges) never meet the library's, which
// opens and closes descriptors as it likes, and nothing has to be duplicated, which would keep
// connections open that the library has closed.
//
// In that epoll descriptor both events are always wanted: what isn't asked for only gives a step too
// many now and then, while changing it would cost a system call at each wait.
type poller struct {
	file  *os.File
	conn  syscall.RawConn
	ready func(uintptr) bool // p.step, made once

	try    func() int32 // the call that gave AGAIN
	status int32
	wait   waitFunc
	handle uintptr

	carried bool // nothing is waited for: the caller gets AGAIN

	known int64     // generation of the descriptor that is registered
	armed time.Time // the deadline that file has
	woken int32     // somebody wants try to be made again
	out   *outputs
}

type waitFunc func(handle uintptr, fd, events *int32, ms, generation *int64) int32

// outputs are what C writes to, apart from anything that holds a pointer, as cgo wants it.
type outputs struct {
	fd, events     int32
	ms, generation int64
	count          int64
	handle         uintptr
	flag           int32
	head           raw.Head
	facts          raw.Facts
}

var longAgo = time.Unix(1, 0)

func newPoller() (*poller, error) {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, &Error{Code: ErrOS, Message: "epoll_create1: " + err.Error(), Errno: err.(syscall.Errno)}
	}
	// Without O_NONBLOCK os.NewFile would not give it to the runtime's poller.
	if err := syscall.SetNonblock(fd, true); err != nil {
		syscall.Close(fd)
		return nil, err
	}
	p := &poller{file: os.NewFile(uintptr(fd), "libhttp"), known: -1, out: new(outputs)}
	p.ready = p.step
	if p.conn, err = p.file.SyscallConn(); err != nil {
		p.file.Close()
		return nil, err
	}
	return p, nil
}

func (p *poller) close() { p.file.Close() }

// wake makes the goroutine that waits try again. From any goroutine.
func (p *poller) wake() {
	atomic.StoreInt32(&p.woken, 1)
	p.file.SetReadDeadline(longAgo)
}

// run makes a call until it gives something else than AGAIN. In carried mode AGAIN is given too.
func (p *poller) run(handle uintptr, wait waitFunc, try func() int32) int32 {
	p.handle, p.wait, p.try = handle, wait, try
	leaving()
	for {
		err := p.conn.Read(p.ready)
		if err == nil {
			break
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			p.status = closed
			break
		}
		p.armed = time.Time{}
		p.file.SetReadDeadline(p.armed)
	}
	p.try, p.wait = nil, nil // they may lead back to who has a finalizer, which would never run then
	arrived()
	return p.status
}

// step is called by the runtime, first at once, then whenever something happened; false: wait.
// What happens between the call and the wait isn't lost, as the runtime began to listen before.
func (p *poller) step(epoll uintptr) bool {
	o := p.out
	for {
		p.status = p.try()
		if p.status != again {
			return true
		}
		p.wait(p.handle, &o.fd, &o.events, &o.ms, &o.generation)
		if o.ms == 0 {
			continue
		}
		if o.fd < 0 && (p.carried || o.ms < 0) {
			return true
		}
		if o.fd >= 0 && o.generation != p.known && !p.register(int(epoll)) {
			return true
		}
		p.arm(o.ms)
		if atomic.LoadInt32(&p.woken) == 0 {
			return false
		}
		atomic.StoreInt32(&p.woken, 0)
	}
}

func (p *poller) register(epoll int) bool {
	event := syscall.EpollEvent{Events: syscall.EPOLLIN | syscall.EPOLLOUT | syscall.EPOLLRDHUP}
	err := syscall.EpollCtl(epoll, syscall.EPOLL_CTL_ADD, int(p.out.fd), &event)
	if err != nil && err != syscall.EEXIST {
		p.status = osFailed
		return false
	}
	p.known = p.out.generation
	return true
}

// arm sees to it that the goroutine wakes after that time at the latest. A deadline that stands is
// left where it isn't too late: to wake too early does no harm, to set one anew costs at each wait.
func (p *poller) arm(ms int64) {
	if ms < 0 {
		return
	}
	deadline := time.Now().Add(time.Duration(ms) * time.Millisecond)
	if p.armed.IsZero() || p.armed.After(deadline) {
		p.armed = deadline
		p.file.SetReadDeadline(deadline)
	}
}

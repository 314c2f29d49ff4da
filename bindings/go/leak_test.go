// SPDX-License-Identifier: MIT

package libhttp_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"libhttp.dev/go/libhttp"
)

// rounds is how many connections a run makes: 100,000 where LIBHTTP_LONG is set.
func rounds(short int) int {
	if os.Getenv("LIBHTTP_LONG") != "" {
		return 100000
	}
	return short
}

func threads() int { return pprof.Lookup("threadcreate").Count() }

// resident is how much memory the process has, in bytes, when what Go doesn't need is given back.
func resident(t *testing.T) int {
	t.Helper()
	runtime.GC() // frees what the finalizers of the first have let go
	debug.FreeOSMemory()
	statm, err := os.ReadFile("/proc/self/statm")
	must(t, err)
	var pages int
	fmt.Sscan(strings.Fields(string(statm))[1], &pages)
	return pages * os.Getpagesize()
}

// settle waits until the finalizers have run, and the server has seen what they closed.
func settle(t *testing.T) {
	t.Helper()
	for same, last := 0, 0; same < 10; same++ {
		runtime.GC()
		time.Sleep(5 * time.Millisecond)
		if now := descriptors(t) + runtime.NumGoroutine(); now != last {
			same, last = 0, now
		}
	}
}

// raced: the race detector keeps what was freed.
var raced = false

// steady plays a part of the rounds, and then the rest, which must leave nothing behind.
func steady(t *testing.T, count int, play func()) {
	t.Helper()
	spread := func(count int) {
		var group sync.WaitGroup
		for worker := 0; worker < 8; worker++ {
			group.Add(1)
			go func() {
				defer group.Done()
				for i := 0; i < count/8; i++ {
					play()
				}
			}()
		}
		group.Wait()
	}
	spread(count / 10)
	settle(t)
	open, before := descriptors(t), resident(t)
	goroutines, started := runtime.NumGoroutine(), threads()
	spread(count * 9 / 10)
	settle(t)
	grown := resident(t) - before
	t.Logf("%d rounds: %d KiB more, descriptors %d then %d, goroutines %d then %d, threads %d then %d", count,
		grown/1024, open, descriptors(t), goroutines, runtime.NumGoroutine(), started, threads())
	eventually(t, "T-33 as few descriptors as before", func() bool {
		runtime.GC()
		return descriptors(t) <= open+20
	})
	check(t, threads() <= started+20, "T-33 threads: %d, then %d", started, threads())
	check(t, raced || grown < 24<<20, "T-32 %d KiB more after %d rounds", grown/1024, count)
	eventually(t, "no goroutine is left behind", func() bool { return runtime.NumGoroutine() <= goroutines+20 })
}

// plainServer answers on every connection as often as it is asked to, and costs little.
func plainServer(t *testing.T) string {
	return listen(t, func(conn *net.TCPConn) {
		for data := make([]byte, 4096); ; {
			n, err := conn.Read(data)
			if err != nil {
				return
			}
			if !bytes.HasSuffix(data[:n], []byte("\r\n\r\n")) {
				continue
			}
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
		}
	})
}

// Connections that were closed, and such as were only forgotten.
func TestConnectionsWithoutGrowth(t *testing.T) {
	address := plainServer(t)
	var turn int32
	steady(t, rounds(4000), func() {
		c, err := libhttp.NewHTTPConnection(address)
		if err == nil {
			err = c.Request("GET", "/", nil, nil)
		}
		var response *libhttp.Response
		if err == nil {
			response, err = c.GetResponse()
		}
		if err != nil {
			t.Error(err)
			return
		}
		this := atomic.AddInt32(&turn, 1)
		if this%2 == 0 {
			io.Copy(io.Discard, response)
		}
		if this%16 != 0 { // a forgotten one keeps its descriptors until the collector comes
			c.Close()
		} else if this%256 == 0 {
			runtime.GC()
		}
	})
}

// A Transport's connections: read, closed unread, given up before the answer.
func TestTransportWithoutGrowth(t *testing.T) {
	address := plainServer(t)
	var turn int32
	transport := &libhttp.Transport{DisableKeepAlives: true}
	steady(t, rounds(4000), func() {
		this := atomic.AddInt32(&turn, 1)
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		if this%8 == 0 {
			time.AfterFunc(time.Duration(this%64)*time.Microsecond, cancel)
		}
		request, _ := http.NewRequestWithContext(ctx, "GET", "http://"+address, nil)
		response, err := transport.RoundTrip(request)
		if err != nil {
			check(t, this%8 == 0, "%v", err)
			return
		}
		if this%2 == 0 {
			io.Copy(io.Discard, response.Body)
		}
		response.Body.Close()
	})
}

// upgrader answers each request with 101 and sends back what comes then.
func upgrader(t *testing.T) string {
	return listen(t, func(conn *net.TCPConn) {
		for line := bufio.NewReader(conn); ; {
			if text, err := line.ReadString('\n'); err != nil || text == "\r\n" {
				break
			}
		}
		io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
		io.Copy(struct{ io.Writer }{conn}, conn) // not by splice, whose pipes stay
	})
}

func upgraded(t *testing.T, transport http.RoundTripper, address string) io.ReadWriteCloser {
	request, _ := http.NewRequest("GET", "http://"+address, nil)
	request.Header.Set("Connection", "Upgrade")
	request.Header.Set("Upgrade", "x")
	response, err := transport.RoundTrip(request)
	if err != nil {
		t.Error(err)
		return nil
	}
	stream := response.Body.(io.ReadWriteCloser)
	io.WriteString(stream, "ping")
	ping := make([]byte, 4)
	_, err = io.ReadFull(stream, ping)
	check(t, err == nil && string(ping) == "ping", "C-125 %q %v", ping, err)
	return stream
}

// Streams that were closed, and such as were only forgotten.
func TestStreamsWithoutGrowth(t *testing.T) {
	address := upgrader(t)
	var turn int32
	steady(t, rounds(1000), func() {
		stream := upgraded(t, &libhttp.Transport{}, address)
		if this := atomic.AddInt32(&turn, 1); stream != nil && this%16 != 0 {
			stream.Close()
		} else if this%256 == 0 {
			runtime.GC()
		}
	})
}

// What was closed has given its descriptors back, without the collector.
func TestClosedStreamHoldsNothing(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	address := upgrader(t)
	transport := &libhttp.Transport{}
	upgraded(t, transport, address).Close()
	before := descriptors(t)
	var last io.ReadWriteCloser
	for i := 0; i < 20; i++ {
		last = upgraded(t, transport, address)
		last.Close()
	}
	eventually(t, "T-33 the descriptors are back", func() bool { return descriptors(t) <= before })
	_, err := last.Read(make([]byte, 1))
	check(t, errors.Is(err, libhttp.ErrClosed), "reading what is closed: %v", err)
	_, err = last.Write([]byte("x"))
	check(t, errors.Is(err, libhttp.ErrClosed), "writing what is closed: %v", err)
	check(t, last.Close() == nil, "closing it again")
}

// A thousand goroutines that wait take a handful of threads.
func TestManyWait(t *testing.T) {
	const many = 1000
	release := make(chan struct{})
	var arrived, failed int32
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		atomic.AddInt32(&arrived, 1)
		<-release
	})
	client := clientOf(t, &libhttp.Transport{})
	before := threads()
	var group sync.WaitGroup
	for i := 0; i < many; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			response, err := client.Get(server.URL)
			if err != nil {
				atomic.AddInt32(&failed, 1)
				return
			}
			response.Body.Close()
		}()
	}
	eventually(t, "all of them wait", func() bool {
		return atomic.LoadInt32(&arrived)+atomic.LoadInt32(&failed) == many
	})
	during := threads() - before
	close(release)
	group.Wait()
	check(t, failed == 0, "%d of %d failed", failed, many)
	check(t, during < many/4, "%d goroutines take %d threads", many, during)
}

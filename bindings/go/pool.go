// SPDX-License-Identifier: MIT

package libhttp

import (
	"crypto/tls"
	"net/http"
	"sync"
	"time"
)

// connKey is everything that tells two connections apart (T-52).
type connKey struct {
	scheme, host string // host with its port
	proxy        string // its URL with the credentials; "": none
	tls          *TLSConfig
	source       string
}

// idleConn is a Transport's connection; while it idles it is in the pool.
type idleConn struct {
	*Connection
	key   connKey
	since time.Time
	timer *time.Timer
	used  bool // for an exchange before this one

	message *Message // the fields of a request, used again
	packed  []byte   // fields on their way to and from C
	state   *tls.ConnectionState
	opened  int64 // what the poller knew when state was made
}

// pool keeps connections that idle, the youngest last.
type pool struct {
	mu    sync.Mutex
	idle  map[connKey][]*idleConn
	count int
}

// get takes the youngest out: the least likely to have been closed by the server.
func (p *pool) get(key connKey) *idleConn {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.idle[key]
	if len(list) == 0 {
		return nil
	}
	c := list[len(list)-1]
	p.drop(c)
	return c
}

// drop takes it out of the lists; false: it isn't there.
func (p *pool) drop(c *idleConn) bool {
	list := p.idle[c.key]
	for i, other := range list {
		if other != c {
			continue
		}
		list = append(list[:i:i], list[i+1:]...)
		if len(list) == 0 {
			delete(p.idle, c.key)
		} else {
			p.idle[c.key] = list
		}
		p.count--
		if c.timer != nil {
			c.timer.Stop()
			c.timer = nil
		}
		return true
	}
	return false
}

// put keeps a connection, and gives those that must go instead of it.
func (p *pool) put(c *idleConn, perHost, all int, limit time.Duration) (gone []*idleConn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.idle == nil {
		p.idle = make(map[connKey][]*idleConn)
	}
	if len(p.idle[c.key]) >= perHost {
		return []*idleConn{c}
	}
	c.since = time.Now()
	p.idle[c.key] = append(p.idle[c.key], c)
	p.count++
	if limit > 0 {
		c.timer = time.AfterFunc(limit, func() { p.expire(c) })
	}
	if all > 0 && p.count > all {
		gone = append(gone, p.oldest())
		p.drop(gone[0])
	}
	return gone
}

func (p *pool) oldest() (oldest *idleConn) {
	for _, list := range p.idle {
		if oldest == nil || list[0].since.Before(oldest.since) {
			oldest = list[0]
		}
	}
	return oldest
}

func (p *pool) expire(c *idleConn) {
	p.mu.Lock()
	found := p.drop(c)
	p.mu.Unlock()
	if found {
		c.free()
	}
}

func (p *pool) clear() {
	p.mu.Lock()
	idle := p.idle
	for _, list := range idle {
		for _, c := range list {
			if c.timer != nil {
				c.timer.Stop()
			}
		}
	}
	p.idle, p.count = nil, 0
	p.mu.Unlock()
	for _, list := range idle {
		for _, c := range list {
			c.free()
		}
	}
}

// perHost is how many idle connections are kept for one key.
func (t *Transport) perHost() int {
	if t.DisableKeepAlives || t.MaxIdleConnsPerHost < 0 {
		return 0
	}
	if t.MaxIdleConnsPerHost == 0 {
		return http.DefaultMaxIdleConnsPerHost
	}
	return t.MaxIdleConnsPerHost
}

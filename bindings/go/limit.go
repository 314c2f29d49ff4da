// SPDX-License-Identifier: MIT

package libhttp

import (
	"context"
	"sync"
)

// hostLimit counts the connections in use for each key, and keeps those waiting who would be one too
// many, in the order in which they came. An idle connection needs no place: whoever has one takes an
// idle connection before he opens another.
type hostLimit struct {
	mu    sync.Mutex
	hosts map[connKey]*hostPlaces
}

type hostPlaces struct {
	taken int
	queue []chan struct{} // closed: the place is yours
}

// enter takes a place, and waits for it where most are taken, until the context ends.
func (l *hostLimit) enter(ctx context.Context, cancelled <-chan struct{}, key connKey, most int) error {
	l.mu.Lock()
	if l.hosts == nil {
		l.hosts = make(map[connKey]*hostPlaces)
	}
	host := l.hosts[key]
	if host == nil {
		host = &hostPlaces{}
		l.hosts[key] = host
	}
	if host.taken < most {
		host.taken++
		l.mu.Unlock()
		return nil
	}
	place := make(chan struct{})
	host.queue = append(host.queue, place)
	l.mu.Unlock()
	var err error
	select {
	case <-place:
		return nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-cancelled:
		err = simple(ErrCancelled, "cancelled while waiting for a connection")
	}
	if !l.giveUp(host, place) {
		l.leave(key) // it came meanwhile: the next one's
	}
	return err
}

// giveUp takes one who waits out of the queue; false: he has got his place.
func (l *hostLimit) giveUp(host *hostPlaces, place chan struct{}) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, other := range host.queue {
		if other == place {
			host.queue = append(host.queue[:i], host.queue[i+1:]...)
			return true
		}
	}
	return false
}

// leave gives a place to the first who waits.
func (l *hostLimit) leave(key connKey) {
	l.mu.Lock()
	defer l.mu.Unlock()
	host := l.hosts[key]
	if len(host.queue) > 0 {
		close(host.queue[0])
		host.queue = host.queue[1:]
		return
	}
	if host.taken--; host.taken == 0 {
		delete(l.hosts, key)
	}
}

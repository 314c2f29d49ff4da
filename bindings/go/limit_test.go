// SPDX-License-Identifier: MIT

package libhttp

import (
	"context"
	"errors"
	"testing"
	"time"
)

func (l *hostLimit) state(key connKey) (taken, waiting int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if host := l.hosts[key]; host != nil {
		return host.taken, len(host.queue)
	}
	return 0, 0
}

func (l *hostLimit) expect(t *testing.T, key connKey, taken, waiting int) {
	t.Helper()
	for i := 0; i < 60000; i++ {
		if have, wait := l.state(key); have == taken && wait == waiting {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
	have, wait := l.state(key)
	t.Fatalf("%d are taken and %d wait, not %d and %d", have, wait, taken, waiting)
}

func (l *hostLimit) enterLater(ctx context.Context, key connKey) chan error {
	entered := make(chan error, 1)
	go func() { entered <- l.enter(ctx, nil, key, 1) }()
	return entered
}

// Who is called off while he waits takes no place with him, and gives none away that wasn't his.
func TestLimitCalledOff(t *testing.T) {
	var l hostLimit
	key, other := connKey{host: "h"}, connKey{host: "other"}
	if err := l.enter(context.Background(), nil, key, 1); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	first, second := l.enterLater(ctx, key), l.enterLater(context.Background(), key)
	l.expect(t, key, 1, 2)
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("called off: %v", err)
	}
	l.expect(t, key, 1, 1)
	if err := l.enter(context.Background(), nil, other, 1); err != nil {
		t.Errorf("another host has places of its own: %v", err)
	}
	l.leave(key)
	if err := <-second; err != nil {
		t.Errorf("the next one: %v", err)
	}
	l.expect(t, key, 1, 0)
	l.leave(key)
	l.leave(other)
	if len(l.hosts) != 0 {
		t.Errorf("what nobody uses is forgotten: %d hosts", len(l.hosts))
	}
}

// Who is called off at the moment in which he gets his place passes it on.
func TestLimitCalledOffAtLast(t *testing.T) {
	var l hostLimit
	key := connKey{host: "h"}
	for turn := 0; turn < 300; turn++ {
		if err := l.enter(context.Background(), nil, key, 1); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		entered := l.enterLater(ctx, key)
		l.expect(t, key, 1, 1)
		l.mu.Lock() // so that both have happened when he looks
		cancel()
		host := l.hosts[key]
		close(host.queue[0])
		host.queue = nil
		l.mu.Unlock()
		if err := <-entered; err == nil {
			l.leave(key)
		}
		if taken, waiting := l.state(key); taken != 0 || waiting != 0 {
			t.Fatalf("turn %d: %d are taken, %d wait", turn, taken, waiting)
		}
	}
}

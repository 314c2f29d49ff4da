// SPDX-License-Identifier: MIT

package libhttp_test

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"libhttp.dev/go/libhttp"
)

// What a door refuses: nothing but NUL (a path), control bytes but TAB (a value), TAB too
// (credentials), blanks and what is above 0x7f too (all else).
func refusedBytes() (path, value, credentials, name []string) {
	for b := 0; b <= 127; b++ {
		if (b < 32 && b != '\t') || b == 127 {
			value = append(value, string(rune(b)))
		}
	}
	credentials = append(append(credentials, value...), "\t")
	name = append(append(name, credentials...), " ", "\x80", "\xff", "\u2028", "\u0085")
	return []string{"\x00"}, value, credentials, name
}

// No byte that ends something comes in at any door (T-1 to T-7).
func TestRefusedBytes(t *testing.T) {
	var served int32
	server := serve(t, func(http.ResponseWriter, *http.Request) { atomic.AddInt32(&served, 1) })
	c, begun, unset := connect(t, server.URL), connect(t, server.URL), connect(t, server.URL)
	must(t, begun.PutRequest("GET", "/"))
	must(t, begun.PutHeader("X", "1"))
	message, err := libhttp.NewMessage()
	must(t, err)
	transport := &libhttp.Transport{}
	defer transport.CloseIdleConnections()
	send := func(change func(*http.Request, string)) func(string) error {
		return func(text string) error {
			request, _ := http.NewRequest("PUT", server.URL, strings.NewReader("a"))
			change(request, text)
			_, err := transport.RoundTrip(request)
			return err
		}
	}
	made := func(name, value string) error {
		_, err := libhttp.NewMessage(libhttp.Field{Name: name, Value: value})
		return err
	}
	path, value, credentials, name := refusedBytes()
	for _, door := range []struct {
		name  string
		bytes []string
		try   func(text string) error
	}{
		{"host", name, func(s string) error { _, err := libhttp.NewHTTPConnection(s); return err }},
		{"host over TLS", name, func(s string) error { _, err := libhttp.NewHTTPSConnection(s, nil); return err }},
		{"host, set", name, func(s string) error { return unset.SetHost(s, 80) }},
		{"tunnel", name, func(s string) error { return unset.SetTunnel(s, 80, nil) }},
		{"Unix path", path, func(s string) error { return unset.SetUnix("/" + s) }},
		{"source address", name, func(s string) error { return unset.SetSourceAddress(s, 0) }},
		{"address", name, func(s string) error { return unset.AddAddress(s) }},
		{"method", name, func(s string) error { return c.Request(s, "/", nil, nil) }},
		{"target", name, func(s string) error { return c.Request("GET", "/"+s, nil, nil) }},
		{"method, begun", name, func(s string) error { return c.PutRequest(s, "/") }},
		{"target, begun", name, func(s string) error { return c.PutRequest("GET", "/"+s) }},
		{"name, put", name, func(s string) error { return begun.PutHeader(s, "v") }},
		{"value, put", value, func(s string) error { return begun.PutHeader("X", s) }},
		{"Host, put", value, func(s string) error { return begun.PutHeader("Host", s) }},
		{"second value, put", value, func(s string) error { return begun.PutHeader("X", "1", s) }},
		{"message's new name", name, func(s string) error { return made(s, "v") }},
		{"message's new value", value, func(s string) error { return made("X", s) }},
		{"message's name", name, func(s string) error { return message.Add(s, "v") }},
		{"message's value", value, func(s string) error { return message.Set("X", s) }},
		{"URL's host", name, func(s string) error { _, err := libhttp.ParseURL("http://" + s + "/"); return err }},
		{"URL's path", name, func(s string) error { _, err := libhttp.ParseURL("http://h/" + s); return err }},
		{"user", credentials, func(s string) error { _, err := libhttp.BasicCredentials(s, "p"); return err }},
		{"password", credentials, func(s string) error { _, err := libhttp.BasicCredentials("u", s); return err }},
		{"a Request's method", name, send(func(r *http.Request, s string) { r.Method = s })},
		{"a Request's Host", value, send(func(r *http.Request, s string) { r.Host = s })},
		{"a Request's opaque URL", name, send(func(r *http.Request, s string) { r.URL.Opaque = "/" + s })},
		{"a Request's query", name, send(func(r *http.Request, s string) { r.URL.RawQuery = s })},
		{"a Request's URL's host", value, send(func(r *http.Request, s string) { r.URL.Host = s })},
		{"a Request's field", value, send(func(r *http.Request, s string) { r.Header["X"] = []string{s} })},
		{"a Request's field's name", name, send(func(r *http.Request, s string) { r.Header[s] = []string{"v"} })},
		{"a Request's trailer", value, send(func(r *http.Request, s string) { r.Trailer = http.Header{"X": {s}} })},
		{"a Request's trailer's name", name, send(func(r *http.Request, s string) { r.Trailer = http.Header{s: {"v"}} })},
	} {
		for _, b := range door.bytes {
			for _, text := range []string{b + "b", "a" + b + "b", "a" + b} {
				err := door.try(text)
				named := errors.Is(err, libhttp.ErrInvalidArgument) || errors.Is(err, libhttp.ErrInvalidURL)
				check(t, named || err != nil && strings.HasPrefix(door.name, "a Request"),
					"T-1 T-2 T-3 T-4 T-5 T-6 T-7 %s: %q gives %v", door.name, text, err)
			}
		}
	}
	check(t, atomic.LoadInt32(&served) == 0, "T-1 %d requests were sent", served)
}

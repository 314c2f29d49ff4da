// SPDX-License-Identifier: MIT

package libhttp

import (
	"net/http"
	"net/url"
	"testing"
)

// A way to a server: what tells it from every other one that a Transport may go.
type way struct {
	what, url, proxy, source string
	tls                      *TLSConfig
}

func (w way) key(t *testing.T) connKey {
	t.Helper()
	transport := &Transport{TLS: w.tls, SourceAddress: w.source}
	if w.proxy != "" {
		proxy, err := url.Parse(w.proxy)
		if err != nil {
			t.Fatal(err)
		}
		transport.Proxy = http.ProxyURL(proxy)
	}
	request, err := http.NewRequest("GET", w.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	e := &exchange{t: transport, request: request, ctx: request.Context()}
	if err := e.route(); err != nil {
		t.Fatal(err)
	}
	return e.key
}

// No two of them share a connection (T-52).
func TestKeysDiffer(t *testing.T) {
	one, other := new(TLSConfig), new(TLSConfig)
	const proxy, user = "http://p.example:3128", "http://u:p@p.example:3128"
	ways := []way{
		{what: "a host", url: "http://h.example/"},
		{what: "another host", url: "http://g.example/"},
		{what: "another port", url: "http://h.example:8080/"},
		{what: "the port of https", url: "http://h.example:443/"},
		{what: "https", url: "https://h.example/"},
		{what: "https to port 80", url: "https://h.example:80/"},
		{what: "https to another host", url: "https://g.example/"},
		{what: "a TLS configuration", url: "https://h.example/", tls: one},
		{what: "another TLS configuration", url: "https://h.example/", tls: other},
		{what: "a source address", url: "http://h.example/", source: "127.0.0.1"},
		{what: "another source address", url: "http://h.example/", source: "127.0.0.2"},
		{what: "a source address and TLS", url: "https://h.example/", source: "127.0.0.1"},
		{what: "a proxy", url: "http://h.example/", proxy: proxy},
		{what: "another proxy", url: "http://h.example/", proxy: "http://q.example:3128"},
		{what: "another port of the proxy", url: "http://h.example/", proxy: "http://p.example:3129"},
		{what: "a proxy's user", url: "http://h.example/", proxy: user},
		{what: "another password for the proxy", url: "http://h.example/", proxy: "http://u:q@p.example:3128"},
		{what: "a tunnel", url: "https://h.example/", proxy: proxy},
		{what: "a tunnel to another host", url: "https://g.example/", proxy: proxy},
		{what: "a tunnel to another port", url: "https://h.example:8443/", proxy: proxy},
		{what: "a tunnel by a user", url: "https://h.example/", proxy: user},
		{what: "a tunnel and a TLS configuration", url: "https://h.example/", proxy: proxy, tls: one},
		{what: "the proxy itself", url: "http://p.example:3128/"},
		{what: "an address", url: "http://[::1]/"},
		{what: "an address with a zone", url: "http://[::1%25lo]/"},
	}
	seen := make(map[connKey]string)
	for _, w := range ways {
		key := w.key(t)
		if before, found := seen[key]; found {
			t.Errorf("T-52 %s shares connections with %s", w.what, before)
		}
		seen[key] = w.what
		if key != w.key(t) {
			t.Errorf("T-52 %s shares no connection with the same again", w.what)
		}
	}
}

// What doesn't tell them apart: a path, and behind a proxy any host without TLS.
func TestKeysShared(t *testing.T) {
	const proxy = "http://p.example:3128"
	for _, pair := range [][2]way{
		{{url: "http://h.example/a?b"}, {url: "http://h.example:80/#c"}},
		{{url: "https://h.example/a"}, {url: "https://h.example:443/"}},
		{{url: "http://u:p@h.example/"}, {url: "http://h.example/"}}, // sent as a field
		{{url: "http://h.example/", proxy: proxy}, {url: "http://g.example/", proxy: proxy}},
	} {
		if pair[0].key(t) != pair[1].key(t) {
			t.Errorf("T-52 %v and %v share no connection", pair[0], pair[1])
		}
	}
}

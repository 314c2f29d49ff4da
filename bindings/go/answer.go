// SPDX-License-Identifier: MIT

package libhttp

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
	"sync"

	"libhttp.dev/go/libhttp/internal/raw"
)

// answer makes net/http's response of the library's.
func (e *exchange) answer(h uintptr) (*http.Response, error) {
	c := e.conn
	facts := &c.poll.out.facts
	if cap(c.packed) < 4096 {
		c.packed = make([]byte, 0, 4096)
	}
	raw.Response_learn(h, c.packed[:cap(c.packed)], facts)
	if facts.Packed > int64(cap(c.packed)) {
		c.packed = make([]byte, 0, facts.Packed)
		raw.Response_learn(h, c.packed[:cap(c.packed)], facts)
	}
	status := int(facts.Status)
	reason := spanText(&facts.Reason)
	r := &http.Response{
		Status:        strconv.Itoa(status) + " " + reason,
		StatusCode:    status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        unpack(string(c.packed[:facts.Packed]), int(facts.FieldCount)),
		ContentLength: facts.Remaining,
		Request:       e.request,
	}
	if facts.Version == 10 {
		r.Proto, r.ProtoMinor = "HTTP/1.0", 0
	}
	if e.key.tls != nil {
		r.TLS = c.tlsState()
	}
	e.frame(r)
	return e.withBody(r, h, facts)
}

// unpack makes a header of what headers_pack gives, one allocation for all texts and one for all lists.
func unpack(packed string, count int) http.Header {
	header := make(http.Header, count)
	values := make([]string, count)
	for i := 0; i < count; i++ {
		end := strings.IndexByte(packed, 0)
		name := textproto.CanonicalMIMEHeaderKey(packed[:end])
		packed = packed[end+1:]
		end = strings.IndexByte(packed, 0)
		values[i] = packed[:end]
		packed = packed[end+1:]
		if list, found := header[name]; found {
			header[name] = append(list, values[i])
		} else {
			header[name] = values[i : i+1 : i+1]
		}
	}
	return header
}

// frame tells the framing as net/http does: outside the header.
func (e *exchange) frame(r *http.Response) {
	if codings, found := r.Header["Transfer-Encoding"]; found {
		r.TransferEncoding = []string{"chunked"}
		if !strings.EqualFold(codings[len(codings)-1], "chunked") && r.ContentLength >= 0 {
			r.TransferEncoding = nil
		}
		delete(r.Header, "Transfer-Encoding")
		delete(r.Header, "Content-Length") // it frames nothing, and is not to be sent on: RFC 9112 6.3
	}
	if lengths := r.Header["Content-Length"]; len(lengths) > 0 {
		r.Header["Content-Length"] = oneLength(lengths)
	}
	if names, found := r.Header["Trailer"]; found && r.TransferEncoding != nil {
		r.Trailer = http.Header{}
		for _, name := range strings.Split(strings.Join(names, ","), ",") {
			r.Trailer[textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(name))] = nil
		}
		delete(r.Header, "Trailer")
	}
	e.frameBody(r)
}

// frameBody tells of a body whose end the head doesn't tell, whether or not that end was seen with it, and
// whether the answer closes, whatever the request asked for.
func (e *exchange) frameBody(r *http.Response) {
	hasBody := e.request.Method != http.MethodHead && r.StatusCode >= 200 && r.StatusCode != http.StatusNoContent &&
		r.StatusCode != http.StatusNotModified
	untilClose := hasBody && r.TransferEncoding == nil && r.Header["Content-Length"] == nil
	if untilClose || hasBody && r.TransferEncoding != nil {
		r.ContentLength = -1
	}
	connection := r.Header["Connection"]
	closes := hasToken(connection, "close")
	r.Close = untilClose || closes || r.ProtoMinor == 0 && !hasToken(connection, "keep-alive")
	if closes && r.ProtoMinor > 0 {
		delete(r.Header, "Connection")
	}
	if e.request.Method == http.MethodHead {
		r.ContentLength = -1
		if n, err := strconv.ParseInt(r.Header.Get("Content-Length"), 10, 64); err == nil {
			r.ContentLength = n
		}
	}
}

// oneLength collapses lengths that are all the same, as fields or as a list. Others, which only a response
// without a body may have, stay as they are.
func oneLength(fields []string) []string {
	if len(fields) == 1 && strings.IndexByte(fields[0], ',') < 0 {
		return fields
	}
	lengths := strings.Split(strings.Join(fields, ","), ",")
	for i := range lengths {
		lengths[i] = strings.TrimSpace(lengths[i])
		if lengths[i] != lengths[0] {
			return fields
		}
	}
	return lengths[:1]
}

func hasToken(values []string, token string) bool {
	for _, value := range values {
		for _, one := range strings.Split(value, ",") {
			if strings.EqualFold(strings.TrimSpace(one), token) {
				return true
			}
		}
	}
	return false
}

func (e *exchange) withBody(r *http.Response, h uintptr, facts *raw.Facts) (*http.Response, error) {
	isConnect := e.request.Method == http.MethodConnect && r.StatusCode/100 == 2
	if r.StatusCode == http.StatusSwitchingProtocols || isConnect {
		return e.withStream(r, h)
	}
	e.noTunnel()
	b := &responseBody{e: e, h: h, response: r, keep: facts.WillClose == 0, counted: facts.Remaining > 0}
	r.Body = b
	if facts.IsComplete == 1 {
		b.finish(io.EOF)
		if r.ContentLength >= 0 || e.request.Method == http.MethodHead {
			r.Body = http.NoBody
		}
	}
	return r, nil
}

// withStream: the body can be written to as well, as httputil.ReverseProxy wants it.
func (e *exchange) withStream(r *http.Response, h uintptr) (*http.Response, error) {
	out := e.conn.poll.out
	status := raw.Response_stream(h, &out.handle)
	raw.DeleteResponse(raw.SwigcptrResponse(h))
	if status != 0 {
		return nil, e.fail(status, nil)
	}
	s, err := newStream(e.conn.Connection, out.handle)
	if err != nil {
		return nil, e.fail(0, err)
	}
	e.unwatch() // the context is over with the exchange; the stream lasts until it is closed
	body := e.tunnelled
	s.closed = func() {
		e.t.release(e.conn, false, nil)
		if body != nil {
			go body.Close() // its reader may wait, and so may its Close
		}
	}
	if body != nil {
		go io.Copy(s, body)
	}
	// As net/http has them: with others a reverse proxy adds "close" to what it sends on.
	r.Close, r.ContentLength = false, 0
	if r.StatusCode != http.StatusSwitchingProtocols {
		r.ContentLength = -1
	}
	r.Body = s
	return r, nil
}

// responseBody is the body of a Transport's response.
type responseBody struct {
	mu       sync.Mutex
	e        *exchange
	h        uintptr
	response *http.Response
	keep     bool
	counted  bool  // it has a length, so no trailers
	err      error // what reading gives from now on; nil: there is more
}

// Read reads what is there, and waits for the first byte.
func (b *responseBody) Read(buffer []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil || len(buffer) == 0 {
		return 0, b.err
	}
	poll := b.e.conn.poll
	count := &poll.out.count
	complete := &poll.out.flag
	status := poll.run(b.h, raw.Response_wait, func() int32 { return raw.Response_read_on(b.h, buffer, count, complete) })
	if status != 0 {
		err := responseErrors.of(b.h, status)
		if err.Code.Is(ErrIncompleteRead) {
			err.Missing = raw.Response_missing(b.h)
		}
		b.keep = false
		b.finish(b.e.explain(err))
		return 0, b.err
	}
	n := int(*count)
	if n == 0 || *complete == 1 {
		b.finish(io.EOF)
		return n, io.EOF
	}
	return n, nil
}

// Close gives up what is unread. Another goroutine's Read ends with an error.
func (b *responseBody) Close() error {
	if !b.mu.TryLock() {
		b.e.interrupt()
		b.mu.Lock()
	}
	defer b.mu.Unlock()
	if b.err == nil {
		raw.Response_close(b.h)
		b.keep = b.keep && raw.Connection_is_open(b.e.conn.h) == 1
		b.finish(http.ErrBodyReadAfterClose)
	} else if b.err == io.EOF {
		b.err = http.ErrBodyReadAfterClose
	}
	return nil
}

// finish gives the connection back; err is what reading gives from now on.
func (b *responseBody) finish(err error) {
	e := b.e
	b.err = err
	e.unwatch()
	e.mu.Lock()
	e.over = true
	e.mu.Unlock()
	if err == io.EOF && !b.counted {
		b.takeTrailers()
	}
	raw.DeleteResponse(raw.SwigcptrResponse(b.h))
	b.h = 0
	keep := b.keep && raw.Connection_is_reusable(e.conn.h) == 1
	e.t.release(e.conn, keep, e.trace)
}

func (b *responseBody) takeTrailers() {
	trailers := raw.Response_trailers(b.h)
	if raw.Headers_count(trailers) == 0 {
		return
	}
	if b.response.Trailer == nil {
		b.response.Trailer = http.Header{}
	}
	for _, field := range lentMessage(trailers, nil).Fields() {
		name := textproto.CanonicalMIMEHeaderKey(field.Name)
		b.response.Trailer[name] = append(b.response.Trailer[name], field.Value)
	}
}

// tlsState tells of the connection's TLS, once for each time that it was opened.
func (c *idleConn) tlsState() *tls.ConnectionState {
	if c.state != nil && c.opened == c.poll.known {
		return c.state
	}
	state := &tls.ConnectionState{HandshakeComplete: true, Version: tls.VersionTLS12,
		DidResume:          raw.Connection_tls_resumed(c.h) == 1,
		NegotiatedProtocol: text(raw.Connection_tls_alpn(c.h)), ServerName: text(raw.Connection_host(c.h))}
	state.NegotiatedProtocolIsMutual = true
	if text(raw.Connection_tls_version(c.h)) == "TLSv1.3" {
		state.Version = tls.VersionTLS13
	}
	cipher := text(raw.Connection_tls_cipher(c.h))
	for _, suite := range tls.CipherSuites() {
		if suite.Name == cipher {
			state.CipherSuite = suite.ID
		}
	}
	var n int64
	p := raw.Connection_peer_certificate(c.h, &n)
	if certificate, err := x509.ParseCertificate(bytesAt(p, n)); err == nil {
		state.PeerCertificates = []*x509.Certificate{certificate}
	}
	c.state, c.opened = state, c.poll.known
	return state
}

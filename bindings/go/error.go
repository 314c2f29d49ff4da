// SPDX-License-Identifier: MIT

package libhttp

import (
	"io"
	"os"
	"syscall"

	"libhttp.dev/go/libhttp/internal/raw"
)

// A Code is a kind of error: [ErrTimeout], [ErrIncompleteRead]. The kinds form the tree of
// http.client's exceptions: errors.Is(err, [ErrHTTPException]) holds for all that HTTP itself gives.
type Code int32

// Codes lists every kind of error, parents before their children.
func Codes() []Code {
	codes := make([]Code, raw.Error_count())
	for i := range codes {
		codes[i] = Code(raw.Error_at(int32(i)))
	}
	return codes
}

// Name is the kind's name, as http.client spells it: "BadStatusLine".
func (c Code) Name() string { return text(raw.Error_name(int32(c))) }

// Parent is the kind that this one specialises; 0 for a root.
func (c Code) Parent() Code { return Code(raw.Error_parent(int32(c))) }

// Error says in a sentence what the kind means.
func (c Code) Error() string { return text(raw.Error_description(int32(c))) }

// Is tells whether this kind is target or descends from it.
func (c Code) Is(target error) bool {
	switch target {
	case os.ErrDeadlineExceeded:
		target = ErrTimeout
	case io.ErrUnexpectedEOF:
		target = ErrIncompleteRead
	}
	ancestor, ok := target.(Code)
	return ok && raw.Error_is(int32(c), int32(ancestor)) == 1
}

// An Error is what went wrong in a call. It is a [net.Error]. errors.Is compares it with codes, with
// the system's errors (syscall.ECONNREFUSED), with the error of a context that ended the call, and
// takes [ErrTimeout] for os.ErrDeadlineExceeded, [ErrIncompleteRead] for io.ErrUnexpectedEOF.
type Error struct {
	Code      Code
	Message   string        // one sentence
	Errno     syscall.Errno // of the system call behind it, or 0
	TLSReason int64         // the TLS library's own number, or 0
	Detail    []byte        // the offending bytes (a line, a version), or nil
	Partial   []byte        // what ReadAll had got
	Missing   int64         // of IncompleteRead: how many bytes did not come; -1 where nobody knows
	Status    int           // of TunnelFailed: what the proxy answered
	Reason    string        // of TunnelFailed
	Cause     error         // the context's error, where its end was the reason; or nil
}

// Error is the sentence.
func (e *Error) Error() string {
	if e.Cause != nil {
		return "libhttp: " + e.Cause.Error()
	}
	return "libhttp: " + e.Message
}

// Is tells whether the error is of that kind.
func (e *Error) Is(target error) bool { return e.Code.Is(target) }

// Unwrap gives the cause: a context's error or the system's.
func (e *Error) Unwrap() error {
	if e.Cause != nil {
		return e.Cause
	}
	if e.Errno != 0 {
		return e.Errno
	}
	return nil
}

// Timeout tells whether a deadline has passed, one of the library's or of a context.
func (e *Error) Timeout() bool {
	if t, ok := e.Cause.(interface{ Timeout() bool }); ok {
		return t.Timeout()
	}
	return e.Code.Is(ErrTimeout)
}

// Temporary is there for [net.Error]; nothing is.
func (e *Error) Temporary() bool { return false }

func simple(code Code, message string) *Error {
	return &Error{Code: code, Message: message, Missing: -1}
}

func busy() error {
	return simple(ErrState, "another goroutine is using the connection")
}

// errorSource is a kind of handle's functions to ask for its last error.
type errorSource struct {
	text   func(uintptr) *byte
	errno  func(uintptr) int32
	reason func(uintptr) int64
	detail func(uintptr, *int64) *byte
}

func (s *errorSource) of(h uintptr, code int32) *Error {
	e := simple(Code(code), text(s.text(h)))
	if s.errno != nil {
		e.Errno = syscall.Errno(s.errno(h))
		e.TLSReason = s.reason(h)
	}
	if s.detail != nil {
		var n int64
		if p := s.detail(h, &n); p != nil {
			e.Detail = bytesAt(p, n)
		}
	}
	if e.Message == "" {
		e.Message = e.Code.Error()
	}
	return e
}

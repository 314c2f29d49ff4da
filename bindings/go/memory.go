// SPDX-License-Identifier: MIT

package libhttp

import (
	"unsafe"

	"libhttp.dev/go/libhttp/internal/raw"
)

// C's text and bytes, copied; what ends at its NUL is looked through for it.

func text(p *byte) string {
	if p == nil {
		return ""
	}
	n := 0
	for *(*byte)(unsafe.Add(unsafe.Pointer(p), n)) != 0 {
		n++
	}
	return string(unsafe.Slice(p, n))
}

func textAt(p *byte, n int64) string {
	if p == nil {
		return ""
	}
	return string(unsafe.Slice(p, n))
}

func bytesAt(p *byte, n int64) []byte {
	if p == nil {
		return nil
	}
	return append([]byte{}, unsafe.Slice(p, n)...)
}

func spanText(s *raw.Span) string  { return textAt(s.P, s.N) }
func spanBytes(s *raw.Span) []byte { return bytesAt(s.P, s.N) }

// lengthened calls a function that gives a text and its length; no text is not found.
func lengthened(f func(uintptr, *int64) *byte, h uintptr) (value string, found bool) {
	var n int64
	p := f(h, &n)
	return textAt(p, n), p != nil
}

func number(b bool) int32 {
	if b {
		return 1
	}
	return 0
}

func uint32Bytes(n *uint32) []byte { return (*[4]byte)(unsafe.Pointer(n))[:] }

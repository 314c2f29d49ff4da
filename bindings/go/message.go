// SPDX-License-Identifier: MIT

package libhttp

import (
	"net/http"
	"runtime"

	"libhttp.dev/go/libhttp/internal/raw"
)

// A Message is the fields of a message, as http.client's HTTPMessage: in their order, duplicates kept,
// names compared without case. Those of a response are read-only. One goroutine at a time uses it.
type Message struct {
	h     uintptr
	owner any // lends h; nil: it is the message's own
}

// A Field is one line of a message's head.
type Field struct{ Name, Value string }

var messageErrors = errorSource{text: raw.Headers_error}

// NewMessage makes a message of these fields.
func NewMessage(fields ...Field) (*Message, error) {
	m := ownMessage(raw.NewHeaders().Swigcptr())
	if m == nil {
		return nil, simple(ErrNoMemory, ErrNoMemory.Error())
	}
	for _, field := range fields {
		if err := m.Add(field.Name, field.Value); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func ownMessage(h uintptr) *Message {
	if h == 0 {
		return nil
	}
	m := &Message{h: h}
	runtime.SetFinalizer(m, (*Message).free)
	return m
}

func lentMessage(h uintptr, owner any) *Message {
	if h == 0 {
		return nil
	}
	return &Message{h: h, owner: owner}
}

// copyMessage is for what is lent only until the next call.
func copyMessage(h uintptr) *Message {
	var copied uintptr
	if h == 0 || raw.Headers_copy(h, &copied) != 0 {
		return nil
	}
	return ownMessage(copied)
}

func (m *Message) free() {
	raw.DeleteHeaders(raw.SwigcptrHeaders(m.h))
	m.h = 0
}

func (m *Message) handle() uintptr {
	if m == nil {
		return 0
	}
	return m.h
}

func (m *Message) status(code int32) error {
	defer runtime.KeepAlive(m)
	if code == 0 {
		return nil
	}
	return messageErrors.of(m.handle(), code)
}

// Copy makes a message of its own, which can be changed.
func (m *Message) Copy() *Message {
	defer runtime.KeepAlive(m)
	return copyMessage(m.handle())
}

// Add appends a field; there may be others of that name.
func (m *Message) Add(name, value string) error {
	return m.status(raw.Headers_add(m.handle(), name, value))
}

// Set makes this the only field of its name.
func (m *Message) Set(name, value string) error {
	return m.status(raw.Headers_set(m.handle(), name, value))
}

// Del removes every field of that name.
func (m *Message) Del(name string) error { return m.status(raw.Headers_remove(m.handle(), name)) }

// Clear removes every field.
func (m *Message) Clear() error { return m.status(raw.Headers_clear(m.handle())) }

// Len is the number of fields, duplicates counted one by one.
func (m *Message) Len() int {
	defer runtime.KeepAlive(m)
	return int(raw.Headers_count(m.handle()))
}

// Has tells whether there is a field of that name.
func (m *Message) Has(name string) bool {
	defer runtime.KeepAlive(m)
	return raw.Headers_contains(m.handle(), name) == 1
}

// Get gives a field's value, several joined by ", "; "" where there is none.
func (m *Message) Get(name string) string { return m.GetOr(name, "") }

// GetOr gives a field's value, or fallback where there is none.
func (m *Message) GetOr(name, fallback string) string {
	defer runtime.KeepAlive(m)
	var span raw.Span
	if raw.Headers_get(m.handle(), name, fallback, &span) != 0 {
		return fallback
	}
	return spanText(&span)
}

// Values gives the values of a name one by one, as those of Set-Cookie must be taken.
func (m *Message) Values(name string) []string {
	defer runtime.KeepAlive(m)
	var values []string
	for i := raw.Headers_find(m.handle(), name, 0); i >= 0; i = raw.Headers_find(m.handle(), name, i+1) {
		values = append(values, m.Field(int(i)).Value)
	}
	return values
}

// Field gives the field at an index, 0 to Len() - 1; an empty one outside.
func (m *Message) Field(index int) Field {
	defer runtime.KeepAlive(m)
	var n int64
	i := int32(index)
	if int(i) != index {
		return Field{}
	}
	name := textAt(raw.Headers_name(m.handle(), i, &n), n)
	return Field{name, textAt(raw.Headers_value(m.handle(), i, &n), n)}
}

// Fields gives all of them in their order.
func (m *Message) Fields() []Field {
	fields := make([]Field, 0, m.Len())
	for i := 0; i < cap(fields); i++ {
		fields = append(fields, m.Field(i))
	}
	return fields
}

// Keys gives the names in their order, as they are spelled.
func (m *Message) Keys() []string {
	keys := make([]string, 0, m.Len())
	for _, field := range m.Fields() {
		keys = append(keys, field.Name)
	}
	return keys
}

// Header gives the fields as net/http has them, without their order.
func (m *Message) Header() http.Header {
	header := http.Header{}
	for _, field := range m.Fields() {
		header.Add(field.Name, field.Value)
	}
	return header
}

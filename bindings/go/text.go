// SPDX-License-Identifier: MIT

package libhttp

import (
	"runtime"

	"libhttp.dev/go/libhttp/internal/raw"
)

// Version is the C library's version.
func Version() string { return text(raw.Version()) }

// VersionNumber is the same as a number: 0x010203 is 1.2.3.
func VersionNumber() int { return int(raw.Version_number()) }

// TLSLibrary names the library that speaks TLS.
func TLSLibrary() string { return text(raw.Tls_library()) }

// Constants gives every constant of the C library by its name there.
func Constants() map[string]int64 {
	constants := make(map[string]int64)
	for i := int32(0); i < raw.Constant_count(); i++ {
		constants[text(raw.Constant_name(i))] = raw.Constant_value(i)
	}
	return constants
}

// Constant gives one of them.
func Constant(name string) (value int64, found bool) {
	found = raw.Constant_find(name, &value) == 0
	return value, found
}

// Statuses lists the status codes that the library knows.
func Statuses() []int {
	statuses := make([]int, raw.Status_count())
	for i := range statuses {
		statuses[i] = int(raw.Status_at(int32(i)))
	}
	return statuses
}

// StatusText is a status code's phrase: "Not Found"; "" for one that isn't known.
func StatusText(status int) string { return text(raw.Status_phrase(int32(status))) }

// StatusName is a status code's name: "NOT_FOUND".
func StatusName(status int) string { return text(raw.Status_name(int32(status))) }

// room calls one of the functions that write into the caller's room, of the length that it wants.
func room(f func(room []byte, length *int64) int32) (string, error) {
	var length int64
	if status := f(nil, &length); status != 0 {
		return "", simple(Code(status), Code(status).Error())
	}
	buffer := make([]byte, length+1)
	if status := f(buffer, &length); status != 0 {
		return "", simple(Code(status), Code(status).Error())
	}
	return string(buffer[:length]), nil
}

// Quote percent-encodes all but letters, digits, "_.-~" and what is in safe.
func Quote(data, safe string) (string, error) { return quote(data, safe, 0) }

// QuotePlus is Quote with "+" for a blank, as in forms.
func QuotePlus(data, safe string) (string, error) { return quote(data, safe, int32(raw.PERCENT_PLUS)) }

func quote(data, safe string, flags int32) (string, error) {
	return room(func(room []byte, length *int64) int32 {
		return raw.Percent_encode([]byte(data), safe, flags, room, length)
	})
}

// Unquote decodes what Quote encodes.
func Unquote(data string) (string, error) { return unquote(data, 0) }

// UnquotePlus decodes what QuotePlus encodes.
func UnquotePlus(data string) (string, error) { return unquote(data, int32(raw.PERCENT_PLUS)) }

func unquote(data string, flags int32) (string, error) {
	return room(func(room []byte, length *int64) int32 {
		return raw.Percent_decode(data, flags, room, length)
	})
}

// BasicCredentials is the value of an Authorization or Proxy-Authorization field.
func BasicCredentials(user, password string) (string, error) {
	return room(func(room []byte, length *int64) int32 {
		return raw.Basic_credentials(user, password, room, length)
	})
}

// A Form is pairs as application/x-www-form-urlencoded, in their order.
type Form struct{ h uintptr }

var formErrors = errorSource{text: raw.Form_error}

// NewForm makes an empty form.
func NewForm() *Form {
	f := &Form{raw.NewForm().Swigcptr()}
	runtime.SetFinalizer(f, func(f *Form) { raw.DeleteForm(raw.SwigcptrForm(f.h)) })
	return f
}

func (f *Form) status(code int32) error {
	defer runtime.KeepAlive(f)
	if code == 0 {
		return nil
	}
	return formErrors.of(f.h, code)
}

// Add appends a pair of texts.
func (f *Form) Add(name, value string) error { return f.status(raw.Form_add(f.h, name, value)) }

// AddData appends a pair with any bytes as its value.
func (f *Form) AddData(name string, data []byte) error {
	return f.status(raw.Form_add_data(f.h, name, data))
}

// Clear empties it.
func (f *Form) Clear() error { return f.status(raw.Form_clear(f.h)) }

// String is the form's text: "a=1&b=2".
func (f *Form) String() string {
	defer runtime.KeepAlive(f)
	value, _ := lengthened(raw.Form_text, f.h)
	return value
}

// LastError is the kind of the last error; 0: none.
func (f *Form) LastError() Code {
	defer runtime.KeepAlive(f)
	return Code(raw.Form_error_code(f.h))
}

// A URL is an http or https URL in the parts that a connection and a request need. What others could
// read as another server is refused.
type URL struct {
	Scheme, Host string
	Port         int
	Target       string // path and query
	TLS          bool
	User         string
	Password     string
	HasUser      bool
	HasPassword  bool
}

// ParseURL splits a URL; one with user information is refused.
func ParseURL(url string) (*URL, error) { return parseURL(url, 0) }

// ParseURLWithUser splits a URL that may have user information.
func ParseURLWithUser(url string) (*URL, error) { return parseURL(url, int32(raw.URL_ALLOW_USER)) }

func parseURL(url string, flags int32) (*URL, error) {
	handle := raw.NewUrl()
	defer raw.DeleteUrl(handle)
	h := handle.Swigcptr()
	if raw.Url_parse(h, url, flags) != 0 {
		source := errorSource{text: raw.Url_error}
		return nil, source.of(h, raw.Url_error_code(h))
	}
	u := &URL{Port: int(raw.Url_port(h)), TLS: raw.Url_is_tls(h) == 1}
	u.Scheme, _ = lengthened(raw.Url_scheme, h)
	u.Host, _ = lengthened(raw.Url_host, h)
	u.Target, _ = lengthened(raw.Url_target, h)
	u.User, u.HasUser = lengthened(raw.Url_user, h)
	u.Password, u.HasPassword = lengthened(raw.Url_password, h)
	return u, nil
}

// A Media is a field's value in its parts: `text/html; charset="utf-8"`.
type Media struct {
	Value                   string // what stands before the first ";"
	Type, MainType, Subtype string
	Charset                 string
	Parameters              []Field
	h                       uintptr
}

// ParseMedia splits a value.
func ParseMedia(value string) (*Media, error) {
	return parseMedia(func(h uintptr) int32 { return raw.Media_parse(h, value) })
}

// Media splits the value of the first field of that name: m.Media("Content-Type").
func (m *Message) Media(name string) (*Media, error) {
	defer runtime.KeepAlive(m)
	return parseMedia(func(h uintptr) int32 { return raw.Media_parse_field(h, m.handle(), name) })
}

func parseMedia(parse func(uintptr) int32) (*Media, error) {
	m := &Media{h: raw.NewMedia().Swigcptr()}
	runtime.SetFinalizer(m, func(m *Media) { raw.DeleteMedia(raw.SwigcptrMedia(m.h)) })
	if parse(m.h) != 0 {
		source := errorSource{text: raw.Media_error}
		return nil, source.of(m.h, raw.Media_error_code(m.h))
	}
	m.Value, _ = lengthened(raw.Media_value, m.h)
	m.Type, _ = lengthened(raw.Media_type, m.h)
	m.MainType, _ = lengthened(raw.Media_main_type, m.h)
	m.Subtype, _ = lengthened(raw.Media_subtype, m.h)
	m.Charset, _ = lengthened(raw.Media_charset, m.h)
	for i := int32(0); i < raw.Media_parameter_count(m.h); i++ {
		var n int64
		name := textAt(raw.Media_parameter_name(m.h, i, &n), n)
		m.Parameters = append(m.Parameters, Field{name, textAt(raw.Media_parameter_value(m.h, i, &n), n)})
	}
	return m, nil
}

// Parameter gives a parameter's value; its extended form (filename*=) goes before the plain one.
func (m *Media) Parameter(name string) (value string, found bool) {
	defer runtime.KeepAlive(m)
	var n int64
	p := raw.Media_parameter(m.h, name, &n)
	return textAt(p, n), p != nil
}

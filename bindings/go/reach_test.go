// SPDX-License-Identifier: MIT

package libhttp

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What of the C library the package doesn't reach, and why.
var leftOut = map[string]string{
	"connection_mode":    "it is always the non-blocking one",
	"headers_error_code": "every error comes as an Error",

	"response_read":          "response_read_on calls it, and tells of the end",
	"response_reason":        "connection_answer tells it",
	"response_reason_length": "connection_answer tells it",
	"response_status":        "connection_answer tells it",
	"response_version":       "connection_answer tells it",
}

func TestReach(t *testing.T) {
	list := os.Getenv("LIBHTTP_MAP")
	if list == "" {
		t.Skip("LIBHTTP_MAP names no list of exported functions")
	}
	data, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	sources := ""
	files, _ := filepath.Glob("*.go")
	for _, file := range files {
		text, _ := os.ReadFile(file)
		if !strings.HasSuffix(file, "_test.go") {
			sources += string(text)
		}
	}
	exported := regexp.MustCompile(`(?m)^ *libhttp_([a-z0-9_]+);$`).FindAllStringSubmatch(string(data), -1)
	missing := 0
	for _, match := range exported {
		called := strings.ToUpper(match[1][:1]) + match[1][1:]
		for suffix, prefix := range map[string]string{"_new": "New", "_free": "Delete"} {
			if strings.HasSuffix(match[1], suffix) {
				called = prefix + strings.TrimSuffix(called, suffix)
			}
		}
		if regexp.MustCompile(`\braw\.` + called + `\b`).MatchString(sources) {
			if leftOut[match[1]] != "" {
				t.Errorf("libhttp_%s is reached after all", match[1])
			}
			continue
		}
		missing++
		if leftOut[match[1]] == "" {
			t.Errorf("libhttp_%s is not reached, and no reason is given", match[1])
		}
	}
	t.Logf("%d of %d left out", missing, len(exported))
	if len(exported) < 200 || missing*20 > len(exported) {
		t.Errorf("%d of %d functions are not reached", missing, len(exported))
	}
}

// Each kind of error has a name here, made of the library's own.
func TestNames(t *testing.T) {
	source, err := os.ReadFile("codes.go")
	if err != nil {
		t.Fatal(err)
	}
	kinds := 0
	for name, value := range Constants() {
		if !strings.HasPrefix(name, "LIBHTTP_E_") {
			continue
		}
		kinds++
		constant := strings.TrimPrefix(name, "LIBHTTP_")
		if !strings.Contains(string(source), " = Code(raw."+constant+")\n") {
			t.Errorf("C-107 there is no name for %s", name)
		}
		if Code(value).Name() == "" {
			t.Errorf("C-107 %d is no kind of error", value)
		}
	}
	if names := strings.Count(string(source), "\tErr"); names != kinds || kinds != len(Codes()) {
		t.Errorf("C-107 %d names, %d constants, %d kinds", names, kinds, len(Codes()))
	}
}

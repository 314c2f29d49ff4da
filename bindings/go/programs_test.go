// SPDX-License-Identifier: MIT

package libhttp_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"libhttp.dev/go/libhttp"
)

// Files in ranges and by condition, as downloaders fetch them.
func TestFileServer(t *testing.T) {
	folder := t.TempDir()
	data := bytes.Repeat([]byte("0123456789"), 100000)
	must(t, os.WriteFile(filepath.Join(folder, "file"), data, 0o600))
	server := serve(t, http.FileServer(http.Dir(folder)).ServeHTTP)
	client := clientOf(t, &libhttp.Transport{})
	fetch := func(name, value string) *http.Response {
		request, _ := http.NewRequest("GET", server.URL+"/file", nil)
		request.Header.Set(name, value)
		response, err := client.Do(request)
		must(t, err)
		return response
	}
	whole := fetch("Accept", "*/*")
	modified := whole.Header.Get("Last-Modified")
	check(t, body(t, whole) == string(data), "the file")
	response := fetch("If-Modified-Since", modified)
	check(t, response.StatusCode == 304 && body(t, response) == "", "C-75 not modified")
	var group sync.WaitGroup
	parts := make([]string, 10)
	for i := range parts {
		group.Add(1)
		go func(i int) {
			defer group.Done()
			response := fetch("Range", fmt.Sprintf("bytes=%d-%d", i*100000, i*100000+99999))
			check(t, response.StatusCode == 206, "part %d: %s", i, response.Status)
			parts[i] = body(t, response)
		}(i)
	}
	group.Wait()
	check(t, strings.Join(parts, "") == string(data), "the file of its parts, fetched at once")
	response = fetch("Range", "bytes=0-1,5-6")
	check(t, strings.HasPrefix(response.Header.Get("Content-Type"), "multipart/byteranges") &&
		strings.Contains(body(t, response), "Content-Range: bytes 5-6/1000000"), "two ranges in parts")
}

// Each event is had when it was sent: the server waits for that with the next.
func TestServerSentEvents(t *testing.T) {
	had := make(chan struct{})
	backend := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for i := 0; i < 3; i++ {
			fmt.Fprintf(w, "data: %d\n\n", i)
			w.(http.Flusher).Flush()
			<-had
		}
	})
	u, _ := url.Parse(backend.URL)
	proxy := httputil.NewSingleHostReverseProxy(u)
	proxy.Transport = clientOf(t, &libhttp.Transport{}).Transport
	for _, address := range []string{backend.URL, serve(t, proxy.ServeHTTP).URL} {
		response, err := clientOf(t, &libhttp.Transport{}).Get(address)
		must(t, err)
		var events []string
		lines := bufio.NewScanner(response.Body)
		for lines.Scan() {
			if lines.Text() != "" {
				events = append(events, lines.Text())
				had <- struct{}{}
			}
		}
		check(t, strings.Join(events, ",") == "data: 0,data: 1,data: 2", "events: %q", events)
		response.Body.Close()
	}
}

// An API that speaks JSON, compressed where it is asked for.
func TestJSON(t *testing.T) {
	type message struct{ Text string }
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var asked message
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		out := io.Writer(w)
		if r.Header.Get("Accept-Encoding") == "gzip" {
			w.Header().Set("Content-Encoding", "gzip")
			packed := gzip.NewWriter(w)
			defer packed.Close()
			out = packed
		}
		json.NewEncoder(out).Encode(message{strings.ToUpper(asked.Text)})
	})
	client := clientOf(t, &libhttp.Transport{})
	for _, packed := range []bool{false, true} {
		request, _ := http.NewRequest("POST", server.URL, strings.NewReader(`{"Text": "gr\u00fc\u00df"}`))
		if packed {
			request.Header.Set("Accept-Encoding", "gzip")
		}
		response, err := client.Do(request)
		must(t, err)
		source := io.Reader(response.Body)
		if packed {
			check(t, !response.Uncompressed, "nothing is decompressed behind one's back")
			source, err = gzip.NewReader(response.Body)
			must(t, err)
		}
		var answer message
		must(t, json.NewDecoder(source).Decode(&answer))
		check(t, answer.Text == "GRÜß" || answer.Text == "GRÜSS", "%q", answer.Text)
		response.Body.Close()
	}
}

// SPDX-License-Identifier: MIT

// client-go KIND HOW URL TIMES CA-FILE FILE: libhttp's Go package as a Connection ("connection") or below net/http
// ("transport"), and net/http by itself ("net-http"); client.h says what the rest means.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"syscall"
	"time"

	"libhttp.dev/go/libhttp"
)

// what exchanges are made of: one exchange, which gives the body's length, and a field of the last response.
type client struct {
	exchange func() int64
	field    func() string
}

var (
	kind, how, address, ca, file = os.Args[1], os.Args[2], os.Args[3], os.Args[5], os.Args[6]
	buffer                       = make([]byte, 65536)
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// Reads a body to its end.
func length(body io.Reader) int64 {
	var all int64
	for {
		n, err := body.Read(buffer)
		all += int64(n)
		if err == io.EOF {
			return all
		}
		check(err)
	}
}

func trusting() *libhttp.TLSConfig {
	config, err := libhttp.NewTLSConfig()
	check(err)
	check(config.SetCAFile(ca))
	return config
}

func connection(at *url.URL) client {
	conn, err := libhttp.NewHTTPConnection(at.Host)
	if at.Scheme == "https" {
		conn, err = libhttp.NewHTTPSConnection(at.Host, trusting())
	}
	check(err)
	var last *libhttp.Response
	return client{func() int64 {
		if how == "put" {
			body, err := os.Open(file)
			check(err)
			check(conn.Request("PUT", at.Path, nil, body))
			body.Close()
		} else {
			check(conn.Request("GET", at.Path, nil, nil))
		}
		response, err := conn.GetResponse()
		check(err)
		all := length(response)
		last = response
		if how == "new" {
			conn.Close()
		}
		return all
	}, func() string { return last.GetHeader("ETag", "") }}
}

// A transport that keeps no connection where each exchange is to have one.
func transport() http.RoundTripper {
	if kind == "transport" {
		return &libhttp.Transport{TLS: trusting(), DisableKeepAlives: how == "new"}
	}
	pem, err := os.ReadFile(ca)
	check(err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	return &http.Transport{
		DisableCompression: true,
		DisableKeepAlives:  how == "new",
		TLSClientConfig:    &tls.Config{RootCAs: roots, ClientSessionCache: tls.NewLRUClientSessionCache(8)},
	}
}

func clientOver(round http.RoundTripper) client {
	c := &http.Client{Transport: round, Timeout: 10 * time.Minute}
	var last http.Header
	return client{func() int64 {
		var body io.Reader
		method := "GET"
		if how == "put" {
			method = "PUT"
			opened, err := os.Open(file)
			check(err)
			body = opened
		}
		request, err := http.NewRequest(method, address, body)
		check(err)
		if how == "put" {
			about, err := os.Stat(file)
			check(err)
			request.ContentLength = about.Size()
		}
		response, err := c.Do(request)
		check(err)
		all := length(response.Body)
		response.Body.Close()
		last = response.Header
		return all
	}, func() string { return last.Get("ETag") }}
}

func used() float64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

func main() {
	times, err := strconv.Atoi(os.Args[4])
	check(err)
	at, err := url.Parse(address)
	check(err)
	var c client
	if kind == "connection" {
		c = connection(at)
	} else {
		c = clientOver(transport())
	}
	if how == "busy" || how == "idle" {
		os.Exit(3)
	}
	expected := c.exchange()
	begun, before := time.Now(), used()
	switch how {
	case "call":
		for i := 0; i < times; i++ {
			if c.field() == "" {
				log.Fatal("no such field")
			}
		}
	default:
		for i := 0; i < times; i++ {
			if c.exchange() != expected {
				log.Fatal("the body has another length")
			}
		}
	}
	fmt.Printf("%.6f %.6f\n", time.Since(begun).Seconds(), used()-before)
}

// SPDX-License-Identifier: MIT

// Package libhttp is an HTTP/1.1 client over the C library libhttp, in two shapes.
//
// A [Transport] is an [net/http.RoundTripper] with its own pool of connections:
//
//	client := &http.Client{Transport: &libhttp.Transport{}}
//	response, err := client.Get("https://www.python.org/index.html")
//
// A [Connection] is one transaction at a time with one server, step by step, as http.client's
// HTTPConnection in Python:
//
//	conn, err := libhttp.NewHTTPSConnection("www.python.org", nil)
//	err = conn.Request("GET", "/index.html", nil, nil)
//	response, err := conn.GetResponse()
//	io.Copy(os.Stdout, response)
//
// A goroutine that waits is parked in the runtime's own poller and holds no thread, whatever it waits
// for, names being resolved included. What went wrong is an [Error]: ask for its kind by errors.Is,
// with [ErrBadStatusLine] and its like, which form the tree of http.client's exceptions; ask for the
// rest by errors.As.
//
// One goroutine at a time uses a Connection with its Response; another one that does so meanwhile is
// told by an error. Cancel and Close may be called by any at any time.
package libhttp

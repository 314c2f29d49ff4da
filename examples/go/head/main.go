// SPDX-License-Identifier: MIT

// head URL: asks for a page's head alone: http.client's second session.
package main

import (
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"libhttp.dev/go/libhttp"
)

func main() {
	url, err := libhttp.ParseURL(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	conn, err := libhttp.NewHTTPConnection("")
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetHost(url.Host, url.Port); err != nil {
		log.Fatal(err)
	}
	conn.SetTimeout(10 * time.Second)
	if err := conn.Request("HEAD", url.Target, nil, nil); err != nil {
		log.Fatal(err)
	}
	response, err := conn.GetResponse()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(response.Status, response.Reason)
	data, err := io.ReadAll(response)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(data), response.IsComplete())
}

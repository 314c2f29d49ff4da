// SPDX-License-Identifier: MIT

// get URL [CA-FILE]: fetches a page by net/http's Client over libhttp, and prints it.
package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"time"

	"libhttp.dev/go/libhttp"
)

func main() {
	transport := &libhttp.Transport{}
	if len(os.Args) > 2 {
		config, err := libhttp.NewTLSConfig()
		if err == nil {
			err = config.SetCAFile(os.Args[2])
		}
		if err != nil {
			log.Fatal(err)
		}
		transport.TLS = config
	}
	client := &http.Client{Transport: transport, Timeout: 10 * time.Second}
	response, err := client.Get(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	fmt.Println(response.Status)
	if _, err := io.Copy(os.Stdout, response.Body); err != nil {
		log.Fatal(err)
	}
}

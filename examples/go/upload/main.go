// SPDX-License-Identifier: MIT

// upload FILE URL: puts a file by net/http's client over libhttp's transport. "-" is what comes in, as
// long as it comes.
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
	source := os.Stdin
	if os.Args[1] != "-" {
		file, err := os.Open(os.Args[1])
		if err != nil {
			log.Fatal(err)
		}
		source = file
	}
	request, err := http.NewRequest("PUT", os.Args[2], source)
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Expect", "100-continue") // a server that refuses need not be sent it all
	transport := &libhttp.Transport{ResponseHeaderTimeout: time.Minute}
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	fmt.Println(response.Status)
	if _, err := io.Copy(os.Stdout, response.Body); err != nil {
		log.Fatal(err)
	}
}

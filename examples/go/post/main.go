// SPDX-License-Identifier: MIT

// post URL: posts a form and prints the answer: http.client's third session.
package main

import (
	"fmt"
	"io"
	"log"
	"os"
	"strings"

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
	form := libhttp.NewForm()
	for _, pair := range [][2]string{{"spam", "1"}, {"eggs", "2"}, {"bacon", "0"}} {
		if err := form.Add(pair[0], pair[1]); err != nil {
			log.Fatal(err)
		}
	}
	header, err := libhttp.NewMessage(
		libhttp.Field{Name: "Content-type", Value: "application/x-www-form-urlencoded"},
		libhttp.Field{Name: "Accept", Value: "text/plain"})
	if err != nil {
		log.Fatal(err)
	}
	if err := conn.Request("POST", url.Target, header, strings.NewReader(form.String())); err != nil {
		log.Fatal(err)
	}
	response, err := conn.GetResponse()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(response.Status, response.Reason)
	if _, err := io.Copy(os.Stdout, response); err != nil {
		log.Fatal(err)
	}
}

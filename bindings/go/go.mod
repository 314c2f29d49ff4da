module libhttp.dev/go/libhttp

go 1.19

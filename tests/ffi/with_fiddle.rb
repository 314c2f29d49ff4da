#!/usr/bin/env ruby
# SPDX-License-Identifier: MIT
# A GET, a POST and a streamed read, knowing nothing of libhttp but its path and its documented signatures.
require "fiddle"

LIBRARY = Fiddle.dlopen(ENV.fetch("LIBHTTP_SO"))
P = Fiddle::TYPE_VOIDP
L = Fiddle::TYPE_LONG_LONG # int64_t
I = Fiddle::TYPE_INT # int32_t
NONE = Fiddle::TYPE_VOID
$checks = 0
$failed = 0

def ok(held, description)
  $checks += 1
  $failed += 1 unless held
  puts "#{held ? 'ok' : 'not ok'} #{$checks} - #{description}"
  $stdout.flush
end

# Defines libhttp_<name> as a method.
def declare(name, result, *arguments)
  f = Fiddle::Function.new(LIBRARY["libhttp_#{name}"], arguments, result)
  define_method(name) { |*given| f.call(*given) }
end

declare :constant_find, I, P, L, P
declare :connection_new, I, P
declare :connection_free, NONE, P
declare :connection_set_host, I, P, P, L, I
declare :connection_set_tls, I, P, P
declare :connection_request, I, P, P, L, P, L, P, P, L
declare :connection_getresponse, I, P, P
declare :connection_error, P, P
declare :response_free, NONE, P
declare :response_status, I, P
declare :response_reason, P, P
declare :response_getheader, I, P, P, L, P, L, P, P
declare :response_read1, I, P, P, L, P
declare :response_read_all, I, P, L, P, P
declare :headers_new, I, P
declare :headers_add, I, P, P, L, P, L
declare :headers_free, NONE, P
declare :tls_config_new, I, P
declare :tls_config_set_ca_file, I, P, P, L
declare :tls_config_free, NONE, P

# Eight bytes that the library writes a pointer or a number to.
def room
  Fiddle::Pointer.malloc(8, Fiddle::RUBY_FREE)
end

def number(room)
  room[0, 8].unpack1("q")
end

def constant(name)
  value = room
  constant_find(name, name.bytesize, value).zero? or abort "no constant #{name}"
  number(value)
end

def made
  handle = room
  yield(handle).zero? or abort "out of memory"
  handle.ptr
end

def connect(url, ca = nil)
  host, port = url.split("//").last.split(":")
  connection = made { |to| connection_new(to) }
  connection_set_host(connection, host, host.bytesize, port.to_i).zero? or abort connection_error(connection).to_s
  return connection unless ca

  config = made { |to| tls_config_new(to) }
  tls_config_set_ca_file(config, ca, ca.bytesize).zero? or abort "no authority"
  connection_set_tls(connection, config)
  tls_config_free(config)
  connection
end

NO_BODY = constant("LIBHTTP_NO_BODY")

def exchange(connection, method, target, headers = nil, body = nil)
  response = room
  if connection_request(connection, method, method.bytesize, target, target.bytesize, headers, body,
                        body ? body.bytesize : NO_BODY).negative? ||
     connection_getresponse(connection, response).negative?
    abort connection_error(connection).to_s
  end
  response.ptr
end

def body_of(response)
  data = room
  length = room
  response_read_all(response, 1 << 20, data, length).zero? or return nil
  data.ptr[0, number(length)]
end

def get(connection)
  response = exchange(connection, "GET", "/index.html")
  value = room
  length = room
  ok response_status(response) == constant("LIBHTTP_STATUS_OK"), "C-110 a GET from Ruby: the status"
  ok response_reason(response).to_s == "OK", "C-100 its reason"
  found = response_getheader(response, "content-type", -1, nil, 0, value, length)
  ok found.zero? && value.ptr[0, number(length)] == "text/html", "C-99 a field, by any spelling"
  ok body_of(response) == "<html><p>Hello from the example server.</p></html>\n", "C-87 its body"
  response_free(response)
end

def post(connection)
  headers = made { |to| headers_new(to) }
  headers_add(headers, "Content-type", -1, "application/x-www-form-urlencoded", -1)
  response = exchange(connection, "POST", "/cgi-bin/query", headers, "spam=1&eggs=2&bacon=0")
  ok response_status(response) == 200 && body_of(response).include?("spam=1&eggs=2&bacon=0"), "C-45 a POST from Ruby"
  response_free(response)
  headers_free(headers)
end

def stream(connection)
  response = exchange(connection, "GET", "/download")
  block = Fiddle::Pointer.malloc(4096, Fiddle::RUBY_FREE)
  got = room
  total = 0
  pieces = 0
  while (status = response_read1(response, block, 4096, got)).zero? && number(got).positive?
    total += number(got)
    pieces += 1
  end
  ok status.zero? && total == 10_000_000, "C-91 a streamed read gives every byte, and then its end"
  ok pieces > 2000, "C-91 piece by piece, as much as there was room for"
  response_free(response)
end

def refused
  connection = made { |to| connection_new(to) }
  ok connection_set_host(connection, "a\0b", 3, 80).negative?, "T-6 a NUL in a name is seen and refused"
  ok connection_error(connection).to_s.include?("host"), "C-107 with a sentence"
  connection_free(connection)
end

plain = connect(ENV.fetch("EXAMPLE_HTTP"))
get(plain)
post(plain)
stream(plain)
connection_free(plain)
encrypted = connect(ENV.fetch("EXAMPLE_HTTPS"), ENV.fetch("EXAMPLE_CA"))
get(encrypted)
stream(encrypted)
connection_free(encrypted)
refused
puts "1..#{$checks}"
exit $failed.zero?

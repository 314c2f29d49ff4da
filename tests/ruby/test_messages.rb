#!/usr/bin/env ruby
# SPDX-License-Identifier: MIT
# HTTPMessage, media types, URLs, forms, percent encoding.
require "support"

class TestMessages < LibHTTPTest
  def response_with(fields, body = "")
    to(answering("HTTP/1.1 200 OK\r\n#{fields}Content-Length: #{body.bytesize}\r\n\r\n#{body}")) do |conn|
      return conn.request("GET", "/").getresponse.tap(&:read)
    end
  end

  test "C-73 C-99 C-100 order duplicates and case" do
    response = response_with("Set-Cookie: a\r\nX: \xE9\r\nset-cookie: b\r\n".b)
    message = response.msg
    assert_equal %w[a b], message.get_all("SET-COOKIE")
    assert_equal "a, b", response.getheader("Set-Cookie")
    assert_equal %w[Set-Cookie X set-cookie Content-Length], message.keys
    assert_equal 4, message.length
    assert_equal response.getheaders, message.items
    assert_equal "\u00e9", message["x"].encode("UTF-8")
    assert_includes message, :content_length
    refute_includes message, "Y"
    assert_equal({ "Set-Cookie" => "a, b", "X" => "\xE9".dup.force_encoding("ISO-8859-1"), "Content-Length" => "0" }, message.to_h)
    assert_equal [nil, 1, "a, b"], [response.getheader("Y"), response.getheader("Y", 1), response.getheader("Y", %w[a b])]
    assert_equal "0", message.find { |name, _| name == "Content-Length" }.last
  end

  test "a responses fields are read only and outlive it" do
    message = response_with("X: 1\r\n").msg
    GC.start
    assert_equal "1", message["X"]
    assert_raises(LibHTTP::ImproperConnectionState) { message["X"] = "2" }
    copy = message.dup
    copy["X"] = 2
    copy.add("Y", "3").add("Y", "4")
    copy["Content-Length"] = nil
    assert_equal [%w[X 2], %w[Y 3], %w[Y 4]], copy.to_a
    assert_equal "1", message["X"]
    assert_equal 0, copy.clear.length
    assert_empty copy
  end

  test "C-134 content type charset and parameters" do
    message = LibHTTP::HTTPMessage.new("Content-Type" => 'Text/HTML; Charset="UTF-8"; x=y',
                                       "Content-Disposition" => "attachment; filename*=UTF-8''na%C3%AFve.txt")
    assert_equal %w[text/html text html utf-8],
                 [message.get_content_type, message.get_content_maintype, message.get_content_subtype, message.get_content_charset]
    assert_equal ["y", nil, "na\u00efve.txt"], [message.get_param("x"), message.get_param("z"), message.get_filename]
    assert_equal [%w[charset UTF-8], %w[x y]], message.media_type.to_a
    assert_equal "text/plain", LibHTTP::HTTPMessage.new.get_content_type
    assert_equal "attachment", LibHTTP::MediaType.new("Attachment; a=b").value
  end

  test "C-133 T-7 URLs" do
    url = LibHTTP::URL.parse("https://[::1]:8443/a%20b?c#d")
    assert_equal ["https", true, "::1", 8443, "/a%20b?c"], [url.scheme, url.tls?, url.host, url.port, url.target]
    assert_raises(LibHTTP::InvalidURL) { LibHTTP::URL.parse("http://u:p@h/") }
    with_user = LibHTTP::URL.parse("http://u%40:p%3A@h/", allow_user: true)
    assert_equal ["u@", "p:", "h"], [with_user.user, with_user.password, with_user.host]
    refute_includes with_user.inspect, "p:@"
    ["ftp://h/", "http://", "http://a b/", "http://h\t/", "http://h:99999/", "h"].each do |text|
      assert_raises(LibHTTP::InvalidURL, text) { LibHTTP::URL.parse(text) }
    end
  end

  test "C-135 C-137 forms percent encoding and credentials" do
    assert_equal "a=1&a=2&b+c=%C3%A9%26&d=%00", LibHTTP.urlencode({ a: [1, 2], "b c" => "\u00e9&", d: "\0" })
    assert_equal "x=1&a=2", LibHTTP.urlencode([[:x, 1], ["a", "2"]])
    assert_equal ["a/b%20%C3%A9", "a%2Fb+%C3%A9"], [LibHTTP.quote("a/b \u00e9"), LibHTTP.quote_plus("a/b \u00e9")]
    assert_equal ["a+b \u00e9", "a b"], [LibHTTP.unquote("a+b%20%C3%A9"), LibHTTP.unquote_plus("a+b")]
    assert_equal "\xff\0".b, LibHTTP.unquote("%FF%00")
    assert_equal "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", LibHTTP.basic_credentials("Aladdin", "open sesame")
    assert_raises(ArgumentError) { LibHTTP.basic_credentials("a:b", "c") }
  end

  test "C-110 statuses ports and phrases" do
    assert_equal [404, 200, 80, 443], [LibHTTP::NOT_FOUND, LibHTTP::OK, LibHTTP::HTTP_PORT, LibHTTP::HTTPS_PORT]
    assert_equal ["Not Found", "Content Too Large"], LibHTTP.responses.values_at(404, 413)
    assert_equal "NOT_FOUND", LibHTTP.status_name(404)
    assert_equal 62, LibHTTP::RESPONSES.size
    assert_equal LibHTTP::Core::AGAIN, LibHTTP.constant_of_c("AGAIN")
    constants = LibHTTP.constants_of_c
    constants.each { |name, value| assert_equal value, LibHTTP::Core.const_get(name), name }
    assert_match(/\A\d+\.\d+\.\d+\z/, LibHTTP::VERSION)
    assert_equal LibHTTP::VERSION.split(".").inject(0) { |n, part| n * 256 + part.to_i }, LibHTTP.version_number
    assert_match(/OpenSSL/, LibHTTP.tls_library)
  end
end

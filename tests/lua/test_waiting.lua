-- SPDX-License-Identifier: MIT
-- Waiting: deadlines, cancels, signals, and others who run meanwhile.
local cqueues = require "cqueues"
local lu = require "luaunit"
local support = require "support"
local http = support.http

TestWaiting = {}

TestWaiting["test C-120: a deadline ends it, outside a loop and inside"] = function()
    local function try()
        local conn = support.plain { idle_timeout = 0.2 }
        assert(conn:request("GET", "/slow?ms=3600000"))
        local response, _, code, err = conn:getresponse()
        lu.assertNil(response)
        lu.assertEquals(code, http.E_TIMEOUT)
        lu.assertIs(err.class, http.Timeout)
        conn.timeout = support.patience
        assert(conn:request("GET", "/"))
        lu.assertEquals(#assert(conn:getresponse()):read(), 51)
        conn.total_timeout = 0.1
        local sent
        sent, _, code = conn:request("GET", "/slow?ms=3600000")
        if sent then -- or it is over before
            _, _, code = conn:getresponse()
        end
        lu.assertEquals(code, http.E_TIMEOUT)
    end
    try()
    support.loop(try)
end

TestWaiting["test 50 requests wait side by side in one loop, over TLS too"] = function()
    for _, open in ipairs { support.plain, support.encrypted } do
        local begun, done, together, threads = 0, 0, 0, {}
        for index = 1, 50 do
            threads[index] = function()
                local conn = open()
                begun = begun + 1
                assert(conn:request("GET", "/slow?ms=300"))
                local response = assert(conn:getresponse())
                together = math.max(together, begun - done)
                lu.assertStrContains(response:read(), "waiting")
                done = done + 1
            end
        end
        support.loop((table.unpack or unpack)(threads))
        lu.assertEquals(done, 50)
        lu.assertEquals(together, 50)
    end
end

-- The peer is such a coroutine: it goes on only when others have run while the head, and the body, are waited for.
TestWaiting["test other coroutines run while one waits for a name, a head and a body"] = function()
    local socket = require "cqueues.socket"
    local listener = socket.listen("127.0.0.1", 0)
    listener:listen()
    local _, _, port = listener:localname()
    local ticks, waiting, said = 0, true, nil
    local function let_others_run()
        local before = ticks
        repeat cqueues.sleep(0.01) until ticks > before + 3
    end
    support.loop(function()
        local conn = assert(http.HTTPConnection("localhost", port, { timeout = support.patience }))
        assert(conn:request("GET", "/"))
        said = assert(assert(conn:getresponse()):read())
        waiting = false
    end, function()
        local peer = listener:accept()
        peer:setmode("b", "bf")
        repeat until peer:read("*L") == "\r\n"
        let_others_run()
        peer:write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nh")
        peer:flush()
        let_others_run()
        peer:write("i")
        peer:flush()
        peer:close()
    end, function()
        while waiting do
            ticks = ticks + 1
            cqueues.sleep(0.01)
        end
    end)
    listener:close()
    lu.assertEquals(said, "hi")
end

TestWaiting["test chunks and lines wait in a for loop (not in 5.1, which read1 is for)"] = function()
    support.loop(function()
        local conn = support.plain()
        assert(conn:request("GET", "/download"))
        local response, total = assert(conn:getresponse()), 0
        if support.yields_in_for then
            for chunk in response:chunks() do
                total = total + #chunk
            end
        else
            local chunk = assert(response:read1())
            while chunk do
                total = total + #chunk
                chunk = response:read1()
            end
        end
        lu.assertEquals(total, 10000000)
    end)
end

TestWaiting["test a descriptor that is closed and comes again under its number is not waited for in vain"] = function()
    support.loop(function()
        for _ = 1, 20 do
            local conn = support.plain()
            assert(conn:request("GET", "/slow?ms=5"))
            assert(assert(conn:getresponse()):read())
            conn:close()
            local other = assert(http.HTTPConnection("127.0.0.1", support.http_at.port, { timeout = support.patience }))
            assert(other:request("GET", "/slow?ms=5"))
            assert(assert(other:getresponse()):read())
            other:close()
        end
    end)
end

TestWaiting["test C-121 C-26: a cancel or a close by another coroutine ends the wait"] = function()
    for _, how in ipairs { "cancel", "close" } do
        local conn = support.plain()
        local asked = false
        support.loop(function()
            assert(conn:request("GET", "/slow?ms=3600000"))
            asked = true
            if how == "cancel" then
                local response, _, code = conn:getresponse()
                lu.assertNil(response)
                lu.assertEquals(code, http.E_CANCELLED)
            elseif support.yields_in_for then
                -- 5.1 can't wait within pcall.
                lu.assertFalse((pcall(conn.getresponse, conn)))
            end
        end, function()
            repeat cqueues.sleep(0.01) until asked
            lu.assertTrue(conn[how](conn))
        end)
        lu.assertIs(conn.cancelled, how == "cancel")
        lu.assertTrue(conn:cancel_reset())
        assert(conn:request("GET", "/"))
        lu.assertEquals(assert(conn:getresponse()).status, 200)
    end
end

TestWaiting["test C-121: a cancelled response and stream say so"] = function()
    local conn = support.answered("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")
    local response = assert(conn:getresponse())
    lu.assertTrue(response:cancel())
    local _, _, code = response:read()
    lu.assertEquals(code, http.E_CANCELLED)
    local switched = support.connect("HTTP/1.1 101 S\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "WAIT")
    assert(switched:request("GET", "/", nil, { Upgrade = "x", Connection = "upgrade" }))
    local stream = assert(assert(switched:getresponse()):stream())
    lu.assertTrue(stream:cancel())
    local data, _, why, err = stream:read()
    lu.assertNil(data)
    lu.assertEquals(why, http.E_CANCELLED)
    lu.assertIs(err.class, http.Cancelled)
    lu.assertIs(stream.last_error.class, http.Cancelled)
end

TestWaiting["test a stream is read and written by two coroutines at once"] = function()
    local socket = require "cqueues.socket"
    local listener = socket.listen("127.0.0.1", 0)
    listener:listen()
    local _, _, port = listener:localname()
    local echoed
    support.loop(function()
        local peer = listener:accept()
        peer:setmode("b", "bf")
        repeat until peer:read("*L") == "\r\n"
        peer:write("HTTP/1.1 101 S\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")
        peer:flush()
        local total = 0
        while total < 3000000 do
            local data = assert(peer:read(-65536))
            total = total + #data
            peer:write(data)
            peer:flush()
        end
        peer:close()
    end, function()
        local conn = assert(http.HTTPConnection("127.0.0.1", port, { timeout = support.patience }))
        assert(conn:request("GET", "/", nil, { Upgrade = "x", Connection = "upgrade" }))
        local stream = assert(assert(conn:getresponse()):stream())
        cqueues.running():wrap(function()
            assert(stream:write(("e"):rep(3000000)))
        end)
        echoed = 0
        local data = assert(stream:read())
        while data do
            echoed = echoed + #data
            data = stream:read()
        end
    end)
    listener:close()
    lu.assertEquals(echoed, 3000000)
end

TestWaiting["test another scheduler's function waits instead"] = function()
    local waits, core = 0, require "libhttp.core"
    http.wait_with(function(fd, events, seconds)
        waits = waits + 1
        lu.assertTrue(fd >= 0)
        lu.assertTrue(events == "r" or events == "w" or events == "rw")
        lu.assertTrue(seconds == nil or seconds > 0)
        core.poll(fd, 1, 50)
    end)
    local conn = support.plain()
    local ok, message = pcall(function()
        assert(conn:request("GET", "/slow?ms=500"))
        assert(assert(conn:getresponse()):read())
    end)
    http.wait_with(nil)
    lu.assertTrue(ok, message)
    lu.assertTrue(waits > 0)
    lu.assertErrorMsgContains("a function", http.wait_with, 5)
end

TestWaiting["test wait = false gives AGAIN, and the connection can be polled"] = function()
    local conn = support.plain { wait = false, timeout = support.patience }
    local ok, _, code = conn:request("GET", "/slow?ms=100")
    local generation
    while not ok do
        lu.assertEquals(code, http.AGAIN)
        generation = conn:generation()
        lu.assertTrue(cqueues.poll(conn, support.patience) == conn)
        ok, _, code = conn:flush()
    end
    local response
    response, _, code = conn:getresponse()
    while not response do
        lu.assertEquals(code, http.AGAIN)
        lu.assertEquals(type(conn:pollfd()), "number")
        lu.assertEquals(conn:events(), "r")
        lu.assertTrue(conn:timeout() <= support.patience)
        cqueues.poll(conn, support.patience)
        response, _, code = conn:getresponse()
    end
    lu.assertTrue(generation == nil or conn:generation() ~= nil)
    lu.assertEquals(response:read(), "Sorry to have kept you waiting.\n")
    lu.assertEquals(conn:events(), "")
end

TestWaiting["test an interrupt ends a wait: the hook of a signal is run"] = function()
    local interpreter = arg and arg[-1] or "lua"
    local script = os.tmpname()
    local file = assert(io.open(script, "w"))
    file:write(([[
        local http = require "libhttp"
        local conn = http.HTTPConnection(%q, %d)
        assert(conn:request("GET", "/slow?ms=3600000"))
        io.stdout:write("waiting\n") io.stdout:flush()
        conn:getresponse()
        print("went on")
    ]]):format(support.http_at.host, support.http_at.port))
    file:close()
    -- The first line that it prints says that it is about to wait.
    local run = io.popen(([[
        %s %s >%s.out 2>&1 & pid=$!
        until grep -qs . %s.out || ! kill -0 $pid; do sleep 0.05; done
        sleep 0.2; kill -INT $pid; wait $pid; cat %s.out; rm %s.out
    ]]):format(interpreter, script, script, script, script, script))
    local said = run:read("*a")
    run:close()
    os.remove(script)
    lu.assertStrContains(said, "waiting\n")
    lu.assertNotStrContains(said, "went on")
end

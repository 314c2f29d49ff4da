-- SPDX-License-Identifier: MIT
--- Waiting: C only steps, the loop is here. In a coroutine of a cqueues loop the others run on;
-- elsewhere poll(2) waits; and any other scheduler's own function may (see `set`).
-- @module libhttp.wait
local core = require "libhttp.core"

local wait = {}
local loaded = package.loaded
local custom

local _, READ = core.constant_find("LIBHTTP_WAIT_READ")
local _, WRITE = core.constant_find("LIBHTTP_WAIT_WRITE")
local names = { [READ] = "r", [WRITE] = "w", [READ + WRITE] = "rw" }

--- Waits by another scheduler's means from now on.
-- @param f called as f(fd, events, seconds) to wait until the descriptor is ready ("r", "w", "rw") or
-- the seconds have passed (nil: no limit); fd may be -1: only wait for the time. It may return early,
-- and what it returns doesn't matter. nil goes back to cqueues and poll.
function wait.set(f)
    if f ~= nil and type(f) ~= "function" then
        error("a function or nil is wanted", 2)
    end
    custom = f
end

-- cqueues keeps a descriptor in its epoll set after its event, and what it keeps must be taken out
-- before the descriptor is closed; as any step may close it, that is done at once.
local function by_cqueues(cqueues, handle, fd, events, seconds)
    if fd < 0 then
        cqueues.poll(seconds)
        return
    end
    local before = handle._polled
    rawset(handle, "_polled", fd)
    cqueues.poll({ pollfd = fd, events = names[events], timeout = seconds })
    rawset(handle, "_polled", before)
    cqueues.cancel(fd)
end

--- Wakes the coroutines that wait for this handle, before its descriptor is closed.
function wait.forget(handle)
    local fd, cqueues = handle._polled, loaded.cqueues
    if fd and cqueues then
        cqueues.cancel(fd)
    end
end

--- Waits for what the handle needs, once.
-- @param handle an object with `_wait`, the C function, and `_h`, the C handle
function wait.once(handle)
    local _, fd, events, ms = handle._wait(handle._h)
    if ms == 0 then
        return
    end
    local seconds = ms > 0 and ms / 1000 or nil
    if custom then
        custom(fd, names[events] or "", seconds)
        return
    end
    local cqueues = loaded.cqueues
    if cqueues then
        -- A coroutine within a coroutine of the loop can't yield to it.
        local loop, direct = cqueues.running()
        if loop and direct then
            return by_cqueues(cqueues, handle, fd, events, seconds)
        end
    end
    core.poll(fd, events, ms)
end

return wait

# frozen_string_literal: true

# SPDX-License-Identifier: MIT
module LibHTTP
  # What a connection, its responses and its streams share: the C connection, and waiting. C only
  # steps; this waits, as an IO does, and sees to it that one thread at a time uses them.
  # @private
  class Session
    # The C library's events as IO#wait has them.
    EVENTS = [0, IO::READABLE, IO::WRITABLE, IO::READABLE | IO::WRITABLE].freeze
    AGAIN = Core::AGAIN
    LOOK = 0.05 # how often a wait for somebody else's descriptor looks for what can't wake it

    attr_reader :connection
    attr_accessor :carried, :debug

    def initialize(connection)
      @connection = connection
      @carried = false
      @holders = []
      @closers = []
      @debug = nil
    end

    # Calls until the answer isn't AGAIN: a status, or an Array that begins with one.
    # @param subject what has `needs`, what to wait for
    # @param slot what nobody else may be doing meanwhile
    def run(subject, slot = self)
      check(slot) unless @holders.empty?
      loop do
        result = yield
        tell if @debug
        return result unless (result.is_a?(Array) ? result[0] : result) == AGAIN

        wait(subject, slot)
      end
    end

    # The same for what reads onto the end of a string.
    def read_onto(subject, response, string, capacity)
      check(self) unless @holders.empty?
      while (got = Core.response_read_onto(response, string, capacity)).nil?
        wait(subject, self)
      end
      got
    end

    # What somebody else uses can't be used.
    def check(slot = self)
      return unless held? && @holders.any? { |held| held.equal?(slot) || held.equal?(self) || slot.equal?(self) }

      raise ThreadError, "the connection is in use: another thread or fiber waits for it"
    end

    # Holds the slot while the block runs, which lets others run: they may have closed meanwhile.
    def hold(slot = self)
      closed = false
      begin
        @holders << slot
        @process = Process.pid
        result = yield
        closed = !@closers.empty?
      ensure
        index = @holders.rindex { |one| one.equal?(slot) }
        @holders.delete_at(index) if index
        finish_closing unless @closers.empty?
      end
      raise Error.make(Core::E_CLOSED, "closed by another thread") if closed

      result
    end

    # A pipe that has nothing yet is not the library's to wait for, and can't wake it.
    def await_input(subject, fd)
      socket, milliseconds, = subject.needs
      return if @carried || !socket.negative? || !milliseconds.negative?

      hold { IO.for_fd(fd, autoclose: false).wait_readable(LOOK) }
    end

    # Closes: at once, or where somebody waits, by waking him.
    def close(&closer)
      return closer.call unless held?

      @closers << closer
      Core.connection_cancel(@connection)
      nil
    end

    # Prints what debugging has to say.
    def tell
      _, text = Core.connection_debug_take(@connection)
      @debug.write(text) unless text.nil? || text.empty?
    end

    private

    # Whether somebody waits; not who waited where this process was forked, as he isn't in the child.
    def held?
      @holders.clear unless @holders.empty? || @process == Process.pid
      !@holders.empty?
    end

    def wait(subject, slot)
      refuse if @carried
      socket, milliseconds, generation = subject.needs
      return if milliseconds.zero?

      seconds = milliseconds.negative? ? nil : milliseconds / 1000.0
      hold(slot) do
        if socket.negative?
          sleep(seconds || 0)
        else
          wait_for(io_of(socket >> 2, generation, slot), EVENTS[socket & 3], seconds)
        end
      end
    end

    # async 1.30 takes any timeout of a task for the end of ours: what came too early was one.
    def wait_for(io, events, seconds)
      return io.wait(events, seconds) unless Fiber.current_scheduler

      began = Process.clock_gettime(Process::CLOCK_MONOTONIC)
      return if io.wait(events, seconds)
      return if seconds && Process.clock_gettime(Process::CLOCK_MONOTONIC) - began > seconds - 0.02

      raise defined?(::Async::TimeoutError) ? ::Async::TimeoutError : ::Timeout::Error, "execution expired"
    end

    # The last to leave closes.
    def finish_closing
      return unless @holders.empty?

      Core.connection_cancel_reset(@connection)
      @closers.shift.call until @closers.empty?
    end

    # An IO for a descriptor, which stays the library's. Reading and writing a stream have one each,
    # as a scheduler may want.
    def io_of(fd, generation, slot)
      @ios ||= {}.compare_by_identity
      known = @ios[slot]
      return known[2] if known && known[0] == fd && known[1] == generation

      io = IO.for_fd(fd, autoclose: false)
      @ios[slot] = [fd, generation, io]
      io
    end

    def refuse
      _, waiting = Core.connection_take(@connection)
      raise IO::EAGAINWaitReadable, "feed what was received" if waiting.nil? || waiting.empty?

      raise IO::EAGAINWaitWritable, "take what is to be sent"
    end
  end
  private_constant :Session
end

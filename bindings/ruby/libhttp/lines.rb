# frozen_string_literal: true

# SPDX-License-Identifier: MIT
module LibHTTP
  # Lines and single bytes of a body, as IO gives them.
  module Lines
    # Reads a line.
    # @param sep [String, nil] what ends it; nil: everything; "": an empty line
    # @param limit [Integer, nil] bytes at the most; below 0: no limit
    # @param chomp [Boolean] without what ends it
    # @return [String, nil] nil at the end
    def gets(sep = $/, limit = nil, chomp: false)
      sep, limit = separator_and_limit(sep, limit) unless limit.nil? && sep.equal?($/)
      return "".b if limit&.zero?

      line = sep == "\n" ? plain_line(limit) : other_line(sep, limit)
      return nil if line.nil?

      @lineno = lineno + 1
      sep = "\n\n" if sep == ""
      chomp && sep && line.end_with?(sep) ? line.chomp(sep) : line
    end

    # The same, but EOFError at the end.
    # @return [String]
    def readline(sep = $/, limit = nil, chomp: false)
      gets(sep, limit, chomp: chomp) or raise EOFError, "end of body reached"
    end

    # @yieldparam line [String]
    def each_line(sep = $/, limit = nil, chomp: false)
      return enum_for(:each_line, sep, limit, chomp: chomp) unless block_given?

      sep, limit = separator_and_limit(sep, limit)
      raise ArgumentError, "invalid limit: 0 for each_line" if limit&.zero?

      while (line = gets(sep, limit, chomp: chomp))
        yield line
      end
      self
    end

    # @return [Array<String>] the lines that are left
    def readlines(sep = $/, limit = nil, chomp: false)
      each_line(sep, limit, chomp: chomp).to_a
    end

    # @return [Integer] how many lines were read
    def lineno
      @lineno || 0
    end

    # Counts on from that number.
    attr_writer :lineno

    # @return [Integer, nil] a byte
    def getbyte
      read(1)&.ord
    end

    # @return [Integer] a byte
    def readbyte
      getbyte or raise EOFError, "end of body reached"
    end

    # @return [String, nil] a byte, as a String
    def getc
      read(1)
    end

    # @return [String] a byte, as a String
    def readchar
      getc or raise EOFError, "end of body reached"
    end

    # @yieldparam char [String] a byte, as a String
    def each_char
      return enum_for(:each_char) unless block_given?

      while (char = getc)
        yield char
      end
      self
    end

    # @yieldparam byte [Integer]
    def each_byte
      return enum_for(:each_byte) unless block_given?

      while (byte = getbyte)
        yield byte
      end
      self
    end

    private

    # The arguments of gets: a separator, a limit, or both.
    def separator_and_limit(sep, limit)
      sep, limit = $/, sep if limit.nil? && sep.respond_to?(:to_int)
      raise TypeError, "no implicit conversion of #{sep.class} into String" unless sep.nil? || sep.respond_to?(:to_str)

      limit = Text.integer(limit) if limit
      [sep&.to_str, limit&.negative? ? nil : limit]
    end

    # What C looks for by itself.
    def plain_line(limit)
      line = nil
      loop do
        capacity = limit ? [limit - (line&.bytesize || 0), 65_536].min : 65_536
        return line if capacity.zero?

        piece = line_piece(capacity)
        return line if piece.empty?

        line = line ? line << piece : piece
        return line if piece.end_with?("\n") || piece.bytesize < capacity
      end
    end

    def other_line(sep, limit)
      sep, paragraph = "\n\n", true if sep == ""
      skip_newlines if paragraph
      line = collect(sep&.b, limit)
      skip_newlines if paragraph
      line.empty? ? nil : line
    end

    def collect(sep, limit)
      raise_failure
      line = String.new(encoding: Encoding::BINARY)
      gather(line) do
        nil until add_block(line, sep, limit)
      end
      line
    end

    # Whether the line has ended with what is here.
    def add_block(line, sep, limit)
      block = peek
      block = block.byteslice(0, limit - line.bytesize) if limit
      from = sep ? [line.bytesize - sep.bytesize + 1, 0].max : 0
      before = line.bytesize
      line << block
      at = sep && line.index(sep, from)
      line.slice!((at + sep.bytesize)..) if at
      skip(line.bytesize - before)
      at || block.empty? || line.bytesize == limit
    end

    def skip_newlines
      skip(1) while peek.start_with?("\n")
    end

    def skip(count)
      count -= read(count).bytesize while count.positive?
    end
  end
end

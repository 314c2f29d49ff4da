# frozen_string_literal: true

# SPDX-License-Identifier: MIT
module LibHTTP
  # Lines and single bytes of a body, as IO gives them.
  module Lines
    # Reads a line.
    # @param sep [String, nil] what ends it; nil: everything; "": an empty line
    # @param limit [Integer, nil] bytes at the most
    # @param chomp [Boolean] without what ends it
    # @return [String, nil] nil at the end
    def gets(sep = $/, limit = nil, chomp: false)
      sep, limit = $/, sep if sep.is_a?(Integer)
      return "".b if limit&.zero?

      line = sep == "\n" ? plain_line(limit) : other_line(sep, limit)
      return nil if line.nil?

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

      while (line = gets(sep, limit, chomp: chomp))
        yield line
      end
      self
    end

    # @return [Array<String>] the lines that are left
    def readlines(sep = $/, limit = nil, chomp: false)
      each_line(sep, limit, chomp: chomp).to_a
    end

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

    # @yieldparam byte [Integer]
    def each_byte
      return enum_for(:each_byte) unless block_given?

      while (byte = getbyte)
        yield byte
      end
      self
    end

    private

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
      line = String.new(encoding: Encoding::BINARY)
      until (block = peek).empty?
        block = block.byteslice(0, limit - line.bytesize) if limit
        from = sep ? [line.bytesize - sep.bytesize + 1, 0].max : 0
        before = line.bytesize
        line << block
        at = sep && line.index(sep, from)
        line.slice!((at + sep.bytesize)..) if at
        skip(line.bytesize - before)
        break if at || line.bytesize == limit
      end
      line
    end

    def skip_newlines
      skip(1) while peek.start_with?("\n")
    end

    def skip(count)
      count -= read(count).bytesize while count.positive?
    end
  end
end

#!/usr/bin/env ruby
# SPDX-License-Identifier: MIT
# Everything public has a comment for YARD.
require "support"

class TestDocs < LibHTTPTest
  # The public modules and classes, with their names.
  def self.modules_of(parent)
    parent.constants.map { |name| parent.const_get(name) }.grep(Module).select { |child| child.name.start_with?("LibHTTP::") }
          .reject { |child| child == LibHTTP::Core }.flat_map { |child| [child, *modules_of(child)] }
  end
  MODULES = [LibHTTP, *modules_of(LibHTTP)].uniq.freeze

  def lines(path)
    (@lines ||= {})[path] ||= File.readlines(path, chomp: true)
  end

  # Where it is defined, or the line that has a macro define it: "time :total_timeout".
  def place(method)
    path, line = method.source_location
    name = method.original_name.to_s.delete_suffix("=")
    return [path, line] unless lines(path)[line - 1].include?("define_method")

    [path, lines(path).index { |text| text =~ /^ +\w+ :\w*,? ?.*:?\b#{name}\b/ || text =~ /^ +\w+ :#{name}\b/ }&.succ]
  end

  # Whether a comment stands before that line, or before those of the same kind above it.
  def described?(path, line)
    return false unless line

    above = lines(path)[line - 2].strip
    above.start_with?("#") && !above.include?("SPDX")
  end

  # What a kind of error has besides is told where the kinds are.
  def told?(method)
    mod, path = method.owner, method.source_location[0]
    mod < LibHTTP::Error && lines(path).grep(/^ *#/).any? { |text| text =~ /\b#{method.name}\b/ }
  end

  test "every method" do
    count = 0
    missing = MODULES.flat_map do |mod|
      methods = mod.public_instance_methods(false).map { |name| mod.instance_method(name) }
      methods += mod.singleton_methods(false).map { |name| mod.method(name) }
      methods.select(&:source_location).reject do |method|
        count += 1
        described?(*place(method)) || told?(method)
      end.map { |method| "#{mod}##{method.name}" }
    end
    assert_operator count, :>, 150
    assert_empty missing
  end

  test "every module and constant" do
    missing = MODULES.flat_map do |mod|
      mod.constants(false).reject do |name|
        path, line = mod.const_source_location(name)
        # Error classes and statuses come out of the library's own tables.
        path.nil? || !path.end_with?(".rb") || !lines(path)[line - 1].match?(/\b#{name}\b/) || name == :Core || described?(path, line)
      end.map { |name| "#{mod}::#{name}" }
    end
    assert_empty missing
  end
end

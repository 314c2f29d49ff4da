# SPDX-License-Identifier: MIT
# Turns the prose of the headers' comments into mdoc(7).
#
# What a word is, is seen from the word: `quoted`, *ret_length, LIBHTTP_OK, NULL, the last part of an
# error's name, libhttp_url_parse(), send() (of the same handle), sendfile(2), wait.h.
package Mdoc;
use strict;
use warnings;

# new(KNOWN): of {functions, constants, errors, types, pages}, which are sets or, pages, file => page.
sub new {
    my ($class, $known) = @_;

    return bless {%$known, parameters => {}, self => {}, object => ''}, $class;
}

# about(FUNCTION...): the page that is written from now on is about these functions.
sub about {
    my ($self, @functions) = @_;

    $self->{parameters} = {map { ($_->{name} => 1) } map { @{$_->{parameters}} } @functions};
    $self->{self} = {map { ($_->{name} => 1) } @functions};
    ($self->{object}) = @functions && $functions[0]{name} =~ /^libhttp_(tls_config|[a-z]+)_/;
    $self->{object} //= '';
}

# Paragraphs, "- " lists with a word in front that becomes a subsection, and indented examples.
sub prose {
    my ($self, $text) = @_;
    my (@out, @literal, $open);

    for my $block (blocks($text)) {
        if ($block =~ /^    /) {
            $block =~ s/^    //mg;
            push @out, '.Bd -literal -offset indent', escape_lines($block), '.Ed';
        } elsif ($block =~ s/^- (\w[^.]*)\.\s+//) {
            push @out, ".Ss $1", $self->sentences($block);
        } else {
            push @out, '.Pp' if @out;
            push @out, $self->sentences($block);
        }
    }
    return join '', map { "$_\n" } @out;
}

sub blocks {
    my ($text) = @_;
    my (@blocks, $last);

    for my $line (split /\n/, $text) {
        my $kind = $line eq '' ? '' : $line =~ /^    / ? 'literal' : 'prose';
        if ($kind ne '' && (!defined $last || $kind ne $last || $line =~ /^- /)) {
            push @blocks, '';
        }
        $blocks[-1] .= "$line\n" if $kind ne '';
        $last = $kind eq '' ? undef : $kind;
    }
    return @blocks;
}

sub escape {
    my ($text) = @_;

    $text =~ s/\\/\\e/g;
    $text =~ s/\x{e2}\x{80}\x{a6}/.../g;
    $text =~ s/(?<![\w"])-(?=\d)/\\-/g;
    return $text;
}

sub escape_lines {
    return map { s/^([.'])/\\&$1/r } split /\n/, escape($_[0]);
}

# Lines of mdoc: words in rows, what has a meaning on rows of its own, each sentence from a new row on.
sub sentences {
    my ($self, $text) = @_;
    my (@lines, @row);
    my $flush = sub {
        my $line = join ' ', @row;
        push @lines, $line =~ s/^([.'])/\\&$1/r if @row;
        @row = ();
    };

    # A single word is just that: the phrase of a status code.
    return escape($text) if $text !~ /\s/;
    $text =~ s/\s+/ /g;
    $text =~ s/\bRFC (\d+) (\d+(?:\.\d+)*)/RFC $1, section $2/g;
    my @words = $text =~ /((?:[^\s`]|`[^`]*`)+)/g;
    while (defined(my $word = shift @words)) {
        my $macro = $self->macro($word);
        if (defined $macro) {
            $flush->();
            push @lines, $macro;
        } else {
            $word = escape($word);
            $flush->() if @row && length(join ' ', @row, $word) > 78;
            push @row, $word;
        }
        $flush->() if $word =~ /[.?!][)"]*$/ && @words && $words[0] =~ /^[("`*]*[A-Z0-9`*]/;
    }
    $flush->();
    return @lines;
}

# The line that marks a word up, or undef where it is just a word.
sub macro {
    my ($self, $word) = @_;
    my ($open, $core, $close, $glued) =
        $word =~ /^([(\[]*)(`[^`]*`|\*?[\w.<>]*[\w>](?:\([0-9]?\))?\x{e2}?\x{80}?\x{a6}?)([.,:;)\]?!]*)(.*)$/s or return;
    my $macro = $core =~ /^`(.*)`$/ ? $self->quoted($1) : $self->meaning($core);

    return unless defined $macro;
    my $line = '.' . join ' ', $macro =~ /^(\S+)/, split(//, $open), $macro =~ /^\S+ (.*)/s, split(//, $close);
    return $glued eq '' ? $line : $line . ' Ns No ' . argument($glued);
}

sub quoted {
    my ($self, $inner) = @_;

    return $self->meaning($inner) // ($self->{parameters}{$inner} ? "Fa $inner" : 'Ql ' . argument($inner));
}

# As one argument of a macro that would otherwise look for macros in it.
sub argument {
    my ($text) = @_;

    $text = escape($text);
    $text =~ s/"/\\(dq/g;
    $text =~ s/(?<!\S)([A-Z][a-z]|[.,:;()\[\]?!|])(?!\S)/\\&$1/g;
    return $text =~ / / ? "\"$text\"" : $text;
}

sub meaning {
    my ($self, $word) = @_;

    if ($word =~ /^\*?(\w+)$/ && $self->{parameters}{$1} && ($word =~ /^\*/ || $1 =~ /_/ || $1 eq 'ret')) {
        return "Fa $word";
    }
    return "Dv $word" if $self->{constants}{$word} || $word eq 'NULL';
    die "a comment names $word, which isn't there\n" if $word =~ /^LIBHTTP_[A-Z0-9_]*[A-Z0-9]$/;
    return 'Dv ' . ($word =~ s/\x{e2}\x{80}\x{a6}$/*/r) if $word =~ /^LIBHTTP_[A-Z0-9_]+\x{e2}\x{80}\x{a6}$/;
    return "Dv LIBHTTP_$word" if $word eq 'AGAIN' || $word eq 'OK';
    return "Dv LIBHTTP_E_$word" if $self->{errors}{$word} && $word !~ /^(?:TLS|OS)$/;
    return "Xr $self->{pages}{$1} 7" if $word =~ /^(\w+\.h)$/ && $self->{pages}{$1};
    return "In $1" if $word =~ /^<(\w+\.h)>$/;
    return "Xr $1 $2" if $word =~ /^([a-z]\w*)\((\d)\)$/;
    return "Vt $word" if $self->{types}{$word};
    return $self->function($1) if $word =~ /^(\w+)\(\)$/;
    return $self->{functions}{$word} ? $self->function($word) : undef;
}

# The same, for a name that must be one.
sub known_function {
    my ($self, $name) = @_;
    my $macro = $self->function($name);

    return $macro =~ /^Xr|libhttp_/ ? $macro : die "a comment has the errors of $name(), which isn't known\n";
}

# A short name is that of a function of the same handle, or of the connection.
sub function {
    my ($self, $name) = @_;
    my ($full) = grep { $self->{functions}{$_} }
        ($name, "libhttp_$self->{object}_$name", "libhttp_connection_$name", "libhttp_response_$name");

    die "a comment names $name(), which isn't there\n" if !defined $full && $name =~ /^libhttp_/;
    return "Fn $name" unless defined $full;
    return $self->{self}{$full} ? "Fn $full" : "Xr $full 3";
}

1;

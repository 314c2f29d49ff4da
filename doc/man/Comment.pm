# SPDX-License-Identifier: MIT
# Takes a function's comment apart: what it does, what fails, whether it may block, which RFC says so.
#
#     Sends bytes of the body. Errors: BODY_LENGTH (more than declared), and those of connect. Blocks in
#     blocking mode, else AGAIN. RFC 9112 6, 7.
package Comment;
use strict;
use warnings;

my %titles = (
    'RFC 3986' => 'Uniform Resource Identifier (URI): Generic Syntax',
    'RFC 6266' => 'Use of the Content-Disposition Header Field in HTTP',
    'RFC 7617' => 'The Basic HTTP Authentication Scheme',
    'RFC 8187' => 'Indicating Character Encoding and Language for HTTP Header Field Parameters',
    'RFC 8446' => 'The Transport Layer Security (TLS) Protocol Version 1.3',
    'RFC 9110' => 'HTTP Semantics',
    'RFC 9112' => 'HTTP/1.1',
    'RFC 9525' => 'Service Identity in TLS',
);

# What ends a sentence: a full stop outside parentheses, before a blank or the end.
my $inside = qr/(?:[^().]|\.(?=\S)|(\((?:[^()]|(?1))*\)))*/;

# "RFC 9110 5.3, 5.4"
my $rfc = qr/RFC\s+\d+(?:\s+\d+(?:\.\d+)*)?(?:,\s+\d+(?:\.\d+)*)*/;

my $waits = 'Blocks in blocking mode, else AGAIN.';

# new(TEXT, COMMON): COMMON is what a header says for all its functions.
sub new {
    my ($class, $text, $common) = @_;
    my $self = bless {body => $text, common => $common // '', blocks => ''}, $class;

    $self->{$_} = [] for qw(errors of after standards);
    $self->{line} = line_of($text);
    $self->{again} = $text =~ /else\s+AGAIN|AGAIN\s+until|blocking\s+as\s+of/;
    $self->{body} =~ s/\bErrors\s+and\s+blocking\s+as\s+of\s+(\w+)\./Errors: as of $1. $waits/;
    $self->{body} =~ s/\bErrors\s+as\s+of\b/Errors: as of/;
    $self->take_errors($1) while $self->{body} =~ s/\bErrors:\s+($inside)\.(?=\s|\z)\s*//s;
    $self->take_common();
    $self->{blocks} = 'wait' if $self->{body} =~ s/\s*\b@{[$waits =~ s{ }{\\s+}gr]}//;
    $self->{blocks} = 'never' if $self->{body} =~ s/\s*\bNever\s+blocks\.//;
    while ($self->{body} =~ s/(?:(?<=[.\n])|\A)\s*((?:$rfc(?:,\s+)?)+)\.(?=\s|\z)/ /) {
        push @{$self->{standards}}, map { standard($_) } split /,? (?=RFC)/, $1 =~ s/\s+/ /gr;
    }
    $self->{body} =~ s/\A\s+|\s+\z//g;
    return $self;
}

sub says { return "$_[0]{body} $_[0]{common}" }
sub line { return $_[0]{line} }
sub errors { return @{$_[0]{errors}} }
sub errors_of { return @{$_[0]{of}} }
sub after_errors { return @{$_[0]{after}} }
sub blocks { return $_[0]{blocks} }
sub standards { return @{$_[0]{standards}} }
sub may_give_again { return $_[0]{again} }
sub codes { return map { $_->[0] } @{$_[0]{errors}} }

# The paragraph of a header's comment that begins with "For all of them:".
sub common {
    my ($about) = @_;

    return join ' ', $about =~ /^For all of them: (.*?)(?:\n\n|\z)/msg;
}

# A header's comment, for its own page.
sub whole {
    my ($about) = @_;

    $about =~ s/\A(libhttp\w*): (?=(?:an?|the|one) )/$1 is /;
    return $about =~ s/^For all of them: (\w)/\u$1/mgr;
}

# "NO_MEMORY, INVALID_ARGUMENT (ret is NULL), and those of send; nothing is kept then"
sub take_errors {
    my ($self, $list) = @_;

    $list =~ s/\s+/ /g;
    $list =~ s/; ((?:[^()]|\([^()]*\))*)\z// and push @{$self->{after}}, ucfirst "$1.";
    while ($list =~ /\G(?:and )?((?:[^(),]|(\((?:[^()]|(?2))*\)))+)(?:, |\z)/g) {
        my $part = $1;
        if ($part =~ /^([A-Z][A-Z_]+)(?: \((.*)\))?$/) {
            push @{$self->{errors}}, [$1, $2 // ''];
        } else {
            push @{$self->{of}}, grep { !/^(?:as|of|those|and)$/ } $part =~ /(\w+)/g;
        }
    }
}

sub take_common {
    my ($self) = @_;

    $self->{common} =~ s/\s+/ /g;
    $self->{blocks} = 'never' if $self->{common} =~ s/\s*\b[Nn]one of (?:them|these functions) blocks\.//;
    # A function's own reason for an error goes before the common one.
    my %own = map { ($_->[0] => 1) } @{$self->{errors}};
    my @own = @{$self->{errors}};
    $self->{errors} = [];
    $self->take_errors($1) if $self->{common} =~ s/\s*Errors: ($inside)\.(?=\s|\z)//;
    $self->{errors} = [@own, grep { !$own{$_->[0]} } @{$self->{errors}}];
}

# The sentences that hold for all functions of the header, but for those about parameters that these don't have.
sub shared {
    my ($self, @group) = @_;
    my %has = map { ($_->{name} => 1) } map { @{$_->{parameters}} } @group;
    my @sentences = grep { !grep { defined && !$has{$_} } /\*(ret\w*)|`(\w+)`/g }
        split /(?<=[.])\s+(?=[A-Z])/, $self->{common};

    return @sentences ? ucfirst join ' ', @sentences : ();
}

# As the beginning of a description: "The libhttp_url_new() function makes", "Returns the".
sub introduced {
    my ($self, $group, $statuses) = @_;
    my $body = $self->{body};
    my $only = @$group == 1 || $statuses == 1 ? $group->[0]{name} : undef;

    return $body unless defined $only;
    if ($body =~ /^(?!As|This|Its|Bytes|Times)[A-Z][a-z-]+s\b(?!:)/) {
        return "The $only() function " . lcfirst $body;
    }
    if (@$group == 1 && $group->[0]{returns} ne 'void' && $body =~ /^(?:The|A|One|How|What|Path|1|errno)\b/) {
        return 'Returns ' . ($body =~ /^[A-Z][a-z]*\b/ ? lcfirst $body : $body);
    }
    return $body;
}

# The first clause, as a line of apropos(1).
sub line_of {
    my ($text) = @_;

    $text =~ s/\s+/ /g;
    $text =~ s/ (\((?:[^()]|(?1))*\))(?! *[a-z]*\()//g;
    my ($line) = $text =~ /\A(.*?)(?:[.;:](?:\s|\z)|\z)/s;
    $line =~ s/^1 (?:where|while) (.*?)(?:, (?:else )?0.*)?$/whether $1/;
    $line =~ s/, (?:else|where|NULL|perhaps|borrowed|-1|0|or NULL) ?.*//;
    $line =~ s/, .*// if length $line > 64;
    $line =~ s/`|\*(?=ret)//g;
    return $line =~ /^[A-Z][a-z-]*(?:[\s,]|\z)/ ? lcfirst $line : $line;
}

sub about_line {
    my ($about) = @_;

    return line_of($about =~ s/\A\w+: //r);
}

# "RFC 9110 5.3, 5.4" as {title, where}.
sub standard {
    my ($text) = @_;
    my ($rfc, $sections) = $text =~ /^(RFC \d+)(?: (.*))?$/;
    my $where = $rfc;

    if ($sections) {
        my $many = $sections =~ s/, (?=[^,]*$)/ and /;
        $where .= ($many ? ', sections ' : ', section ') . $sections;
    }
    return {title => $titles{$rfc} // $rfc, where => $where};
}

1;

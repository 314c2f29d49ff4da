# SPDX-License-Identifier: MIT
# Reads the public headers: what they declare, and the comment that stands before it.
#
# A header becomes {file, about, items}; an item is one comment with what it is about:
#     {kind => "function", text, functions => [{name, returns, parameters => [{type, name}]}]}
#     {kind => "constant", text, constants => [{name, value}]}
#     {kind => "type", text, name}            {kind => "heading", text}
# Declarations that follow each other without a blank line share the comment of the first.
package Headers;
use strict;
use warnings;

# read_all(FOLDER): the headers in FOLDER but for the umbrella and api.h, and the umbrella's comment.
sub read_all {
    my ($folder) = @_;
    my %headers;

    for my $path (sort glob "$folder/*.h") {
        my ($name) = $path =~ m{([a-z_]+)\.h$};
        $headers{$name} = read_one($path) unless $name eq 'api';
    }
    return \%headers;
}

sub read_one {
    my ($path) = @_;
    my ($file) = $path =~ m{([^/]+)$};
    my %header = (file => $file, about => '', items => []);
    my $comment;

    open my $in, '<', $path or die "$path: $!\n";
    local $/;
    my $source = <$in>;
    close $in;
    $source =~ s/\\\n\s*//g;
    $source =~ s{\A/\* SPDX.*?\*/\n}{};
    while ($source =~ m{\G(?:
            /\*\*(?<doc>.*?)\*/ | /\*(?<heading>.*?)\*/ | (?<blank>\n[ ]*(?=\n)) |
            \#define[ ]+(?<constant>\w+)[ ]+(?<value>[^\n]+) |
            typedef[ ]struct[ ](?<type>\w+)[ ]\w+; |
            LIBHTTP_API[ ](?<declaration>[^;]+); | [^\n]+ | \n)}gsx) {
        my %found = %+;
        if (defined $found{doc}) {
            $comment = clean($found{doc});
            if ($comment =~ s/\A\@file \S+\n//) {
                $header{about} = $comment;
                undef $comment;
            }
        } elsif (defined $found{heading}) {
            push @{$header{items}}, {kind => 'heading', text => clean($found{heading})};
        } elsif (defined $found{blank}) {
            push @{$header{items}}, {kind => 'gap'};
        } elsif (my $item = declared(\%found)) {
            add($header{items}, $item, $comment);
            undef $comment;
        }
    }
    @{$header{items}} = grep { $_->{kind} ne 'gap' } @{$header{items}};
    return \%header;
}

# Without the stars at the lines' beginnings.
sub clean {
    my ($text) = @_;

    $text =~ s/^[ ]*\*[ ]?//mg;
    $text =~ s/\A\s+|\s+\z//g;
    return $text;
}

sub declared {
    my ($found) = @_;

    if (defined $found->{declaration}) {
        return {kind => 'function', functions => [function($found->{declaration})]};
    }
    if (defined $found->{constant}) {
        return {kind => 'constant', constants => [{name => $found->{constant}, value => $found->{value}}]};
    }
    return defined $found->{type} ? {kind => 'type', name => $found->{type}} : undef;
}

sub function {
    my ($declaration) = @_;

    $declaration =~ s/\s+/ /g;
    my ($returns, $name, $list) = $declaration =~ /^(.*?[ *])(\w+)\((.*)\)$/
        or die "not understood: $declaration\n";
    my @parameters = map { /^\s*(.*?[ *])(\w+)$/ ? {type => $1, name => $2} : () } split /,/, $list;
    $returns =~ s/ +$//;
    $_->{type} =~ s/ +$// for @parameters;
    return {name => $name, returns => $returns, parameters => \@parameters};
}

# Without a comment of its own a declaration belongs to the one right before it.
sub add {
    my ($items, $item, $comment) = @_;
    my $last = $items->[-1];
    my $list = "$item->{kind}s";

    if (!defined $comment && $last && $last->{kind} eq $item->{kind} && $item->{$list}) {
        push @{$last->{$list}}, @{$item->{$list}};
        return;
    }
    $item->{text} = $comment // '';
    push @$items, $item;
}

# A function that gives a status: it changes its handle, or stores what it gives. The rest give their value.
sub is_status {
    my ($function) = @_;
    my ($first) = @{$function->{parameters}};

    return $function->{returns} eq 'int32_t' && $first &&
        ($first->{type} =~ /^libhttp_/ || scalar grep { $_->{name} =~ /^ret/ } @{$function->{parameters}});
}

1;

# Packs the trees of $PACKAGES, boot/ left out, into one initramfs:
# $OUT/initramfs.cpio.gz.
#
# The archive is written here and not by cpio(1), which takes link counts of
# directories (they differ between file systems) and whatever else it finds
# from the machine. Each entry's name, type, mode, content or link target come
# from the package; owner 0:0, the time SOURCE_DATE_EPOCH, inode numbers and
# link counts by position. perl is Essential in Debian: every toolchain has it.
#
# environment: INPUTS OUT PACKAGES SOURCE_DATE_EPOCH
umask 022

cat > "$TMPDIR/newc.pl" <<'PERL'
use strict;
use warnings;

my ($inputs, $time) = @ENV{qw(INPUTS SOURCE_DATE_EPOCH)};
my %entry;    # path → { package, type, mode, file, size or target }
my $bad = 0;

sub complain { print STDERR "error: @_\n"; $bad = 1 }

sub describe {
	my ($e) = @_;
	return "a link to $e->{target}" if $e->{type} eq 'l';
	return sprintf '%s of mode %04o', ($e->{type} eq 'd' ? 'a directory' : 'a file'), $e->{mode};
}

sub slurp {
	my ($file) = @_;
	open my $in, '<:raw', $file or die "error: reading $file: $!\n";
	local $/;
	my $bytes = <$in>;
	return defined $bytes ? $bytes : '';
}

sub clash {
	my ($a, $b) = @_;
	return 1 if describe($a) ne describe($b);
	return 0 if $a->{type} ne 'f';
	return $a->{size} != $b->{size} || slurp($a->{file}) ne slurp($b->{file});
}

sub add {
	my ($package, $path) = @_;
	my $file = "$inputs/$package/$path";
	my @s = lstat $file or die "error: reading $file: $!\n";
	my $e = { package => $package, file => $file, size => $s[7], mode => $s[2] & 07777 };
	if    (-l _) { $e->{type} = 'l'; $e->{target} = readlink $file; $e->{mode} = 0777 }
	elsif (-d _) { $e->{type} = 'd' }
	elsif (-f _) { $e->{type} = 'f' }
	else         { return complain("/$path of package $package is neither file, directory nor link") }
	my $old = $entry{$path};
	if ($old && clash($old, $e)) {
		my $why = describe($old) eq describe($e) ? 'with different content'
			: describe($old) . ' and ' . describe($e);
		complain("/$path is in package $old->{package} and in package $package: $why");
	}
	$entry{$path} = $e unless $old;
	walk($package, $path) if $e->{type} eq 'd';
}

sub walk {
	my ($package, $dir) = @_;
	my $full = $dir eq '' ? "$inputs/$package" : "$inputs/$package/$dir";
	opendir my $d, $full or die "error: reading $full: $! (directories in a package must be readable by everyone)\n";
	for my $name (sort grep { $_ ne '.' && $_ ne '..' } readdir $d) {
		next if $dir eq '' && $name eq 'boot';
		add($package, $dir eq '' ? $name : "$dir/$name");
	}
}

my $position = 0;

sub header {
	my ($name, $mode, $links, $mtime, $size) = @_;
	my $head = '070701' . join '', map { sprintf '%08X', $_ }
		$position++, $mode, 0, 0, $links, $mtime, $size, 0, 0, 0, 0, length($name) + 1, 0;
	my $block = "$head$name\0";
	return $block . "\0" x (-length($block) % 4);
}

sub padded { return $_[0] . "\0" x (-length($_[0]) % 4) }

walk($_, '') for split ' ', $ENV{PACKAGES};
exit 1 if $bad;

binmode STDOUT;
for my $path (sort keys %entry) {
	my $e = $entry{$path};
	if ($e->{type} eq 'd') {
		print header($path, 0040000 | $e->{mode}, 2, $time, 0);
		next;
	}
	my $bytes = $e->{type} eq 'l' ? $e->{target} : slurp($e->{file});
	my $type  = $e->{type} eq 'l' ? 0120000      : 0100000;
	die "error: /$path is larger than 4 GiB\n" if length $bytes > 0xffffffff;
	print header($path, $type | $e->{mode}, 1, $time, length $bytes), padded($bytes);
}
$position = 0;
print header('TRAILER!!!', 0, 1, 0, 0);
close STDOUT or die "error: writing the archive: $!\n";
PERL

LC_ALL=C perl "$TMPDIR/newc.pl" > "$TMPDIR/initramfs.cpio"
gzip -n -9 < "$TMPDIR/initramfs.cpio" > "$OUT/initramfs.cpio.gz"

# Answers every request with the version that it was built from.
use strict;
use warnings;
use IO::Socket::INET;

open(my $file, '<', 'version') or die "version: $!";
my $version = <$file>;
chomp $version;
my $server = IO::Socket::INET->new(
  LocalAddr => '127.0.0.1', LocalPort => $ENV{PORT}, Listen => 64, ReuseAddr => 1) or die "port: $!";
$SIG{TERM} = sub { exit 0 };
while (my $client = $server->accept()) {
  while (defined(my $line = <$client>)) {
    last if $line =~ /^\r?\n$/;
  }
  print $client "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: "
    . length($version) . "\r\nConnection: close\r\n\r\n" . $version;
  close $client;
}

# JWT by nginx's Perl and Crypt::JWT, as an auth_request: signature, times, issuer and audience.
package Jwt;
use strict;
use warnings;
use Crypt::JWT qw(decode_jwt);
use MIME::Base64 qw(decode_base64);
use nginx;

my %keys;

sub check {
    my $r = shift;
    my $alg = $r->variable('jwt_alg');
    my $key = $keys{$alg} ||= do {
        my $text = $r->variable('jwt_key');
        if ($alg eq 'HS256') { decode_base64($text) }
        else { my $pem = "-----BEGIN PUBLIC KEY-----\n$text\n-----END PUBLIC KEY-----\n"; \$pem }
    };
    my $claims = eval {
        decode_jwt(
            token => substr($r->header_in('Authorization') || '', 7), key => $key, accepted_alg => $alg,
            verify_exp => 1, verify_iss => sub { $_[0] eq $r->variable('jwt_issuer') },
            verify_aud => sub { $_[0] eq $r->variable('jwt_audience') },
        );
    };
    return $claims ? 204 : 401;
}

1;

"""What the tests of the nginx module share: a real nginx, an upstream, a key server, a client, tokens."""

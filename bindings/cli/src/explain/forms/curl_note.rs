//! What curl tells of its work on `* ` lines: to which origin a request goes.

use super::text::find;

/// The origin of the connection, and the next address, as far as curl has told them.
#[derive(Default)]
pub(super) struct Connection {
    is_tls: bool,
    is_known: bool,
    scheme: Option<Vec<u8>>,
    authority: Option<Vec<u8>>,
}

impl Connection {
    /// Takes a note in.
    pub(super) fn note(&mut self, note: &[u8]) {
        let note = note.trim_ascii_start();
        let starts = |words: &[&str]| words.iter().any(|word| note.starts_with(word.as_bytes()));
        if starts(&["Issue another request to this URL: "]) {
            // The pseudo fields were those of the request before.
            (self.scheme, self.authority) = (None, None);
            self.take_scheme(note.split(|&byte| byte == b'\'').nth(1).unwrap_or_default());
        } else if starts(&["Trying ", "Connected to ", "Established connection to "]) {
            self.is_known = true;
            if starts(&["Trying "]) {
                self.is_tls = false;
            }
        } else if starts(&TLS) {
            (self.is_tls, self.is_known) = (true, true);
        } else if let Some(value) = pseudo(note, b"[:scheme: ") {
            self.scheme = Some(value.to_vec());
        } else if let Some(value) = pseudo(note, b"[:authority: ") {
            self.authority = Some(value.to_vec());
        } else if let Some(at) = find(note, b"OPENED stream for ") {
            self.take_scheme(note.get(at + 18..).unwrap_or_default());
        }
    }

    /// The absolute target of a request, or the target as it stands where scheme or host are not told.
    pub(super) fn absolute(&self, target: &[u8], host: Option<&[u8]>) -> Vec<u8> {
        let scheme = match &self.scheme {
            Some(scheme) => scheme.as_slice(),
            None if self.is_tls => b"https",
            None if self.is_known => b"http",
            None => return target.to_vec(),
        };
        match (host.or(self.authority.as_deref()), target.first()) {
            (Some(host), Some(b'/')) => [scheme, b"://", host, target].concat(),
            _ => target.to_vec(),
        }
    }

    /// Forgets what was told of one request alone.
    pub(super) fn request_ended(&mut self) {
        (self.scheme, self.authority) = (None, None);
    }

    fn take_scheme(&mut self, url: &[u8]) {
        self.scheme = find(url, b"://").and_then(|end| url.get(..end)).map(<[u8]>::to_ascii_lowercase);
    }
}

/// The value of `[HTTP/2] [1] [:scheme: https]`, `h2h3 [:scheme: https]` or `h2 [:scheme: https]`.
fn pseudo<'n>(note: &'n [u8], name: &[u8]) -> Option<&'n [u8]> {
    let value = note.get(find(note, name)? + name.len()..)?;
    value.trim_ascii_end().strip_suffix(b"]")
}

/// How notes begin that only a connection with TLS has.
const TLS: [&str; 9] = [
    "SSL connection using ",
    "SSL certificate ",
    "Server certificate:",
    "TLSv1",
    "ALPN",
    "(304) ",
    "schannel: ",
    "using HTTP/3",
    "Re-using existing https: ",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn target(notes: &[&str]) -> String {
        let mut connection = Connection::default();
        for note in notes {
            connection.note(note.as_bytes());
        }
        String::from_utf8(connection.absolute(b"/a", Some(b"h:1"))).unwrap()
    }

    #[test]
    fn notes_tell_the_scheme() {
        assert_eq!(target(&[]), "/a");
        assert_eq!(target(&["  Trying 1.2.3.4:80...", "Connected to h (1.2.3.4) port 80 (#0)"]), "http://h:1/a");
        assert_eq!(target(&["Connected to h (1.2.3.4) port 443", "ALPN: curl offers h2,http/1.1"]), "https://h:1/a");
        assert_eq!(target(&["[HTTP/2] [1] [:scheme: http]"]), "http://h:1/a");
        assert_eq!(target(&["h2h3 [:scheme: https]"]), "https://h:1/a");
        assert_eq!(target(&["[HTTP/2] [1] OPENED stream for https://h:1/a"]), "https://h:1/a");
        let redirect = "Issue another request to this URL: 'http://h:1/a'";
        assert_eq!(target(&["TLSv1.3 (OUT), TLS handshake", redirect]), "http://h:1/a");
        assert_eq!(target(&["TLSv1.3 (OUT), TLS handshake", "  Trying 1.2.3.4:80..."]), "http://h:1/a");
    }

    #[test]
    fn an_authority_stands_in_for_a_host() {
        let mut connection = Connection::default();
        connection.note(b"[HTTP/2] [1] [:scheme: https]");
        connection.note(b"[HTTP/2] [1] [:authority: h]");
        assert_eq!(connection.absolute(b"/a", None), b"https://h/a");
        assert_eq!(connection.absolute(b"http://x/a", None), b"http://x/a");
        connection.request_ended();
        assert_eq!(connection.absolute(b"/a", None), b"/a");
    }
}

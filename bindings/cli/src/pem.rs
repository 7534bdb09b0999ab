//! PEM blocks (RFC 7468): what is in a file, and what a private key among them is told.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::fault::Fault;

/// One block: its label and its bytes.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) label: String,
    pub(crate) der: Vec<u8>,
}

/// Reads every block of a file; text around them is left alone, as RFC 7468 section 2 has it.
pub(crate) fn read_blocks(text: &[u8], name: &str) -> Result<Vec<Block>, Fault> {
    let text = String::from_utf8_lossy(text);
    let mut blocks = Vec::new();
    let mut open: Option<(&str, String)> = None;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        let fault = |what: &str| Fault::new(format!("{name}:{}: {what}", index + 1));
        if let Some(label) = boundary(line, "BEGIN") {
            if open.is_some() {
                return Err(fault("a PEM block begins inside another"));
            }
            open = Some((label, String::new()));
        } else if let Some(label) = boundary(line, "END") {
            let (begun, base64) = open.take().ok_or_else(|| fault("a PEM block ends that never began"))?;
            if begun != label {
                return Err(fault("a PEM block ends under another name than it began with"));
            }
            let der = STANDARD.decode(base64).map_err(|_| fault("the PEM block is not base64"))?;
            blocks.push(Block { label: label.to_owned(), der });
        } else if let Some((_, base64)) = &mut open {
            // Old private keys carry headers (`Proc-Type: 4,ENCRYPTED`), which are no base64.
            if !line.contains(':') {
                base64.push_str(line);
            }
        }
    }
    match open {
        Some(_) => Err(Fault::new(format!("{name}: the PEM block has no end"))),
        None => Ok(blocks),
    }
}

/// Whether a label names something that may not be shown.
pub(crate) fn is_private(label: &str) -> bool {
    label.ends_with("PRIVATE KEY")
}

/// What to do with a private key where a public one belongs.
pub(crate) fn refuse_private(label: &str, name: &str) -> Fault {
    let next = match label {
        "OPENSSH PRIVATE KEY" => format!("get the public part: ssh-keygen -e -m PKCS8 -f {name} > public.pem"),
        _ => format!("get the public part: openssl pkey -in {name} -pubout -out public.pem"),
    };
    Fault::new(format!("{name} holds a private key ({label}), and a JWK Set is for anyone to read")).next(next)
}

/// Writes one block.
#[cfg_attr(not(feature = "aws-lc-rs"), allow(dead_code))]
pub(crate) fn write_block(label: &str, der: &[u8]) -> String {
    let mut out = format!("-----BEGIN {label}-----\n");
    for (index, character) in STANDARD.encode(der).chars().enumerate() {
        if index > 0 && index % 64 == 0 {
            out.push('\n');
        }
        out.push(character);
    }
    out.push_str("\n-----END ");
    out.push_str(label);
    out.push_str("-----\n");
    out
}

fn boundary<'l>(line: &'l str, word: &str) -> Option<&'l str> {
    line.strip_prefix("-----")?.strip_prefix(word)?.strip_prefix(' ')?.strip_suffix("-----")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let der: Vec<u8> = (0..=255).collect();
        let text = format!("subject=x\n{}\r\n{}", write_block("A", &der), write_block("B C", &[1]));
        let blocks = read_blocks(text.as_bytes(), "f").unwrap();
        assert_eq!((blocks[0].label.as_str(), &blocks[0].der), ("A", &der));
        assert_eq!((blocks[1].label.as_str(), blocks[1].der.as_slice()), ("B C", &[1][..]));
    }

    #[test]
    fn broken_blocks_are_told_with_their_line() {
        for (text, told) in [
            ("-----BEGIN A-----\n-----BEGIN A-----", "f:2: a PEM block begins inside another"),
            ("-----END A-----", "f:1: a PEM block ends that never began"),
            ("-----BEGIN A-----\n-----END B-----", "f:2: a PEM block ends under another name than it began with"),
            ("-----BEGIN A-----\n!\n-----END A-----", "f:3: the PEM block is not base64"),
            ("-----BEGIN A-----\nAAAA", "f: the PEM block has no end"),
        ] {
            assert_eq!(read_blocks(text.as_bytes(), "f").unwrap_err().message, told);
        }
        assert!(read_blocks(b"", "f").unwrap().is_empty());
    }
}

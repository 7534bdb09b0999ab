//! What `explain` of the command line reads: every form stays in its bounds, line ends make no difference, and the
//! core takes whatever was read.
#![no_main]

#[allow(dead_code, unused_imports, reason = "the command line uses more of it")]
#[path = "../../bindings/cli/src/explain/forms/mod.rs"]
mod forms;

use countersign::FieldLine;
use countersign::explain::{Exchange, RequestHead, ResponseHead, explain};
use forms::{Form, Found, Line, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let detected = read(input, None);
    if let Ok(found) = &detected {
        check(found);
        check_line_ends(input, found);
    }
    for (_, form) in Form::WORDS {
        if let Ok(found) = read(input, Some(form)) {
            check(&found);
        }
    }
});

fn check(found: &Found) {
    assert!(found.token.is_some() || !found.exchanges.is_empty());
    for exchange in found.exchanges.iter().take(4) {
        assert!(exchange.sent.is_some() || exchange.heard.is_some());
        let sent = exchange.sent.as_ref().map(|sent| (text(&sent.method), text(&sent.target), lines(&sent.lines)));
        let heard = exchange.heard.as_ref().map(|heard| (heard.status, lines(&heard.lines), &heard.body));
        if let Some((status, lines, body)) = &heard {
            assert!((100..1000).contains(status) && lines.len() <= 512 && body.len() <= 64 << 10);
        }
        explain(&Exchange {
            request: sent.as_ref().map(|(method, target, headers)| RequestHead {
                method,
                target,
                headers,
                client_cert_sha256: None,
            }),
            response: heard.as_ref().map(|(status, headers, body)| ResponseHead { status: *status, headers, body }),
            token: found.token.as_deref(),
            ..Exchange::default()
        });
    }
}

/// A text whose line ends become CR LF is the same exchange, but for its bodies and for lengths that no longer fit.
fn check_line_ends(input: &[u8], found: &Found) {
    let has_length = input.to_ascii_lowercase().windows(8).any(|part| part == b"content-" || part == b"encoding");
    let is_text = matches!(found.form, Form::CurlVerbose | Form::CurlBoth | Form::CurlInclude | Form::Http);
    if !is_text || has_length || input.contains(&b'\r') || input.starts_with(b"\xFE") || input.starts_with(b"\xFF") {
        return;
    }
    let other: Vec<u8> =
        input.iter().flat_map(|byte| if *byte == b'\n' { vec![b'\r', b'\n'] } else { vec![*byte] }).collect();
    let other = read(&other, None).expect("the same text");
    let heads = |found: &Found| -> Vec<_> {
        let sent =
            |exchange: &forms::Exchange| exchange.sent.clone().map(|sent| (sent.method, sent.target, sent.lines));
        let heard = |exchange: &forms::Exchange| exchange.heard.clone().map(|heard| (heard.status, heard.lines));
        found.exchanges.iter().map(|exchange| (exchange.place, sent(exchange), heard(exchange))).collect()
    };
    assert_eq!(other.form, found.form);
    assert_eq!(heads(&other), heads(found));
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn lines(lines: &[Line]) -> Vec<FieldLine<'_>> {
    lines.iter().map(|(name, value)| FieldLine { name, value }).collect()
}

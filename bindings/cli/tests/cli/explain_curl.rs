//! `explain` over what the curl of this machine writes, against servers of the test on loopback.

use std::io::Read as _;
use std::process::{Command, Stdio};

use crate::server::{Asked, Reply, Server, cacert, response};
use crate::support::{TOKEN, run_with};

/// What curl writes on both streams, mixed as a terminal would show it.
fn curl(args: &[&str]) -> Vec<u8> {
    let (mut reader, writer) = std::io::pipe().unwrap();
    let mut command = Command::new("curl");
    command.args(["-q", "--max-time", "10", "--noproxy", "*"]).args(args);
    command.stdin(Stdio::null()).stdout(writer.try_clone().unwrap()).stderr(writer);
    let started = command.spawn();
    assert!(started.is_ok(), "curl is needed (tools/setup.sh installs it): {:?}", started.err());
    // The ends of the pipe in the command are closed with it.
    drop(command);
    let mut text = Vec::new();
    reader.read_to_end(&mut text).unwrap();
    started.unwrap().wait().unwrap();
    text
}

fn denied() -> Server {
    Server::http(|asked| match asked.path {
        "/ok" => response(200, "", "fine"),
        _ => challenge(asked),
    })
}

fn challenge(_: &Asked<'_>) -> Reply {
    let fields =
        "Date: Tue, 14 Nov 2023 23:13:20 GMT\r\nWWW-Authenticate: Bearer realm=\"a\", error=\"invalid_token\"\r\n";
    response(401, fields, "{\"error\":\"no\"}")
}

fn explained(text: &[u8]) -> serde_json::Value {
    let run = run_with(["explain", "--json", "-"], text);
    assert!(run.code < 2, "{}\n{}", run.out, String::from_utf8_lossy(text));
    run.json()
}

#[test]
fn output_of_every_way_to_run_curl_is_read() {
    let server = denied();
    let url = format!("{}/v1", server.origin);
    let header = format!("Authorization: Bearer {TOKEN}");
    let get = format!("GET {url}");
    for (options, form, request) in [
        (&["-v"][..], "curl-v", Some(get.as_str())),
        (&["-sv"], "curl-v", Some(&get)),
        (&["-v", "-#"], "curl-v", Some(&get)),
        (&["-v", "-N"], "curl-v", Some(&get)),
        (&["-v", "--trace-time"], "curl-v", Some(&get)),
        (&["-iv"], "curl-iv", Some(&get)),
        (&["-siv", "-N"], "curl-iv", Some(&get)),
        (&["-i"], "curl-i", None),
        (&["-si"], "curl-i", None),
    ] {
        let text = curl(&[options, &["-H", &header, &url]].concat());
        let json = explained(&text);
        let told = (json["form"].as_str().unwrap(), json["exchange"]["request"].as_str());
        assert_eq!(told, (form, request), "{options:?}\n{}", String::from_utf8_lossy(&text));
        assert_eq!(
            (json["exchange"]["status"].as_u64(), json["clock"].as_str()),
            (Some(401), Some("date")),
            "{options:?}"
        );
        if request.is_some() {
            assert_eq!(json["findings"][0]["id"], "token_expired", "{options:?} {json}");
        }
    }
}

#[test]
fn methods_and_tls_are_told() {
    let server = Server::https(challenge);
    let (url, cacert) = (format!("{}/v1", server.origin), cacert());
    let posted = explained(&curl(&["-v", "--cacert", &cacert, "-d", "a=b", &url]));
    assert_eq!(posted["exchange"]["request"].as_str(), Some(format!("POST {url}").as_str()));
    let head = explained(&curl(&["-v", "-I", "--cacert", &cacert, &url]));
    assert_eq!(head["exchange"]["request"].as_str(), Some(format!("HEAD {url}").as_str()));
}

#[test]
fn a_redirect_to_another_origin_loses_the_header() {
    let target = denied();
    let location = format!("{}/v1", target.origin);
    let answered = location.clone();
    let first = Server::http(move |_| response(302, &format!("Location: {answered}\r\n"), ""));
    let header = format!("Authorization: Bearer {TOKEN}");
    let password = ["-u", "alice:correct-horse-canary"];
    for (credentials, finding) in
        [(["-H", &header], "header_stripped_on_redirect"), (password, "header_stripped_on_redirect")]
    {
        let text = curl(&[&["-v", "-L"][..], &credentials, &[&first.origin]].concat());
        let json = explained(&text);
        assert_eq!(json["exchange"]["request"].as_str(), Some(format!("GET {location}").as_str()), "{json}");
        assert_eq!(json["exchange"]["redirects"], 1);
        assert_eq!(json["findings"][0]["id"], finding, "{json}\n{}", String::from_utf8_lossy(&text));
    }
    let heads = explained(&curl(&["-i", "-L", &first.origin]));
    assert_eq!((heads["form"].as_str(), heads["exchange"]["redirects"].as_u64()), (Some("curl-i"), Some(1)));
}

#[test]
fn line_ends_in_a_token_are_seen() {
    let server = denied();
    for value in ["Bearer abc.def.ghi\r", "Bearer abc.def\n.ghi"] {
        let json = explained(&curl(&["-v", "-H", &format!("Authorization: {value}"), &server.origin]));
        assert_eq!(json["findings"][0]["id"], "bearer_newline", "{json}");
    }
}

#[test]
fn several_requests_of_one_run_are_told_apart() {
    let server = denied();
    let (bad, ok) = (format!("{}/bad", server.origin), format!("{}/ok", server.origin));
    let json = explained(&curl(&["-v", &bad, &ok]));
    assert_eq!((json["exchange"]["number"].as_u64(), json["exchange"]["of"].as_u64()), (Some(1), Some(2)));
    let json = explained(&curl(&["-i", &ok, &bad, &ok]));
    assert_eq!((json["exchange"]["number"].as_u64(), json["exchange"]["of"].as_u64()), (Some(2), Some(3)), "{json}");
}

#[test]
fn a_connection_that_fails_is_no_denial() {
    let server = denied();
    let url = server.origin.clone();
    drop(server);
    let run = run_with(["explain", "-"], &curl(&["-v", &url]));
    assert!(run.code == 2 && run.err.contains("never came to a request line"), "{}", run.err);
}

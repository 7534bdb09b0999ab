//! `keys URL` and `keys --issuer` against servers on loopback.

use crate::server::{OAUTH, OPENID, Server, cacert, issuer, ok, response};
use crate::support::{JWKS, command, run};

#[test]
fn keys_of_a_url_are_listed() {
    let server = Server::https(|asked| match asked.path {
        "/bad" => ok(r#"{"keys":[{"kty":"oct","k":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"}]}"#),
        "/page" => ok("<html>"),
        "/gone" => response(410, "", ""),
        _ => response(200, "Cache-Control: max-age=60\r\nAge: 20\r\nETag: W/\"1\"\r\n", JWKS),
    });
    let cacert = cacert();
    let keys = |path: &str, more: &[&str]| {
        let url = format!("{}{path}", server.origin);
        run(["keys", &url, "--cacert", &cacert].iter().chain(more))
    };
    let listed = keys("/keys", &[]);
    assert_eq!(listed.code, 0, "{}", listed.err);
    assert!(listed.out.ends_with("1 of 1 keys can verify\n"), "{}", listed.out);
    assert!(listed.err.contains("fetched:") && listed.err.contains("max-age 40, ETag W/\"1\""), "{}", listed.err);
    let json = keys("/keys", &["--json"]);
    assert_eq!(json.err, "");
    let json = json.json();
    assert_eq!((json["keys"][0]["kid"].as_str(), json["keys"][0]["usable"].as_bool()), (Some("k1"), Some(true)));
    let fetch = &json["fetches"][0];
    assert_eq!((fetch["kind"].as_str(), fetch["status"].as_u64()), (Some("key_set"), Some(200)));
    assert_eq!((fetch["max_age"].as_u64(), fetch["etag"].as_str()), (Some(40), Some("W/\"1\"")));
    assert!(fetch["seconds"].is_number() && fetch["failure"].is_null());
    // Bad keys are listed, and a secret that came over the network is one.
    let bad = keys("/bad", &[]);
    assert_eq!(bad.code, 1, "{}", bad.err);
    assert!(bad.out.contains("key_symmetric_from_network"), "{}", bad.out);
    for (path, told) in [("/page", "keys --issuer URL"), ("/gone", "/gone: HTTP 410")] {
        let run = keys(path, &[]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.err);
        assert!(run.err.contains(told), "{}", run.err);
    }
}

#[test]
fn a_url_that_is_none_to_fetch_from_is_not_repeated() {
    for url in ["https://alice:canary@a.example/", "https://a.example/#canary", "http://canary.example/", "https://"] {
        for args in [vec!["keys", url], vec!["keys", "--issuer", url]] {
            let run = run(args);
            assert_eq!(run.code, 2, "{}", run.out);
            assert!(!run.err.contains("canary") && run.err.contains("next: write https://"), "{}", run.err);
        }
    }
    assert_eq!(run(["keys", "--issuer", "https://a.example", "jwks.json"]).code, 2);
    assert_eq!(run(["keys", "--timeout", "6", "jwks.json"]).code, 2, "no ticket is open that long");
}

#[test]
fn req_rotation_01_the_keys_of_an_issuer_are_found() {
    let server = issuer("{}", OAUTH, JWKS);
    let run_issuer = run(["keys", "--json", "--issuer", &server.origin]);
    assert_eq!(run_issuer.code, 0, "{}", run_issuer.out);
    let json = run_issuer.json();
    let kinds: Vec<_> =
        json["fetches"].as_array().unwrap().iter().map(|fetch| (&fetch["kind"], &fetch["status"])).collect();
    assert_eq!(
        kinds,
        [(&"metadata".into(), &404.into()), (&"metadata".into(), &200.into()), (&"key_set".into(), &200.into())]
    );
    assert_eq!(server.paths(), [OPENID, OAUTH, "/keys"]);
    // The address of the metadata does as well, whichever way the issuer ends.
    for name in ["{}", "{}/"] {
        let server = issuer(name, OPENID, JWKS);
        let run = run(["keys", &format!("{}{OPENID}", server.origin), "-v"]);
        assert_eq!(run.code, 0, "{name} {}", run.err);
        assert!(run.err.contains("metadata http://127.0.0.1") && run.err.contains("(prefetch)"), "{}", run.err);
    }
}

#[test]
fn a_set_on_another_host_is_listed_with_a_warning() {
    let server = Server::http(|asked| {
        let keys = asked.origin.replace("127.0.0.1", "localhost");
        let metadata = format!(r#"{{"issuer":"{}","jwks_uri":"{keys}/keys"}}"#, asked.origin);
        ok(if asked.path == "/keys" { JWKS } else { &metadata })
    });
    let run = run(["keys", "--issuer", &server.origin]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.err.contains("warning: the set is on another host than the issuer"), "{}", run.err);
}

#[test]
fn req_rotation_02_metadata_of_another_issuer_are_refused() {
    let server = issuer("https://other.example", OPENID, JWKS);
    for args in [
        vec!["keys".to_owned(), "--issuer".into(), server.origin.clone()],
        vec!["keys".to_owned(), format!("{}{OPENID}", server.origin)],
    ] {
        let run = run(args);
        assert_eq!((run.code, run.out.as_str()), (2, ""));
        for told in ["the metadata are those of another issuer", "HTTP 404", "the metadata name https://other.example"]
        {
            assert!(run.err.contains(told), "{told}\n{}", run.err);
        }
    }
    assert!(!server.paths().contains(&"/keys".to_owned()));
}

#[test]
fn a_proxy_is_asked_for_other_hosts_and_not_for_this_machine() {
    let proxy = Server::http(|_| response(403, "", ""));
    let origin = Server::https(|_| ok(JWKS));
    let keys = |url: &str| {
        let mut command = command();
        command.args(["keys", url, "--cacert", &cacert()]);
        command.env("HTTPS_PROXY", proxy.origin.replace("//", "//alice:canary@"));
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, told) = keys("https://keys.example/keys");
    assert_eq!(code, Some(2));
    assert!(told.contains("https://keys.example/keys: proxy: ") && !told.contains("canary"), "{told}");
    assert_eq!(proxy.paths(), ["keys.example:443"]);
    assert_eq!(keys(&origin.origin).0, Some(0));
    assert_eq!(proxy.heads().len(), 1);
}

#[test]
fn req_rotation_19_another_media_type_is_noted_and_taken_if_it_parses() {
    let server = Server::http(|asked| match asked.path {
        "/jwks" => response(200, "Content-Type: Application/JWK-Set+json; charset=utf-8\r\n", JWKS),
        "/json" => response(200, "Content-Type: application/json\r\n", JWKS),
        "/bytes" => response(200, "Content-Type: application/octet-stream\r\n", JWKS),
        "/page" => response(200, "Content-Type: text/html; charset=utf-8\r\n", "<html>"),
        _ => response(200, "", JWKS),
    });
    let keys = |path: &str, more: &[&str]| run(["keys", &format!("{}{path}", server.origin)].iter().chain(more));
    for (path, noted) in
        [("/jwks", None), ("/json", None), ("/none", None), ("/bytes", Some("application/octet-stream"))]
    {
        let listed = keys(path, &[]);
        assert_eq!(listed.code, 0, "{path}: {}", listed.err);
        assert_eq!(noted, listed.err.split_once(", Content-Type ").map(|(_, noted)| noted.trim_end()), "{path}");
        let json = keys(path, &["--json"]).json();
        assert_eq!(json["fetches"][0]["other_media_type"].as_str(), noted, "{path}");
    }
    let page = keys("/page", &[]);
    assert_eq!(page.code, 2, "{}", page.out);
    assert!(page.err.contains("not valid JSON, in a response with Content-Type text/html"), "{}", page.err);
}

//! `keys` and `keys from-pem`.

use crate::support::{JWKS, file, folder, run, run_with};

#[test]
fn keys_are_listed_with_what_is_wrong() {
    let set = r#"{"keys":[{"kty":"EC","kid":"bad"},{"kty":"OKP","crv":"Ed25519","kid":"ed","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
    let run = run_with(["keys", "-"], set.as_bytes());
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("  1 bad key_malformed\n") && run.out.contains("  2 ed usable\n"), "{}", run.out);
    assert!(run.out.ends_with("1 of 2 keys can verify\n"), "{}", run.out);
    let json = run_with(["keys", "--json", "-"], set.as_bytes()).json();
    assert_eq!(json["keys"][0]["reason"], "key_malformed");
    let names: Vec<&String> = json["keys"][1].as_object().unwrap().keys().collect();
    assert_eq!(names, ["kid", "kty", "alg", "thumbprint", "usable", "reason"]);
    assert_eq!(json["keys"][1]["thumbprint"], "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", "RFC 8037 appendix A.3");
}

#[test]
fn a_secret_is_fine_in_a_policy_and_not_from_the_network() {
    let set = r#"{"keys":[{"kty":"oct","k":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"}]}"#;
    assert_eq!(run_with(["keys", "-"], set.as_bytes()).code, 0);
    let fetched = run_with(["keys", "--fetched", "-"], set.as_bytes());
    assert_eq!(fetched.code, 1);
    assert!(fetched.out.contains("key_symmetric_from_network"), "{}", fetched.out);
}

#[test]
fn what_is_no_set_ends_with_2() {
    for (text, told) in [
        ("{\n\"keys\": }", "standard input:2:9: not valid JSON"),
        ("[]", "a JWK Set is an object"),
        ("-----BEGIN PUBLIC KEY-----", "keys from-pem"),
    ] {
        let run = run_with(["keys", "-"], text.as_bytes());
        assert_eq!(run.code, 2, "{text}");
        assert!(run.err.contains(told), "{text}\n{}", run.err);
    }
    assert_eq!(run(["keys"]).code, 2);
}

/// Made with openssl 3.0; the JWK members were read off `openssl pkey -text`.
const PEMS: [(&str, &str, &str); 6] = [
    (
        "RSA",
        "-----BEGIN PUBLIC KEY-----\n\
         MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAudKMFO7sQ4sNFFdoJ1T3\n\
         pMOlnn8ieW/WJ6c2wehy2CwYaafY0+nrmyUu03suyVrZsYb6DACqW+Hxwhcz4bF6\n\
         QxcI7YtzSX+JMbOJ4HfrU3Ns7VIy7fZ17iWCFV9K3fXFMKcMRmGkn2Hoaa41+9cP\n\
         KObQ8An0dtClqF7xIwBFA6HIlYipJHkAxxTVM2lEibyAUJOPJr1Kv8PV3BvNEbhq\n\
         G5UQJiyiOK0dGL7QbK3xjb0sBZ7Ra56UEYkOac9f5q+nq85R3SiTurPXnLq9QKSy\n\
         Eq8U7nu+AlM5XLQ1LaweE3/ijgElqNaUO4QdSY+9+LHzGPKRpTH61JddvZpRWqDd\n\
         ywIDAQAB\n\
         -----END PUBLIC KEY-----\n\
         ",
        r#"{"kty":"RSA","n":"udKMFO7sQ4sNFFdoJ1T3pMOlnn8ieW_WJ6c2wehy2CwYaafY0-nrmyUu03suyVrZsYb6DACqW-Hxwhcz4bF6QxcI7YtzSX-JMbOJ4HfrU3Ns7VIy7fZ17iWCFV9K3fXFMKcMRmGkn2Hoaa41-9cPKObQ8An0dtClqF7xIwBFA6HIlYipJHkAxxTVM2lEibyAUJOPJr1Kv8PV3BvNEbhqG5UQJiyiOK0dGL7QbK3xjb0sBZ7Ra56UEYkOac9f5q-nq85R3SiTurPXnLq9QKSyEq8U7nu-AlM5XLQ1LaweE3_ijgElqNaUO4QdSY-9-LHzGPKRpTH61JddvZpRWqDdyw","e":"AQAB"}"#,
    ),
    (
        "P-256",
        "-----BEGIN PUBLIC KEY-----\n\
         MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8KTcSF5A0JL5MmmgPDGwYTkGGjVC\n\
         xoimWNP+K7Kvyh8bBC4aE8SIJF9SxM0Zxq21125yQfKlKYezBcOxKdLE9A==\n\
         -----END PUBLIC KEY-----\n\
         ",
        r#"{"kty":"EC","crv":"P-256","x":"8KTcSF5A0JL5MmmgPDGwYTkGGjVCxoimWNP-K7Kvyh8","y":"GwQuGhPEiCRfUsTNGcattdduckHypSmHswXDsSnSxPQ"}"#,
    ),
    (
        "P-384",
        "-----BEGIN PUBLIC KEY-----\n\
         MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAE1gp7xw0YS5Qhn4wXPjgSDncPSsBeG675\n\
         NGd8xpVC6ldtJ5rW4b9fG1zW55XE4lr+RpXDNV/mf0WwYkjSA0sbPXfXrpfX7j5O\n\
         kIE6c2vUrtenlQ93lU17BCon3Dzu+jAQ\n\
         -----END PUBLIC KEY-----\n\
         ",
        r#"{"kty":"EC","crv":"P-384","x":"1gp7xw0YS5Qhn4wXPjgSDncPSsBeG675NGd8xpVC6ldtJ5rW4b9fG1zW55XE4lr-","y":"RpXDNV_mf0WwYkjSA0sbPXfXrpfX7j5OkIE6c2vUrtenlQ93lU17BCon3Dzu-jAQ"}"#,
    ),
    (
        "Ed25519",
        "-----BEGIN PUBLIC KEY-----\n\
         MCowBQYDK2VwAyEAroBsKUCAGt+MAe4L2vM9IjulWNNrkSDpp8BSvH/QbUY=\n\
         -----END PUBLIC KEY-----\n\
         ",
        r#"{"kty":"OKP","crv":"Ed25519","x":"roBsKUCAGt-MAe4L2vM9IjulWNNrkSDpp8BSvH_QbUY"}"#,
    ),
    (
        "PKCS#1",
        "-----BEGIN RSA PUBLIC KEY-----\n\
         MIIBCgKCAQEAudKMFO7sQ4sNFFdoJ1T3pMOlnn8ieW/WJ6c2wehy2CwYaafY0+nr\n\
         myUu03suyVrZsYb6DACqW+Hxwhcz4bF6QxcI7YtzSX+JMbOJ4HfrU3Ns7VIy7fZ1\n\
         7iWCFV9K3fXFMKcMRmGkn2Hoaa41+9cPKObQ8An0dtClqF7xIwBFA6HIlYipJHkA\n\
         xxTVM2lEibyAUJOPJr1Kv8PV3BvNEbhqG5UQJiyiOK0dGL7QbK3xjb0sBZ7Ra56U\n\
         EYkOac9f5q+nq85R3SiTurPXnLq9QKSyEq8U7nu+AlM5XLQ1LaweE3/ijgElqNaU\n\
         O4QdSY+9+LHzGPKRpTH61JddvZpRWqDdywIDAQAB\n\
         -----END RSA PUBLIC KEY-----\n\
         ",
        r#"{"kty":"RSA","n":"udKMFO7sQ4sNFFdoJ1T3pMOlnn8ieW_WJ6c2wehy2CwYaafY0-nrmyUu03suyVrZsYb6DACqW-Hxwhcz4bF6QxcI7YtzSX-JMbOJ4HfrU3Ns7VIy7fZ17iWCFV9K3fXFMKcMRmGkn2Hoaa41-9cPKObQ8An0dtClqF7xIwBFA6HIlYipJHkAxxTVM2lEibyAUJOPJr1Kv8PV3BvNEbhqG5UQJiyiOK0dGL7QbK3xjb0sBZ7Ra56UEYkOac9f5q-nq85R3SiTurPXnLq9QKSyEq8U7nu-AlM5XLQ1LaweE3_ijgElqNaUO4QdSY-9-LHzGPKRpTH61JddvZpRWqDdyw","e":"AQAB"}"#,
    ),
    (
        "certificate",
        "-----BEGIN CERTIFICATE-----\n\
         MIIBeDCCAR+gAwIBAgIUFj37tXILpGF9Uo1Tnh33QHJiyB4wCgYIKoZIzj0EAwIw\n\
         EjEQMA4GA1UEAwwHZXhhbXBsZTAeFw0yNjExMjEwOTE5NTFaFw0zNjExMTgwOTE5\n\
         NTFaMBIxEDAOBgNVBAMMB2V4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC\n\
         AATwpNxIXkDQkvkyaaA8MbBhOQYaNULGiKZY0/4rsq/KHxsELhoTxIgkX1LEzRnG\n\
         rbXXbnJB8qUph7MFw7Ep0sT0o1MwUTAdBgNVHQ4EFgQUb0DrPm02ZqlaTwFcEW3h\n\
         HO8lGncwHwYDVR0jBBgwFoAUb0DrPm02ZqlaTwFcEW3hHO8lGncwDwYDVR0TAQH/\n\
         BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiBcmlGi5xo0WVU7XM9VWTp1hIMEaa7k\n\
         R06kzgUZ02V3RgIgOyq3oAWnKPH8fk1Z45IlJZhRQNmHlRq5826lc21N1ek=\n\
         -----END CERTIFICATE-----\n\
         ",
        r#"{"kty":"EC","crv":"P-256","x":"8KTcSF5A0JL5MmmgPDGwYTkGGjVCxoimWNP-K7Kvyh8","y":"GwQuGhPEiCRfUsTNGcattdduckHypSmHswXDsSnSxPQ"}"#,
    ),
];

#[test]
fn public_keys_and_certificates_become_jwks() {
    for (name, pem, members) in PEMS {
        let run = run_with(["keys", "from-pem", "--json", "-"], pem.as_bytes());
        assert_eq!(run.code, 0, "{name} {}", run.err);
        let json = run.json();
        let mut key = json["keys"][0].as_object().unwrap().clone();
        assert_eq!(key.remove("use").unwrap(), "sig");
        let kid = key.remove("kid").unwrap();
        assert_eq!(
            serde_json::Value::Object(key),
            serde_json::from_str::<serde_json::Value>(members).unwrap(),
            "{name}"
        );
        let listed = run_with(["keys", "--json", "--fetched", "-"], run.out.as_bytes()).json();
        assert_eq!(listed["keys"][0]["thumbprint"], kid, "{name}");
        assert_eq!(listed["keys"][0]["usable"], true, "{name}");
    }
}

#[test]
fn names_and_the_bare_form_are_for_one_key() {
    let (_, pem, _) = PEMS[0];
    let one = run_with(["keys", "from-pem", "--jwk", "--kid", "k", "--alg", "RS256", "-"], pem.as_bytes());
    let json: serde_json::Value = serde_json::from_str(&one.out).unwrap();
    assert_eq!((json["kid"].as_str(), json["alg"].as_str()), (Some("k"), Some("RS256")));
    let both = [pem, PEMS[1].1].concat();
    assert_eq!(
        run_with(["keys", "from-pem", "--json", "-"], both.as_bytes()).json()["keys"].as_array().unwrap().len(),
        2
    );
    assert_eq!(run_with(["keys", "from-pem", "--jwk", "-"], both.as_bytes()).code, 2);
    let wrong = run_with(["keys", "from-pem", "--alg", "RS1", "-"], pem.as_bytes());
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("choose among RS256"), "{}", wrong.err);
    let unfit = run_with(["keys", "from-pem", "--alg", "ES256", "-"], pem.as_bytes());
    assert_eq!(unfit.code, 1);
    assert!(unfit.err.contains("key_alg_unusable"), "{}", unfit.err);
}

#[test]
fn private_keys_are_refused_by_name() {
    let folder = folder("keys-private");
    for label in ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "OPENSSH PRIVATE KEY"] {
        let path = file(&folder, "k.pem", format!("-----BEGIN {label}-----\nQ0FOQVJZ\n-----END {label}-----\n"));
        let run = run(["keys", "from-pem", &path]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{label}");
        assert!(run.err.contains(&format!("holds a private key ({label})")), "{}", run.err);
        let tool = if label.starts_with("OPENSSH") { "ssh-keygen -e" } else { "openssl pkey -in" };
        assert!(run.err.contains(tool) && !run.err.contains("Q0FOQVJZ"), "{}", run.err);
    }
}

#[test]
fn other_files_are_told_what_they_lack() {
    for (text, told) in [
        (JWKS.to_owned(), "no PEM block"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----".into(), "its DER is broken"),
        ("-----BEGIN X-----\nAAAA\n-----END X-----".into(), "no public key (X)"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA".into(), "has no end"),
    ] {
        let run = run_with(["keys", "from-pem", "-"], text.as_bytes());
        assert_eq!(run.code, 2, "{text}");
        assert!(run.err.contains(told), "{}", run.err);
    }
}

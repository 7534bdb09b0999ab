//! `audit`: a stream of several hundred megabytes needs no more memory than a short one.

use std::fs;
use std::io::Write as _;
use std::process::{Child, Stdio};

use serde_json::json;

use crate::audit::{entry, line};
use crate::support::command;

/// Starts it on standard input.
fn start() -> Child {
    command().args(["audit", "--json", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
}

/// The most memory a process had so far, in KiB.
fn peak(child: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse().unwrap()
}

/// Writes `chunk` so many times between `head` and `tail`; the peak before the end, and the report.
fn feed(head: &[u8], chunk: &[u8], times: usize, tail: &[u8]) -> (u64, serde_json::Value) {
    let mut child = start();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(head).unwrap();
    for _ in 0..times {
        stdin.write_all(chunk).unwrap();
    }
    stdin.write_all(tail).unwrap();
    // All but what the pipe holds has been read; the rest is as much again as nothing.
    let peak = peak(&child);
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    (peak, serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn a_har_file_of_400_megabytes_is_a_stream() {
    // A body of 1 MB that is a string with escapes, as images and minified scripts are.
    let mut whole = entry(1, ("GET", "https://a.example/x", json!({})), 401, json!({"WWW-Authenticate": "Bearer"}));
    whole["response"]["content"]["text"] = json!("0123456789abcde\n".repeat(60_000));
    let chunk = format!("{whole},");
    let times = 400_000_000 / chunk.len();
    let head = br#"{"log":{"version":"1.2","creator":{},"entries":["#;
    let tail = format!("{whole}]}}}}");
    let (peak, report) = feed(head, chunk.as_bytes(), times, tail.as_bytes());
    assert_eq!(report["refused"], times + 1);
    assert!(peak < MOST, "{peak} KiB");
}

#[test]
fn one_string_without_end_is_cut_and_deep_nesting_refused() {
    let head = br#"{"log":{"version":"1.2","creator":{},"entries":[{"request":{"url":""#;
    let (peak, _) = feed(head, &b"\\u4e2d".repeat(10_000), 2000, b"\"}}]}}");
    assert!(peak < MOST, "{peak} KiB");
    let mut child = start();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(br#"{"log":{"entries":[{"x":"#).unwrap();
    // It gives up, and the pipe breaks.
    let _ = (0..100).try_for_each(|_| stdin.write_all(&b"[".repeat(1 << 20)));
    drop(stdin);
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(2));
}

#[test]
fn a_log_of_200_megabytes_with_all_that_can_grow_is_a_stream() {
    // Each chunk has clients, routes and challenges of its own, so that every table meets its bound.
    let mut child = start();
    let mut stdin = child.stdin.take().unwrap();
    let mut written = 0;
    let mut number = 0_u32;
    let letters = |mut number: u32| {
        std::iter::repeat_with(|| {
            let letter = char::from_u32(u32::from('a') + number % 26).unwrap();
            number /= 26;
            letter
        })
        .take(6)
        .collect::<String>()
    };
    while written < 200_000_000 {
        let mut chunk = String::new();
        for _ in 0..2000 {
            number += 1;
            let client = format!("2001:db8::{:x}:{:x}", number >> 16, number & 0xFFFF);
            chunk += &line(number / 40 % 86_400, &client, &format!("GET /{}?{}", letters(number), "x".repeat(60)), 401);
        }
        written += chunk.len();
        stdin.write_all(chunk.as_bytes()).unwrap();
    }
    let peak = peak(&child);
    drop(stdin);
    let report: serde_json::Value = serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(report["refused"], number);
    assert!(peak < MOST, "{peak} KiB");
}

/// KiB; a sixth of the shortest of these streams.
const MOST: u64 = 64 << 10;

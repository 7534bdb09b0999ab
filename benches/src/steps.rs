//! The steps of a check, each against its share of the time.

use countersign::jose::{CompactJws, HeaderMemory};
use countersign::{Decision, json, stages};

use crate::measure::{Contender, in_turns};
use crate::mint::Signer;
use crate::{Bar, Table, claims, request, usual_lines, verifier};

pub fn time(table: &mut Table) {
    let signer = Signer::new("HS256");
    let verifier = verifier(&signer);
    let text = signer.token(&claims());
    let value = format!("Bearer {text}");
    let lines = usual_lines(value.as_bytes());
    let request = request(&lines);
    let token = stages::select(&verifier, &request).unwrap();
    let jws = CompactJws::parse(token).unwrap();
    let (mut bytes, mut scratch, mut tape, mut spare) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (payload, _) = stages::decode(&jws, &mut bytes).unwrap();
    let registered = stages::read(payload, &mut tape).unwrap();
    let (mut memory, mut warm) = (HeaderMemory::new(), HeaderMemory::new());
    warm.read(jws.header).unwrap();
    let header = memory.read(jws.header).unwrap();
    let mut decision = Decision::new();
    assert_eq!(stages::judge(&verifier, &registered, header, &request), Ok(()));
    let nodes = {
        let mut nodes = vec![json::Node::default(); payload.len()];
        let bounds = json::Bounds { depth: 16, members: 256 };
        json::scan(payload, bounds, json::Duplicates::Refuse, &mut nodes).unwrap().1
    };
    table.head(&format!("Steps of a check; {} bytes of claims, {nodes} nodes", payload.len()));
    let budgets = [60.0, 40.0, 130.0, 20.0, 450.0, 80.0, 35.0, 10.0];
    let samples = in_turns(vec![
        Contender::new("fields and credentials", || stages::select(&verifier, &request).map(<[u8]>::len)),
        Contender::new("three parts", || CompactJws::parse(std::hint::black_box(token)).is_ok()),
        Contender::new("base64url of payload and signature", || stages::decode(&jws, &mut scratch).is_some()),
        Contender::new("header, seen before", || warm.read(std::hint::black_box(jws.header)).is_ok()),
        Contender::new("UTF-8, scan, registered claims", || stages::read(payload, &mut spare).is_some()),
        Contender::new("rules", || stages::judge(&verifier, &registered, header, &request).is_ok()),
        Contender::new("key", || stages::with_key(&verifier, header, |key| key.is_usable())),
        Contender::new("answer", || {
            let answer = |key: &_| stages::answer(&verifier, &registered, key, &mut decision);
            stages::with_key(&verifier, header, answer)
        }),
    ]);
    for (sample, budget) in samples.iter().zip(budgets) {
        table.row(sample.name, sample.median(), None, Some(Bar::Nanos(budget)));
    }
    let sum: f64 = samples.iter().map(crate::measure::Samples::median).sum();
    table.row("all of them", sum, None, Some(Bar::Nanos(budgets.iter().sum())));
}

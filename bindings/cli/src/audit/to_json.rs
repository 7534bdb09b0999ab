//! The report as one JSON object.

use super::finding::Place;
use super::heard::NOT_DUE;
use super::report::{Report, STATUSES, utc};
use crate::json::{Object, array};

/// The object; what it means is in the README of the command line.
pub(super) fn write(report: &Report<'_>) -> String {
    let tally = report.tally;
    let statuses = report
        .statuses
        .iter()
        .fold(Object::new(), |object, (status, count)| number(object, &status.to_string(), *count));
    let challenges = report
        .challenges
        .iter()
        .map(|(challenge, count)| number(Object::new().text("challenge", challenge), "count", *count).finish());
    let rest = number(number(Object::new(), "groups", report.rest.groups), "count", report.rest.count);
    let object = number(number(Object::new(), "requests", tally.requests), "refused", report.refused())
        .raw("statuses", &statuses.finish())
        .text_or_null("from", tally.from.map(utc).as_deref())
        .text_or_null("to", tally.to.map(utc).as_deref())
        .raw(
            "files",
            &array(report.files.iter().map(|file| {
                let first = file
                    .broken
                    .first
                    .iter()
                    .map(|(place, why)| number(Object::new(), "place", *place).text("why", why).finish());
                let broken = number(Object::new(), "count", file.broken.count).raw("first", &array(first));
                number(Object::new().text("name", &file.name).text("format", file.format), "records", file.records)
                    .raw("broken", &broken.finish())
                    .finish()
            })),
        )
        .raw("findings", &array(findings(report)));
    number(object, "findings_left_out", report.findings_left_out)
        .raw("groups", &array(groups(report)))
        .raw("rest", &rest.finish())
        .raw("challenges", &array(challenges))
        .raw("bucket_seconds", &report.timeline.level.seconds().to_string())
        .raw("timeline", &array(timeline(report)))
        .raw("remarks", &array(report.remarks().iter().map(|remark| crate::json::string(remark))))
        .finish()
}

fn number(object: Object, name: &str, value: u64) -> Object {
    object.raw(name, &value.to_string())
}

fn place(report: &Report<'_>, place: Place) -> String {
    let name = report.files.get(place.file).map_or("", |file| &file.name);
    number(Object::new().text("file", name), "place", place.number).finish()
}

fn findings<'a>(report: &'a Report<'_>) -> impl Iterator<Item = String> + 'a {
    report.findings.iter().map(|told| {
        let object = Object::new()
            .text("id", told.kind.id())
            .text("severity", told.kind.severity().name())
            .text("title", told.kind.title())
            .raw("status", &told.status.map_or_else(|| "null".to_owned(), |status| status.to_string()))
            .text("route", &told.route)
            .text_or_null("challenge", told.challenge.as_deref());
        number(object, "count", told.count)
            .raw("clients", &told.clients.map_or_else(|| "null".to_owned(), |clients| clients.to_string()))
            .text_or_null("from", told.from.map(utc).as_deref())
            .text_or_null("to", told.to.map(utc).as_deref())
            .raw("see", &told.place.map_or_else(|| "null".to_owned(), |at| place(report, at)))
            .text("evidence", &told.evidence)
            .text("cause", told.kind.cause())
            .text("advice", told.kind.advice())
            .finish()
    })
}

fn groups<'a>(report: &'a Report<'_>) -> impl Iterator<Item = String> + 'a {
    report.rows.iter().map(|row| {
        let object = number(Object::new(), "status", row.group.status.into())
            .text("route", row.route)
            .text_or_null("challenge", Some(row.group.challenge.as_str()).filter(|challenge| *challenge != NOT_DUE));
        number(
            number(number(object, "count", row.group.count), "requests", row.requests),
            "clients",
            row.group.clients.count(),
        )
        .boolean("clients_estimated", row.group.clients.is_estimate())
        .raw("first", &place(report, row.group.first))
        .finish()
    })
}

fn timeline<'a>(report: &'a Report<'_>) -> impl Iterator<Item = String> + 'a {
    let width = report.timeline.level.seconds() * 1000;
    report.timeline.buckets.iter().map(move |(bucket, requests, refused)| {
        let object = number(Object::new().text("at", &utc(bucket * width)), "requests", (*requests).into());
        STATUSES
            .iter()
            .zip(refused)
            .fold(object, |object, (status, count)| number(object, &status.to_string(), (*count).into()))
            .finish()
    })
}

//! The results as Markdown.

use core::fmt::Write as _;

use crate::{
    check::Unfit,
    hex,
    results::{
        Against, Goal, Measured, Row, decode_rows, encode_rows, goals, growth, machine::machine,
        obstacle,
    },
};

/// The whole of `RESULTS.md`.
///
/// # Panics
///
/// If an input is written wrongly.
#[must_use]
pub fn report(measured: &Measured) -> String {
    let (decode, encode) = (decode_rows(measured), encode_rows(measured));
    let mut text = format!(
        "# Results\n\n\
         Written by `cargo run -p proxy-proto-benches --bin results` from one run of `cargo bench -p \
         proxy-proto-benches`. Times are medians in nanoseconds; compare them only with others of \
         the same run. Those under 20 ns differ from run to run by half and more, with the addresses that \
         the program happens to get: see [INSTRUCTIONS.md](INSTRUCTIONS.md) for what does not.\n\n{}\n",
        machine()
    );
    text.push_str("## Decoding\n\n![decoding](charts/decode.svg)\n\n");
    held_against("decode", &decode, &mut text);
    text.push_str("\n## Encoding\n\n![encoding](charts/encode.svg)\n\n");
    held_against("encode", &encode, &mut text);
    text.push_str(
        "\n## Goals missed\n\n| goal | ratio | what stands in the way |\n|---|---:|---|\n",
    );
    missed("decode", &decode, &mut text);
    missed("encode", &encode, &mut text);
    text.push_str("\n## Growth\n\n![growth](charts/growth.svg)\n\n");
    growth::table(measured, &mut text);
    text.push_str("\n## All times of decoding\n\n");
    all_times(&decode, &mut text);
    text.push_str("\n## All times of encoding\n\n");
    all_times(&encode, &mut text);
    text.push_str(
        "\n## Without a function\n\nWho has no function for an input is not timed on it.\n\n\
         | | peers |\n|---|---|\n",
    );
    missing("decode", &decode, &mut text);
    missing("encode", &encode, &mut text);
    text.push_str(
        "\n## Wrong\n\nWho is wrong about an input is not timed on it. The first wrong answer is \
         shown, and the bytes it is about; for encoding those that were to be written.\n\n\
         | | peer | answer | right | bytes |\n|---|---|---|---|---|\n",
    );
    wrong("decode", &decode, &mut text);
    wrong("encode", &encode, &mut text);
    text
}

fn held_against(group: &str, rows: &[Row], text: &mut String) {
    text.push_str(
        "| input | bytes | proxy-proto | against | its time | ratio | goal | met |\n\
         |---|---:|---:|---|---:|---:|---:|---|\n",
    );
    let goals = goals();
    for row in rows {
        let here: Vec<_> = goals
            .iter()
            .filter(|goal| goal.group == group && goal.input == row.input)
            .collect();
        if here.is_empty() {
            line(row, Against::Fastest, None, text);
        }
        for goal in here {
            line(row, goal.against, Some(goal), text);
        }
    }
}

fn line(row: &Row, against: Against, goal: Option<&Goal>, text: &mut String) {
    let ours = row.ours();
    let other = row.against(against);
    let ratio = ours.zip(other).map(|(ours, (_, other))| ours / other);
    let met = match (goal, ratio) {
        (None, _) => "",
        (Some(_), None) => "not measured",
        (Some(goal), Some(ratio)) if ratio <= goal.at_most => "yes",
        (Some(_), Some(_)) => "**no**",
    };
    let _ = writeln!(
        text,
        "| {} | {} | {} | {} | {} | {} | {} | {met} |",
        row.input,
        row.len,
        time(ours),
        other.map_or("–", |(name, _)| name),
        time(other.map(|(_, time)| time)),
        ratio.map_or("–".into(), |ratio| format!("{ratio:.2}")),
        goal.map_or(String::new(), |goal| format!("≤ {}", goal.at_most)),
    );
}

fn missed(group: &str, rows: &[Row], text: &mut String) {
    for goal in goals().iter().filter(|goal| goal.group == group) {
        let ratio = rows
            .iter()
            .find(|row| row.input == goal.input)
            .and_then(|row| Some(row.ours()? / row.against(goal.against)?.1));
        let Some(ratio) = ratio.filter(|ratio| *ratio > goal.at_most) else {
            continue;
        };
        let _ = writeln!(
            text,
            "| {group} {} ≤ {} of {} | {ratio:.2} | {} |",
            goal.input,
            goal.at_most,
            match goal.against {
                Against::Fastest => "the fastest peer",
                Against::Peer(name) => name,
                Against::Floor => "the floor",
            },
            obstacle(goal).unwrap_or("not looked into"),
        );
    }
}

fn all_times(rows: &[Row], text: &mut String) {
    let mut names: Vec<_> = Vec::new();
    for entry in rows.iter().flat_map(|row| &row.entries) {
        if !names.contains(&entry.name) {
            names.push(entry.name);
        }
    }
    let _ = writeln!(text, "| input | {} |", names.join(" | "));
    let _ = writeln!(text, "|---|{}", "---:|".repeat(names.len()));
    for row in rows {
        let times: Vec<_> = names.iter().map(|name| time(row.time_of(name))).collect();
        let _ = writeln!(text, "| {} | {} |", row.input, times.join(" | "));
    }
}

fn missing(group: &str, rows: &[Row], text: &mut String) {
    for row in rows {
        let entries = row.entries.iter();
        let missing = entries.filter(|entry| matches!(entry.time, Err(Unfit::Missing)));
        let names: Vec<_> = missing.map(|entry| entry.name).collect();
        if !names.is_empty() {
            let _ = writeln!(text, "| {group} {} | {} |", row.input, names.join(", "));
        }
    }
}

fn wrong(group: &str, rows: &[Row], text: &mut String) {
    for row in rows {
        for entry in &row.entries {
            let Err(Unfit::Wrong {
                bytes,
                theirs,
                right,
            }) = &entry.time
            else {
                continue;
            };
            let _ = writeln!(
                text,
                "| {group} {} | {} | {theirs} | {right} | {} |",
                row.input,
                entry.name,
                if bytes.is_empty() {
                    "none".into()
                } else {
                    format!("`{}`", hex::shown(bytes))
                },
            );
        }
    }
}

/// A time as a cell of a table.
pub(crate) fn time(time: Option<f64>) -> String {
    match time {
        None => "–".into(),
        Some(time) if time < 100.0 => format!("{time:.1}"),
        Some(time) => format!("{time:.0}"),
    }
}

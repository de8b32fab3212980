//! What is counted is right, and what is stored belongs to it.

use std::io::Cursor;

use proxy_proto_benches::{
    contest::{ENTRANTS, Unfit, contests, is_same_work},
    counts::{Counts, read},
    rows::{Work, rows},
};

#[test]
fn ours_is_right_and_so_is_a_peer_that_does_the_same_work() {
    let [ours, peers @ ..] = &ENTRANTS;
    for row in rows() {
        assert_eq!((ours.check)(&row), Ok(()), "{}", row.name);
        let mut rivals = peers.iter().filter(|peer| is_same_work(&row, peer));
        assert!(
            rivals.any(|peer| (peer.check)(&row).is_ok()),
            "{}",
            row.name
        );
    }
}

#[test]
fn inputs_are_as_long_as_their_names_say() {
    for row in rows() {
        let len = match &row.work {
            Work::Decode(inputs) => inputs[0].0.len(),
            Work::Encode(sample) => sample.bytes.len(),
            _ => continue,
        };
        if let Some(words) = row.name.strip_suffix(" bytes") {
            assert!(words.ends_with(&format!(" {len}")), "{}: {len}", row.name);
        }
    }
}

#[test]
fn a_wrong_answer_is_found() {
    let mut row = rows().remove(0);
    let Work::Decode(inputs) = &mut row.work else {
        panic!("{row:?}");
    };
    inputs[0].0[6] = b'X';
    let unfit = (ENTRANTS[0].check)(&row);
    assert!(matches!(unfit, Err(Unfit::Wrong(_))), "{unfit:?}");
}

#[test]
fn the_stored_counts_are_those_of_all_contests() {
    let stored = Counts::stored();
    for (row, entrant) in contests() {
        assert!(
            stored.of(row, &entrant).is_some(),
            "{}, {}",
            row.name,
            entrant.name
        );
    }
    let counts = stored.instructions.values().map(|row| row.len());
    assert_eq!(counts.sum::<usize>(), contests().len());
}

#[test]
fn the_results_are_those_of_the_stored_counts() {
    assert!(
        include_str!("../RESULTS.md") == Counts::stored().report(),
        "RESULTS.md is out of date: see README.md"
    );
}

#[test]
fn a_rise_by_more_than_two_percent_is_found_under_the_same_compiler() {
    let mut stored = Counts::stored();
    let mut now = stored.clone();
    let (row, ours) = (rows().remove(0), ENTRANTS[0].name);
    *stored
        .instructions
        .get_mut(row.name)
        .unwrap()
        .get_mut(ours)
        .unwrap() = 1000;
    for (count, faults) in [(1000, 0), (1020, 0), (1021, 1)] {
        *now.instructions
            .get_mut(row.name)
            .unwrap()
            .get_mut(ours)
            .unwrap() = count;
        assert_eq!(now.regressions(&stored).len(), faults, "{count}");
    }
    now.rustc.push_str("-nightly");
    assert_eq!(now.regressions(&stored).len(), 0);
}

#[test]
fn a_row_without_a_stored_count_is_found() {
    let stored = Counts::stored();
    let mut now = stored.clone();
    now.instructions.remove(rows()[0].name);
    assert_eq!(now.regressions(&stored).len(), 1);
    assert_eq!(stored.regressions(&now).len(), 1);
}

#[test]
fn a_run_that_is_not_whole_is_refused() {
    assert!(read(Cursor::new(""), 1).is_err());
    assert!(read(Cursor::new("{}\n"), 1).is_err());
}

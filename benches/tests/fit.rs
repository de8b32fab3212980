//! What is measured is right, and is what the goals speak of.

use std::collections::BTreeSet;

use proxy_proto_benches::{
    check::{self, Unfit},
    growth::{LENGTHS, header, networks},
    inputs,
    peers::{Contestant, Floor, Ours, ProxyHeader, Visitor, visit_peers},
    results::{Against, goals},
    samples,
};

#[test]
fn ours_is_right_about_everything() {
    for input in inputs::all() {
        assert_eq!(check::decoding::<Ours>(&input), Ok(()), "{}", input.name);
    }
    for sample in samples::all() {
        assert_eq!(check::encoding::<Ours>(&sample), Ok(()), "{}", sample.name);
    }
}

#[test]
fn inputs_are_as_long_as_their_names_say() {
    for input in inputs::all() {
        let said = input.name.rsplit('-').next().unwrap().parse();
        assert!(
            said.is_err() || said == Ok(input.header_len()),
            "{}",
            input.name
        );
    }
}

#[test]
fn every_goal_has_an_input_and_somebody_to_be_held_against() {
    let inputs: BTreeSet<_> = inputs::all()
        .iter()
        .map(|input| ("decode", input.name))
        .collect();
    let samples = samples::all();
    let samples = samples.iter().map(|sample| ("encode", sample.name));
    let known: BTreeSet<_> = inputs.into_iter().chain(samples).collect();
    for goal in goals() {
        assert!(known.contains(&(goal.group, goal.input)), "{goal:?}");
        if goal.group == "decode" {
            let inputs = inputs::all();
            let input = inputs
                .iter()
                .find(|input| input.name == goal.input)
                .unwrap();
            let fit = match goal.against {
                Against::Floor => check::decoding::<Floor>(input).is_ok(),
                Against::Peer(name) => {
                    name == ProxyHeader::NAME && check::decoding::<ProxyHeader>(input).is_ok()
                }
                _ => {
                    let mut fit = Fit { input, count: 0 };
                    visit_peers(&mut fit);
                    fit.count > 0
                }
            };
            assert!(fit, "{goal:?}");
        }
    }
}

#[test]
fn a_wrong_answer_is_found() {
    let mut inputs = inputs::all();
    let input = inputs
        .iter_mut()
        .find(|input| input.name == "v2-ipv4")
        .unwrap();
    *input.messages[0].bytes.last_mut().unwrap() ^= 1;
    let unfit = check::decoding::<Ours>(input).unwrap_err();
    assert!(matches!(unfit, Unfit::Wrong { .. }), "{unfit:?}");
}

#[test]
fn growth_is_measured_on_what_it_says() {
    for len in LENGTHS {
        assert_eq!(header(len).len(), len);
    }
    let networks = networks(1000);
    assert_eq!(networks.to_string().split(' ').count(), 1000);
}

/// How many peers are right about an input.
struct Fit<'a> {
    input: &'a inputs::Input,
    count: u32,
}

impl Visitor for Fit<'_> {
    fn visit<C: Contestant>(&mut self) {
        if check::decoding::<C>(self.input).is_ok() {
            self.count = self.count.wrapping_add(1);
        }
    }
}

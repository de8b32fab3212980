//! The inputs that fuzzing kept, replayed: each line of `fuzz/seeds` through its property.

use std::{fs, path::Path};

use proxy_proto_fuzz::PROPERTIES;

use crate::common::unhex;

#[test]
fn every_property_holds_for_all_of_its_seeds() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds");
    for (name, property) in PROPERTIES {
        let seeds = fs::read_to_string(directory.join(format!("{name}.txt"))).unwrap();
        assert!(!seeds.is_empty(), "no seeds of {name}");
        for (number, seed) in (1..).zip(seeds.lines()) {
            // Shown if the test fails: the last line printed is the input that broke the property.
            println!("{name}.txt:{number}: {seed}");
            property(&unhex(seed));
        }
    }
}

#[test]
fn every_property_has_a_target_and_every_target_a_property() {
    let targets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/fuzz_targets");
    let mut targets: Vec<_> = fs::read_dir(targets)
        .unwrap()
        .map(|target| target.unwrap().path())
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    targets.sort();
    assert_eq!(targets, PROPERTIES.map(|(name, _)| name));
}

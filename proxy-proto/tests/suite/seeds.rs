//! What fuzzing kept, replayed: each input of `fuzz/seeds` through the property of its directory.

use std::{fs, path::Path};

use proxy_proto_fuzz::PROPERTIES;

#[test]
fn every_property_holds_for_all_of_its_seeds() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds");
    for (name, property) in PROPERTIES {
        let mut count = 0;
        for seed in fs::read_dir(seeds.join(name)).unwrap() {
            let path = seed.unwrap().path();
            // Shown if the test fails: the last one is the one.
            println!("{}", path.display());
            property(&fs::read(&path).unwrap());
            count += 1;
        }
        assert!(count > 0, "no seeds of {name}");
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

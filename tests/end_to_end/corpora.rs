//! Runs the corpora of the fuzz targets, including past findings, in every test run.

use std::fs;

use pressmark_tests::{properties, root};

#[test]
fn what_is_kept_under_fuzz_holds() {
    for (name, property) in properties::ALL {
        let folder = root().join("fuzz/corpus").join(name);
        let mut files: Vec<_> = fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
            .map(|entry| entry.expect("readable").path())
            .collect();
        files.sort();
        assert!(files.len() >= 3, "{} is hardly a corpus", folder.display());
        for file in files {
            let bytes = fs::read(&file).expect("readable");
            let held = std::panic::catch_unwind(|| property(&bytes));
            assert!(held.is_ok(), "{} does not hold", file.display());
        }
    }
}

#[test]
fn each_property_has_its_target() {
    let targets = fs::read_dir(root().join("fuzz/fuzz_targets")).expect("it is there");
    let mut targets: Vec<_> = targets.map(|t| t.expect("readable").path()).collect();
    targets.sort();
    let names = targets.iter().filter_map(|t| t.file_stem()?.to_str());
    assert!(names.eq(properties::ALL.iter().map(|(name, _)| *name)), "{targets:?}");
}

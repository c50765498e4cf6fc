use pressmark_encoder::{Error, Model, PackedWindows, Precision, TinyBundle};
use proptest::prelude::*;

/// Windows of the given lengths with made-up subwords.
fn pack(lengths: &[usize]) -> (Vec<u32>, Vec<u8>, Vec<usize>) {
    let mut starts = vec![0];
    for length in lengths {
        starts.push(starts[starts.len() - 1] + length);
    }
    let total = starts[lengths.len()];
    let ids = (0..total).map(|i| (i * 7919 % 130) as u32).collect();
    let shapes = (0..total).map(|i| (i * 31 % 13) as u8).collect();
    (ids, shapes, starts)
}

/// In both precisions, a window encoded alone is bit-identical to the same window among others.
fn check_packing(bundle: &TinyBundle, lengths: &[usize]) {
    for precision in [Precision::Int8, Precision::F32] {
        let model = Model::from_files(&bundle.files()).unwrap();
        let model = model.with_precision(precision).unwrap();
        assert_eq!(model.precision(), precision);
        check_model(&model, lengths);
    }
}

fn check_model(model: &Model, lengths: &[usize]) {
    let (ids, shapes, starts) = pack(lengths);
    let together = model.encode(PackedWindows { ids: &ids, shapes: &shapes, starts: &starts }).unwrap();
    assert_eq!(together.dim(), (ids.len(), model.hidden_size()));
    for bounds in starts.windows(2) {
        let range = bounds[0]..bounds[1];
        let alone = model
            .encode(PackedWindows {
                ids: &ids[range.clone()],
                shapes: &shapes[range.clone()],
                starts: &[0, range.len()],
            })
            .unwrap();
        for (row, alone) in range.zip(alone.rows()) {
            for (a, b) in together.row(row).iter().zip(alone) {
                assert!(a.is_finite());
                assert_eq!(a.to_bits(), b.to_bits(), "row {row} of {lengths:?}");
            }
        }
    }
}

#[test]
fn neighbours_change_no_bit() {
    let bundle = TinyBundle::default();
    check_packing(&bundle, &[5, 1, 17, 128, 0, 3, 64]);
    // More than one block.
    check_packing(&bundle, &[128; 9]);
    check_packing(&bundle, &[100, 127, 128, 3, 128, 90, 1, 1, 128]);
}

#[test]
fn nothing_in_gives_nothing_out() {
    let model = Model::from_files(&TinyBundle::default().files()).unwrap();
    for starts in [&[][..], &[0][..], &[0, 0, 0][..]] {
        let none = PackedWindows { ids: &[], shapes: &[], starts };
        assert_eq!(model.encode(none).unwrap().dim(), (0, 32));
    }
}

#[test]
fn windows_that_are_not_well_formed_are_refused() {
    let model = Model::from_files(&TinyBundle::default().files()).unwrap();
    let check = |ids: &[u32], shapes: &[u8], starts: &[usize], expected: &str| {
        let windows = PackedWindows { ids, shapes, starts };
        let error = model.encode(windows).expect_err(expected);
        assert_eq!(error.to_string(), expected);
    };
    check(&[1, 2], &[0], &[0, 2], "there are 1 word shapes for 2 subwords");
    check(&[1], &[0], &[], "window 0 ends at subword 0, which is not in 1..=1");
    check(&[1], &[0], &[1], "window 0 ends at subword 1, which is not in 0..=0");
    check(&[1, 1], &[0, 0], &[0, 3], "window 0 ends at subword 3, which is not in 0..=2");
    check(&[1, 1], &[0, 0], &[0, 2, 1], "window 1 ends at subword 1, which is not in 2..=2");
    check(&[1, 1], &[0, 0], &[0, 1], "window 0 ends at subword 1, which is not in 2..=2");
    check(&[1, 999], &[0, 0], &[0, 2], "subword 1 has the id 999, expected less than 140");
    check(&[1], &[13], &[0, 1], "subword 0 has the word shape 13, expected less than 13");
    check(&[1; 129], &[0; 129], &[0, 129], "window 0 has 129 subwords, expected at most 128");
}

#[test]
fn heads_give_the_same_bits_one_by_one_and_together() {
    let model = Model::from_files(&TinyBundle::default().files()).unwrap();
    let (ids, shapes, starts) = pack(&[9, 4]);
    let windows = PackedWindows { ids: &ids, shapes: &shapes, starts: &starts };
    let hidden = model.encode(windows).unwrap();
    let head = model.head("ner.news").unwrap();
    let together = head.apply_rows(hidden.view());
    for (row, logits) in hidden.rows().into_iter().zip(together.rows()) {
        assert_eq!(head.apply(row), logits);
    }
    let each = head.apply_each(hidden.rows(), |row, input| input.extend(row));
    assert_eq!(each, together);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn packing_changes_no_bit_whatever_the_sizes(
        heads in 1usize..4,
        head_size in 1usize..20,
        intermediate_size in 1usize..70,
        layers in 1usize..3,
        seed in any::<u64>(),
        lengths in prop::collection::vec(0usize..40, 1..6),
    ) {
        let bundle = TinyBundle {
            hidden_size: heads * head_size,
            attention_heads: heads,
            intermediate_size,
            layers,
            max_window: 40,
            seed,
            ..TinyBundle::default()
        };
        check_packing(&bundle, &lengths);
    }

    #[test]
    fn starts_are_refused_or_right(starts in prop::collection::vec(0usize..9, 0..5)) {
        let model = Model::from_files(&TinyBundle::default().files()).unwrap();
        let windows = PackedWindows { ids: &[1; 6], shapes: &[0; 6], starts: &starts };
        let rising = starts.first() == Some(&0) && starts.last() == Some(&6) && starts.is_sorted();
        match model.encode(windows) {
            Ok(hidden) => prop_assert!(rising && hidden.nrows() == 6),
            Err(error) => {
                let expected = matches!(error, Error::Starts { .. });
                prop_assert!(!rising && expected, "{error}");
            }
        }
    }
}

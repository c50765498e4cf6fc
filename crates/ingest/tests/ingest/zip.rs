//! ZIP archives are read as folders are.

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use pressmark_ingest::{Fields, Inputs, Options, Record, SkipReason, is_input};
use rawzip::{CompressionMethod, ZipArchiveWriter};

use crate::{STORY, checked, problems};

/// An archive of `a.txt`, stored, and `news/b.txt`, deflated, as Python's `zipfile` writes it.
const BY_PYTHON: &[u8] =
    b"PK\x03\x04\x14\x00\x00\x00\x08\x00\x00P\xa1X\xe4>\xe9\xe5L\x00\x00\x00P\x00\x00\x00\n\x00\x00\x00news/b.txt\
      \x0d\xca\xc1\x09\x800\x0c\x05\xd0\xbbS\xfc\x01\x8a;t\x00\xd1\x83\x0bD\x92R\xb16\x90D\xa4\xdb\xeb;\xbf\xbd\n\
      \x8a\x98\x0d\xbc\xe4h\x14\x02\xedX\xb43\x8d\x04\xa7\x93\x91\x99\xb0^:$!\xfe]\xc9\x0e}\x0c7y\x88A\x0b6\xb5@n,6O\
      \x1fPK\x03\x04\x14\x00\x00\x00\x00\x00\x00P\xa1X\x1c\xff\xba\x07D\x00\x00\x00D\x00\x00\x00\x05\x00\x00\x00a.tx\
      tRain fell on Port Alder for a third day, and the market was closed.\nPK\x01\x02\x14\x03\x14\x00\x00\x00\x08\
      \x00\x00P\xa1X\xe4>\xe9\xe5L\x00\x00\x00P\x00\x00\x00\n\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xa4\x01\
      \x00\x00\x00\x00news/b.txtPK\x01\x02\x14\x03\x14\x00\x00\x00\x00\x00\x00P\xa1X\x1c\xff\xba\x07D\x00\x00\x00D\
      \x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xa4\x01t\x00\x00\x00a.txtPK\x05\x06\x00\x00\x00\
      \x00\x02\x00\x02\x00k\x00\x00\x00\xdb\x00\x00\x00\x00\x00";

fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipArchiveWriter::new(Vec::new());
    for (name, bytes) in members {
        let builder = archive.new_file(*name).compression_method(CompressionMethod::DEFLATE);
        let (mut entry, config) = builder.start().unwrap();
        let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::default()));
        writer.write_all(bytes).unwrap();
        let (encoder, descriptor) = writer.finish().unwrap();
        encoder.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn records(path: &Path, options: &Options) -> Vec<Record> {
    Inputs::open(&[path], options.clone()).unwrap().collect()
}

/// Paths below `root`, and texts or problems.
fn read(root: &Path, path: &Path) -> Vec<(String, String)> {
    let told = |record: &Record| {
        let doc = checked(record, &Options::default());
        let name = Path::new(&record.path).strip_prefix(root).unwrap().to_string_lossy().into_owned();
        (name, if doc.text.is_empty() { problems(&doc).join(" ") } else { doc.text })
    };
    records(path, &Options::default()).iter().map(told).collect()
}

#[test]
fn files_in_an_archive_are_read_as_files_in_a_folder() {
    let dir = tempfile::tempdir().unwrap();
    let line = serde_json::json!({ "text": STORY }).to_string() + "\n";
    let packed = gzip(line.repeat(2).as_bytes());
    let members: &[(&str, &[u8])] = &[
        ("z.txt", STORY.as_bytes()),
        ("2020/b.jsonl.gz", &packed),
        ("2020/a.html", b"<p>Rain fell on the town.</p>"),
        (".hidden.txt", b"x"),
        ("__MACOSX/z.txt", b"x"),
        ("paper.pdf", b"%PDF-1.7"),
        ("more.zip", BY_PYTHON),
    ];
    let folder = dir.path().join("folder");
    for (name, bytes) in members.iter().filter(|m| !["__MACOSX/z.txt", "more.zip"].contains(&m.0)) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let zip = dir.path().join("corpus.ZIP");
    fs::write(&zip, archive(members)).unwrap();
    assert_eq!(read(&zip, &zip), read(&folder, &folder));
    assert_eq!(read(&zip, &zip).len(), 4);
    let mut inputs = Inputs::open(&[&zip], Options::default()).unwrap();
    let total = inputs.progress().total_bytes().unwrap();
    inputs.by_ref().for_each(drop);
    let skipped: Vec<_> = inputs.skipped().into_iter().map(|s| (s.path, s.reason)).collect();
    let path = |name: &str| zip.join(name).to_string_lossy().into_owned();
    let expected = ["more.zip", "paper.pdf"].map(|name| (path(name), SkipReason::UnreadFormat));
    assert_eq!(skipped, expected);
    assert!(inputs.progress().bytes_read() <= total && total < fs::metadata(&zip).unwrap().len());
}

#[test]
fn a_file_in_an_archive_can_be_named() {
    let dir = tempfile::tempdir().unwrap();
    let zip = dir.path().join("a.zip");
    fs::write(&zip, BY_PYTHON).unwrap();
    let found = read(dir.path(), dir.path());
    assert_eq!(found.iter().map(|f| f.0.as_str()).collect::<Vec<_>>(), ["a.zip/a.txt", "a.zip/news/b.txt"]);
    let one = zip.join("news/b.txt");
    assert_eq!(read(dir.path(), &one), found[1..]);
    assert!(found[1].1.starts_with("The ferry was late on Monday"));
    assert!(is_input(&one) && is_input(&zip) && !is_input(&zip.join("c.txt")) && !is_input(&one.join("d")));
    assert!(Inputs::open(&[zip.join("c.txt")], Options::default()).is_err());
    // A named field is looked for in the first table, also where that is in an archive.
    fs::write(&zip, archive(&[("t.csv", b"body,day\nRain fell.,1\n")])).unwrap();
    let fields = Fields { text: Some("words".into()), ..Fields::default() };
    let refused = Inputs::open(&[&zip], Options { fields, ..Options::default() }).unwrap_err();
    assert!(refused.to_string().contains("words") && refused.to_string().contains("t.csv"), "{refused}");
}

#[test]
fn a_second_file_of_one_name_is_listed() {
    let dir = tempfile::tempdir().unwrap();
    let zip = dir.path().join("a.zip");
    fs::write(&zip, archive(&[("a.txt", b"First."), ("b.txt", b"Other."), ("a.txt", b"Second.")])).unwrap();
    let mut inputs = Inputs::open(&[&zip], Options::default()).unwrap();
    assert_eq!(inputs.by_ref().map(|r| r.bytes).collect::<Vec<_>>(), [b"First.", b"Other."]);
    let skipped = inputs.skipped();
    assert_eq!((skipped.len(), skipped[0].reason), (1, SkipReason::AlreadyRead));
    assert_eq!(records(&zip.join("a.txt"), &Options::default())[0].bytes, b"First.");
}

#[test]
fn damage_to_an_archive_is_a_problem_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let check = |bytes: &[u8], expected: &[(&str, &str)]| {
        let zip = dir.path().join("a.zip");
        fs::write(&zip, bytes).unwrap();
        let found = read(dir.path(), &zip);
        let found: Vec<_> = found.iter().map(|(name, told)| (name.as_str(), &told[..told.len().min(12)])).collect();
        assert_eq!(found, expected);
    };
    let whole = ("a.zip/news/b.txt", "The ferry wa");
    check(BY_PYTHON, &[("a.zip/a.txt", "Rain fell on"), whole]);
    // Another letter in the stored file: its checksum tells.
    let mut bytes = BY_PYTHON.to_vec();
    let at = bytes.windows(4).position(|w| w == b"Rain").unwrap();
    bytes[at] = b'G';
    check(&bytes, &[("a.zip/a.txt", "bad_archive"), whole]);
    // Encrypted, as the directory says.
    let mut bytes = BY_PYTHON.to_vec();
    let directory = bytes.windows(4).rposition(|w| w == b"PK\x01\x02").unwrap();
    bytes[directory + 8] |= 1;
    check(&bytes, &[("a.zip/a.txt", "bad_archive"), whole]);
    // Compressed with bzip2.
    let mut bytes = BY_PYTHON.to_vec();
    bytes[directory + 10] = 12;
    check(&bytes, &[("a.zip/a.txt", "bad_archive"), whole]);
    check(&BY_PYTHON[..200], &[("a.zip", "unreadable")]);
    check(b"", &[("a.zip", "unreadable")]);
    check(&archive(&[]), &[("a.zip", "unreadable")]);
}

#[test]
fn a_bomb_in_an_archive_is_stopped() {
    let dir = tempfile::tempdir().unwrap();
    let zip = dir.path().join("a.zip");
    let large = vec![b'x'; 64 << 20];
    for bytes in [archive(&[("a.txt", &large)]), archive(&[("a.txt.gz", &gzip(&large))])] {
        fs::write(&zip, bytes).unwrap();
        let options = Options { max_bytes: 128 << 20, ..Options::default() };
        let record = &records(&zip, &options)[0];
        let doc = checked(record, &options);
        assert_eq!(problems(&doc), ["bad_archive"]);
        assert!(doc.problems[0].message.contains("times its size"), "{}", doc.problems[0].message);
    }
}

#[test]
fn no_name_leads_out_of_the_archive() {
    let dir = tempfile::tempdir().unwrap();
    let zip = dir.path().join("a.zip");
    let swap = |to: &[u8; 10]| {
        let mut bytes = BY_PYTHON.to_vec();
        while let Some(at) = bytes.windows(10).position(|w| w == b"news/b.txt") {
            bytes[at..at + 10].copy_from_slice(to);
        }
        fs::write(&zip, bytes).unwrap();
        read(dir.path(), &zip)
            .into_iter()
            .map(|(name, _)| name)
            .filter(|name| name != "a.zip/a.txt")
            .collect::<Vec<_>>()
    };
    assert_eq!(swap(b"../../.txt").len(), 0);
    assert_eq!(swap(b"../../b.md"), ["a.zip/b.md"]);
    assert_eq!(swap(b"/etc/b.txt"), ["a.zip/etc/b.txt"]);
    assert_eq!(swap(b"caf\xe9/b.txt"), ["a.zip/caf\u{fffd}/b.txt"]);
    let one = zip.join("caf\u{fffd}/b.txt");
    assert_eq!(records(&one, &Options::default()).len(), 1);
}

//! The command as users run it, on the articles under `seeds/`.

mod annotate;
mod any_text;
mod arrows;
mod bad_input;
mod bench;
mod bundles;
mod circles;
mod command;
mod contract;
mod corpora;
mod evaluate;
mod export;
mod group;
mod help;
mod hostile;
mod languages;
mod live;
mod report;
mod rows;
mod runs;
mod serve;
mod verify;
mod walks;

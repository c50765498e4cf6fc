//! The command as users run it, on the articles under `seeds/`.

mod annotate;
mod arrows;
mod bench;
mod evaluate;
mod help;
mod runs;

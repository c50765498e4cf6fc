//! Prints the encoder's throughput in subwords per second of one thread, and its share of the machine's int8 peak:
//! `throughput [BUNDLE]`.
//!
//! Without a bundle it uses random weights in the sizes of MiniLM-L6, which are as fast.

#![expect(clippy::print_stdout, reason = "the numbers are the output")]

use std::time::{Duration, Instant};

use pressmark_encoder::{Error, Model, PackedWindows, Precision, TinyBundle, int8_peak};

/// Measuring time of each shape, after warm-up calls. Set by hand.
const MEASURE: Duration = Duration::from_secs(2);
/// Minimum duration of one timed batch. Set by hand: a thread's clock ticks in milliseconds on some systems.
const LEAST: Duration = Duration::from_millis(50);

fn main() -> Result<(), Error> {
    let mixed = [128, 12, 90, 33, 120, 64, 7, 101, 128, 45, 77, 20, 110, 128, 58, 96];
    let peak = int8_peak(MEASURE / 4);
    println!("int8 peak: {:.0} GOP/s", peak / 1e9);
    for precision in [Precision::Int8, Precision::F32] {
        let model = match std::env::args_os().nth(1) {
            Some(dir) => Model::open(dir)?,
            None => Model::from_files(&minilm().files())?,
        };
        let model = model.with_precision(precision)?;
        for (name, lengths) in
            [("16 x 128", &[128; 16][..]), ("8 x 256", &[256; 8]), ("mixed", &mixed), ("1 x 32", &[32])]
        {
            if lengths.iter().any(|&length| length > model.max_window()) {
                continue;
            }
            let rate = rate(&model, lengths)?;
            let share = rate * operations(&model) / peak * 100.0;
            println!("{precision:?} {name:>8}: {rate:>7.0} subwords/s, linear layers at {share:.0} % of int8 peak");
        }
    }
    Ok(())
}

/// Multiplications and additions in the linear layers per subword, without attention. Assumes the six layers and the
/// fourfold feed-forward width of MiniLM-L6, which every bundle of this project has.
fn operations(model: &Model) -> f64 {
    let hidden = model.hidden_size() as f64;
    // Query, key, value and output projections, and both directions of the feed-forward layer.
    6.0 * 2.0 * hidden * hidden * (4.0 + 2.0 * 4.0)
}

/// Median rate over calls with windows of these lengths, in subwords per second.
fn rate(model: &Model, lengths: &[usize]) -> Result<f64, Error> {
    let mut starts = vec![0];
    let mut total = 0;
    for length in lengths {
        total += length;
        starts.push(total);
    }
    let ids: Vec<u32> = (0..total as u32).map(|i| i * 37 % 140).collect();
    let shapes: Vec<u8> = ids.iter().map(|id| (id % 13) as u8).collect();
    let windows = PackedWindows { ids: &ids, shapes: &shapes, starts: &starts };
    let mut calls = 0;
    let warm_up = Instant::now();
    while calls == 0 || warm_up.elapsed() < LEAST {
        model.encode(windows)?;
        calls += 1;
    }
    let begin = Instant::now();
    let mut seconds = Vec::new();
    while begin.elapsed() < MEASURE {
        let clock = Clock::start();
        for _ in 0..calls {
            model.encode(windows)?;
        }
        seconds.push(clock.seconds());
    }
    seconds.sort_by(f64::total_cmp);
    Ok((calls * total) as f64 / seconds[seconds.len() / 2])
}

/// CPU time of this thread where Linux reports it, so that other work on the machine matters less; elsewhere wall-clock
/// time.
struct Clock {
    cpu: Option<u64>,
    wall: Instant,
}

impl Clock {
    fn start() -> Self {
        Self { cpu: Self::cpu_nanoseconds(), wall: Instant::now() }
    }

    fn seconds(&self) -> f64 {
        match (self.cpu, Self::cpu_nanoseconds()) {
            (Some(start), Some(end)) => (end - start) as f64 / 1e9,
            _ => self.wall.elapsed().as_secs_f64(),
        }
    }

    fn cpu_nanoseconds() -> Option<u64> {
        let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        stat.split_whitespace().next()?.parse().ok()
    }
}

fn minilm() -> TinyBundle {
    TinyBundle {
        hidden_size: 384,
        layers: 6,
        attention_heads: 12,
        intermediate_size: 1536,
        max_window: 256,
        ..TinyBundle::default()
    }
}

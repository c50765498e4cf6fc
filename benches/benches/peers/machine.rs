//! The machine that the numbers were measured on.

use std::fs;
use std::process::Command;
use std::thread;

use serde::Serialize;

/// Description of the machine for the tables.
#[derive(Debug, Serialize)]
pub(crate) struct Machine {
    pub(crate) cpu: String,
    pub(crate) cpus: usize,
    pub(crate) memory_gb: f64,
    pub(crate) kernel: String,
    /// One-minute load average before the run: other work on the machine.
    pub(crate) load_before: String,
}

impl Machine {
    pub(crate) fn here(cpus: usize) -> Self {
        let first = |path: &str, key: &str| {
            let text = fs::read_to_string(path).unwrap_or_default();
            let line = text.lines().find(|line| line.starts_with(key)).map(str::to_owned);
            line.and_then(|line| Some(line.split_once(':')?.1.trim().to_owned())).unwrap_or_else(|| "unknown".into())
        };
        let memory = first("/proc/meminfo", "MemTotal");
        let family = first("/proc/cpuinfo", "cpu family");
        let model = first("/proc/cpuinfo", "model\t");
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        Self {
            cpu: format!("{} (family {family}, model {model})", first("/proc/cpuinfo", "model name")),
            cpus,
            memory_gb: memory.trim_end_matches(" kB").parse::<f64>().unwrap_or(0.0) / 1e6,
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned(),
            load_before: load.split(' ').next().unwrap_or("unknown").to_owned(),
        }
    }
}

/// First line of a program's output, or `unknown`.
pub(crate) fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    let text = output.ok().and_then(|o| String::from_utf8(o.stdout).ok()).unwrap_or_default();
    text.lines().next().unwrap_or("unknown").to_owned()
}

/// CPUs that this process may use.
pub(crate) fn allowed_cpus() -> Vec<usize> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap_or("").trim().to_owned();
    let range = |part: &str| {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        Some(from.parse::<usize>().ok()?..=to.parse::<usize>().ok()?)
    };
    let cpus: Vec<usize> = list.split(',').filter_map(range).flatten().collect();
    if cpus.is_empty() { (0..thread::available_parallelism().map_or(1, usize::from)).collect() } else { cpus }
}

/// Whether the CPU supports the instructions of the peak measurement.
#[cfg(target_arch = "x86_64")]
pub(crate) fn has_vnni() -> bool {
    std::arch::is_x86_feature_detected!("avx512vnni") && std::arch::is_x86_feature_detected!("avx512f")
}

/// Whether the CPU supports the instructions of the peak measurement.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn has_vnni() -> bool {
    false
}

/// Runs int8 operations with all operands in registers, the peak of a core. Returns their number, counting
/// multiplication and addition separately; 0 if the CPU has no AVX-512 VNNI.
pub(crate) fn int8_operations() -> f64 {
    #[cfg(target_arch = "x86_64")]
    if has_vnni() {
        #[expect(unsafe_code, reason = "the CPU has the features: asked just above")]
        return unsafe { vnni() };
    }
    0.0
}

/// Sums of byte products in fours, in enough independent chains that none waits for another.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vnni")]
fn vnni() -> f64 {
    use std::arch::x86_64::{_mm512_dpbusd_epi32, _mm512_reduce_add_epi32, _mm512_set1_epi8, _mm512_setzero_si512};
    use std::hint::black_box;

    /// With a latency of 5 cycles and two per cycle, ten chains would suffice.
    const CHAINS: usize = 16;
    /// Rounds per measurement. Set by hand: long beside the clock's resolution.
    const ROUNDS: usize = 1_000_000;
    let (a, b) = (black_box(_mm512_set1_epi8(3)), black_box(_mm512_set1_epi8(5)));
    let mut sums = [_mm512_setzero_si512(); CHAINS];
    for _ in 0..ROUNDS {
        for sum in &mut sums {
            *sum = _mm512_dpbusd_epi32(*sum, a, b);
        }
    }
    let total: i32 = sums.iter().map(|&sum| _mm512_reduce_add_epi32(sum)).fold(0, i32::wrapping_add);
    black_box(total);
    (CHAINS * ROUNDS * 64 * 2) as f64
}

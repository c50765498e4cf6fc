use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crossbeam_channel::bounded;

/// How many threads work, and how far the reader may run ahead of the writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parallel {
    /// Worker threads, at least 1.
    pub jobs: usize,
    /// Inputs that may be read and not yet written, at least 1.
    pub in_flight: usize,
    /// What these inputs may weigh together; one that weighs more goes alone. The unit is the caller's.
    pub weight: u64,
}

/// Runs `work` over `inputs` on many threads and hands the results to `sink` in input order.
///
/// `inputs` is pulled on a thread of its own, `sink` runs on the calling one. The reader waits as
/// soon as `in_flight` inputs are read whose results `sink` has not taken, or as soon as they weigh
/// too much by `weigh`, so memory is bounded however slow one input, or `sink`, is. When `sink`
/// breaks, reading stops, what is in flight is dropped, and its value is returned.
///
/// # Panics
/// When `inputs`, `weigh`, `work` or `sink` panics: what is in flight is dropped, every thread ends, and the panic
/// goes on in the calling thread.
pub fn in_order<J: Send, T: Send, B>(
    parallel: Parallel,
    inputs: impl Iterator<Item = J> + Send,
    weigh: impl Fn(&J) -> u64 + Send,
    work: impl Fn(J) -> T + Sync,
    mut sink: impl FnMut(T) -> ControlFlow<B>,
) -> Option<B> {
    let gate = &Gate::default();
    let (send_job, jobs) = bounded::<(usize, u64, J)>(parallel.in_flight.max(1));
    let (send_result, results) = bounded::<(usize, u64, thread::Result<T>)>(parallel.in_flight.max(1));
    thread::scope(|scope| {
        // However this closure is left, by a panic of `sink` as well, the reader must not wait at the gate for ever.
        let _open = CloseOnDrop(gate);
        let reader = scope.spawn(move || {
            for (index, job) in inputs.enumerate() {
                let weight = weigh(&job);
                // Both fail only once the other side has hung up: the sink broke.
                if !gate.enter(parallel, weight) || send_job.send((index, weight, job)).is_err() {
                    break;
                }
            }
        });
        for _ in 0..parallel.jobs.max(1) {
            let (jobs, send_result, work) = (jobs.clone(), send_result.clone(), &work);
            scope.spawn(move || {
                for (index, weight, job) in jobs {
                    // A panic is a result like any other, so that nobody waits for the one that will not come.
                    let result = panic::catch_unwind(AssertUnwindSafe(|| work(job)));
                    if send_result.send((index, weight, result)).is_err() {
                        break;
                    }
                }
            });
        }
        drop((jobs, send_result));
        let mut waiting = BTreeMap::new();
        let mut next = 0;
        for (index, weight, result) in &results {
            waiting.insert(index, (weight, result));
            while let Some((weight, result)) = waiting.remove(&next) {
                next += 1;
                let result = result.unwrap_or_else(|panic| {
                    gate.close();
                    panic::resume_unwind(panic)
                });
                if let ControlFlow::Break(value) = sink(result) {
                    gate.close();
                    drop(results);
                    return Some(value);
                }
                gate.leave(weight);
            }
        }
        if let Err(panic) = reader.join() {
            panic::resume_unwind(panic);
        }
        None
    })
}

/// Closes the gate when it is dropped.
struct CloseOnDrop<'a>(&'a Gate);

impl Drop for CloseOnDrop<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Where the reader waits while too much is in flight.
#[derive(Default)]
struct Gate {
    inside: Mutex<Inside>,
    changed: Condvar,
}

#[derive(Default)]
struct Inside {
    count: usize,
    weight: u64,
    is_closed: bool,
}

impl Gate {
    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for room; `false` once the gate is closed.
    fn enter(&self, limits: Parallel, weight: u64) -> bool {
        let has_no_room = |inside: &mut Inside| {
            let is_full = inside.count >= limits.in_flight.max(1);
            let is_heavy = inside.weight.saturating_add(weight) > limits.weight;
            !inside.is_closed && inside.count > 0 && (is_full || is_heavy)
        };
        let mut inside = self.changed.wait_while(self.lock(), has_no_room).unwrap_or_else(PoisonError::into_inner);
        inside.count += 1;
        inside.weight = inside.weight.saturating_add(weight);
        !inside.is_closed
    }

    fn leave(&self, weight: u64) {
        let mut inside = self.lock();
        inside.count -= 1;
        inside.weight = inside.weight.saturating_sub(weight);
        self.changed.notify_one();
    }

    fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn parallel(jobs: usize, in_flight: usize) -> Parallel {
        Parallel { jobs, in_flight, weight: u64::MAX }
    }

    #[test]
    fn results_come_in_input_order() {
        let work = |n: u64| (0..(n * 7919) % 400).fold(n, |a, b| a ^ b.rotate_left(3));
        let expected: Vec<u64> = (0..500).map(work).collect();
        for jobs in [1, 2, 7] {
            for in_flight in [1, 3, 64] {
                let mut seen = Vec::new();
                let broke = in_order(
                    parallel(jobs, in_flight),
                    0..500_u64,
                    |_| 1,
                    work,
                    |r| {
                        seen.push(r);
                        ControlFlow::<()>::Continue(())
                    },
                );
                assert_eq!((broke, &seen), (None, &expected));
            }
        }
    }

    #[test]
    fn the_reader_never_runs_ahead_by_more_than_the_limit() {
        let written = AtomicUsize::new(0);
        let inputs = (0..300_usize).inspect(|&read| {
            // One input may be in the reader's hand, waiting for its ticket.
            assert!(read <= written.load(Ordering::SeqCst) + 5, "{read}");
        });
        in_order(
            parallel(3, 4),
            inputs,
            |_| 1,
            |n| n,
            |_| {
                written.fetch_add(1, Ordering::SeqCst);
                ControlFlow::<()>::Continue(())
            },
        );
        assert_eq!(written.into_inner(), 300);
    }

    #[test]
    fn a_sink_that_breaks_stops_the_reader() {
        let broke = in_order(
            parallel(2, 4),
            0..,
            |_| 1,
            |n: u64| n,
            |n| {
                if n == 40 { ControlFlow::Break(n) } else { ControlFlow::Continue(()) }
            },
        );
        assert_eq!(broke, Some(40));
    }

    #[test]
    fn a_panic_ends_the_run_with_its_message() {
        let go = |place: &'static str, jobs: usize| {
            let boom = move |at: &str, n: u64| assert!(at != place || n != 40, "boom in {place}");
            let run = move || {
                in_order(
                    parallel(jobs, 4),
                    (0..).inspect(move |&n| boom("inputs", n)),
                    |&n| {
                        boom("weigh", n);
                        1
                    },
                    |n: u64| {
                        boom("work", n);
                        n
                    },
                    |n| {
                        boom("sink", n);
                        ControlFlow::<()>::Continue(())
                    },
                )
            };
            let panic = panic::catch_unwind(run).expect_err("the panic goes on");
            panic.downcast_ref::<String>().cloned().unwrap_or_default()
        };
        for place in ["inputs", "weigh", "work", "sink"] {
            for jobs in [1, 2, 4] {
                assert_eq!(go(place, jobs), format!("boom in {place}"), "with {jobs} jobs");
            }
        }
    }

    #[test]
    fn heavy_inputs_go_alone_and_light_ones_together() {
        let weights = [3, 3, 3, 50, 1, 9, 9, 4, 3, 2, 1];
        let (inside, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        // Held back until the sink has it, each result counts as in flight.
        let work = |weight: u64| {
            let now = inside.fetch_add(weight as usize, Ordering::SeqCst) + weight as usize;
            most.fetch_max(if weight > 10 { now - weight as usize } else { now }, Ordering::SeqCst);
            weight
        };
        let mut seen = Vec::new();
        let limits = Parallel { jobs: 4, in_flight: 8, weight: 10 };
        in_order(
            limits,
            weights.into_iter(),
            |w| *w,
            work,
            |weight| {
                inside.fetch_sub(weight as usize, Ordering::SeqCst);
                seen.push(weight);
                ControlFlow::<()>::Continue(())
            },
        );
        assert_eq!(seen, weights);
        assert!(most.into_inner() <= 10);
    }
}

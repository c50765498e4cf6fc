use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crossbeam_channel::{Receiver, bounded, unbounded};

/// Limits of [`in_order`]: threads, batch size, and how far the reader may run ahead.
///
/// The unit of weights is up to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parallel {
    /// Number of worker threads; 0 counts as 1.
    pub jobs: usize,
    /// Maximum inputs per batch; 0 counts as 1.
    pub batch: usize,
    /// Weight at which a batch is full.
    pub batch_weight: u64,
    /// Full batches, per worker, that may be read but not yet consumed by the sink; 0 counts as 1.
    pub ahead: usize,
    /// Maximum total weight of inputs that are read but not yet consumed by the sink; a heavier input goes alone.
    pub weight: u64,
}

/// Runs `work` over batches of `inputs` on many threads and passes the results to `sink` in input order.
///
/// A worker takes the inputs that are available, up to a batch, and never waits for a batch to fill: a lone input is
/// processed at once. So the result of an input must not depend on its batch. `work` must return one result per input,
/// in order.
///
/// `inputs` is pulled on its own thread, `sink` runs on the calling thread. The reader blocks while too many inputs, or
/// too much weight by `weigh`, await consumption by `sink`, so memory is bounded however slow an input or `sink` is. If
/// `sink` breaks, reading stops, work in flight is dropped, and its value is returned.
///
/// # Panics
/// If `inputs`, `weigh`, `work` or `sink` panics: work in flight is dropped, every thread ends, and the panic resumes
/// on the calling thread.
pub fn in_order<J: Send, T: Send, B>(
    parallel: Parallel,
    inputs: impl Iterator<Item = J> + Send,
    weigh: impl Fn(&J) -> u64 + Send,
    work: impl Fn(Vec<J>) -> Vec<T> + Sync,
    mut sink: impl FnMut(Vec<T>) -> ControlFlow<B>,
) -> Option<B> {
    let gate = &Gate::default();
    let jobs = parallel.jobs.max(1);
    // The channel is unbounded; the gate bounds the inputs in flight.
    let (send_job, receive_job) = unbounded();
    let queue = Queue { receiver: Mutex::new((0, receive_job)), parallel };
    let (send_result, results) = bounded(jobs);
    thread::scope(|scope| {
        // However this closure exits, even by a panic of `sink`, the reader must not block at the gate forever.
        let _open = CloseOnDrop(gate);
        let reader = scope.spawn(move || {
            for job in inputs {
                let weight = weigh(&job);
                // Both fail only after the sink broke and the other side hung up.
                if !gate.enter(parallel, weight) || send_job.send((weight, job)).is_err() {
                    break;
                }
            }
        });
        let queue = Arc::new(queue);
        for _ in 0..jobs {
            let (queue, send_result, work) = (Arc::clone(&queue), send_result.clone(), &work);
            scope.spawn(move || {
                while let Some(Batch { first, count, weight, jobs }) = queue.next() {
                    // A panic is sent as a result, so that nobody waits for one that never comes.
                    let results = panic::catch_unwind(AssertUnwindSafe(|| work(jobs)));
                    if send_result.send((first, Worked { count, weight, results })).is_err() {
                        break;
                    }
                }
            });
        }
        drop((queue, send_result));
        let mut waiting = BTreeMap::new();
        let mut next = 0;
        for (first, worked) in &results {
            waiting.insert(first, worked);
            while let Some(Worked { count, weight, results: worked }) = waiting.remove(&next) {
                next += count;
                let worked = worked.unwrap_or_else(|panic| panic::resume_unwind(panic));
                if let ControlFlow::Break(value) = sink(worked) {
                    gate.close();
                    drop(results);
                    return Some(value);
                }
                gate.leave(count, weight);
            }
        }
        if let Err(panic) = reader.join() {
            panic::resume_unwind(panic);
        }
        None
    })
}

impl Parallel {
    /// Maximum batches in flight.
    fn batches(&self) -> usize {
        self.jobs.max(1) * self.ahead.max(1)
    }

    /// Maximum inputs in flight, regardless of weight.
    fn most_in_flight(&self) -> usize {
        self.batches().saturating_mul(self.batch.max(1))
    }

    /// Whether inputs of this count and weight fill the maximum number of batches.
    fn is_full(&self, count: usize, weight: u64) -> bool {
        let batches = self.batches();
        count >= self.most_in_flight() || count >= batches && weight >= self.batch_weight.saturating_mul(batches as u64)
    }
}

/// Consecutive inputs for one call of `work`.
struct Batch<J> {
    /// Index of the first one among all inputs.
    first: usize,
    count: usize,
    weight: u64,
    jobs: Vec<J>,
}

/// Result of a batch.
struct Worked<T> {
    count: usize,
    weight: u64,
    results: thread::Result<Vec<T>>,
}

/// Source of batches; locked while a batch is taken, so that its inputs are consecutive.
struct Queue<J> {
    /// Number of inputs taken so far, and the channel of the rest.
    receiver: Mutex<(usize, Receiver<(u64, J)>)>,
    parallel: Parallel,
}

impl<J> Queue<J> {
    /// Waits for an input, then takes further available ones up to a batch; `None` at the end.
    fn next(&self) -> Option<Batch<J>> {
        let mut receiver = self.receiver.lock().unwrap_or_else(PoisonError::into_inner);
        let (taken, jobs) = &mut *receiver;
        let (weight, job) = jobs.recv().ok()?;
        let mut batch = Batch { first: *taken, count: 1, weight, jobs: vec![job] };
        while batch.count < self.parallel.batch && batch.weight < self.parallel.batch_weight {
            let Ok((weight, job)) = jobs.try_recv() else { break };
            batch.jobs.push(job);
            batch.count += 1;
            batch.weight = batch.weight.saturating_add(weight);
        }
        *taken += batch.count;
        Some(batch)
    }
}

/// Closes the gate on drop.
struct CloseOnDrop<'a>(&'a Gate);

impl Drop for CloseOnDrop<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Blocks the reader while too much is in flight.
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

    /// Waits for room and enters; `false` once the gate is closed.
    fn enter(&self, limits: Parallel, weight: u64) -> bool {
        let has_no_room = |inside: &mut Inside| {
            let is_full = limits.is_full(inside.count, inside.weight);
            let is_heavy = inside.weight.saturating_add(weight) > limits.weight;
            !inside.is_closed && inside.count > 0 && (is_full || is_heavy)
        };
        let mut inside = self.changed.wait_while(self.lock(), has_no_room).unwrap_or_else(PoisonError::into_inner);
        inside.count += 1;
        inside.weight = inside.weight.saturating_add(weight);
        !inside.is_closed
    }

    fn leave(&self, count: usize, weight: u64) {
        let mut inside = self.lock();
        inside.count -= count;
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
    use std::sync::mpsc;

    use super::*;

    fn parallel(jobs: usize, ahead: usize) -> Parallel {
        Parallel { jobs, batch: 1, batch_weight: u64::MAX, ahead, weight: u64::MAX }
    }

    /// Maps over a batch one by one.
    fn each<J, T>(work: impl Fn(J) -> T + Sync) -> impl Fn(Vec<J>) -> Vec<T> + Sync {
        move |jobs| jobs.into_iter().map(&work).collect()
    }

    #[test]
    fn results_come_in_input_order() {
        let work = |n: u64| (0..(n * 7919) % 400).fold(n, |a, b| a ^ b.rotate_left(3));
        let expected: Vec<u64> = (0..500).map(work).collect();
        for jobs in [1, 2, 7] {
            for (batch, ahead) in [(1, 1), (3, 2), (64, 4)] {
                let mut seen = Vec::new();
                let broke = in_order(
                    Parallel { batch, ..parallel(jobs, ahead) },
                    0..500_u64,
                    |_| 1,
                    each(work),
                    |results| {
                        assert!(results.len() <= batch);
                        seen.extend(results);
                        ControlFlow::<()>::Continue(())
                    },
                );
                assert_eq!((broke, &seen), (None, &expected));
            }
        }
    }

    #[test]
    fn an_input_that_comes_alone_is_answered_before_the_next() {
        let (send, receive) = mpsc::channel();
        send.send(0).unwrap();
        let mut seen = Vec::new();
        let limits = Parallel { batch: 32, batch_weight: 1 << 20, ..parallel(2, 4) };
        // Each input exists only after the previous one was answered, so waiting for a full batch would deadlock.
        in_order(
            limits,
            receive.into_iter().take(20),
            |_| 1,
            each(|n: u32| n),
            |results| {
                for n in results {
                    seen.push(n);
                    let _ = send.send(n + 1);
                }
                ControlFlow::<()>::Continue(())
            },
        );
        assert_eq!(seen, (0..20).collect::<Vec<_>>());
    }

    #[test]
    fn batches_fill_where_input_is_plentiful() {
        let sizes = Mutex::new(Vec::new());
        let started = Mutex::new(false);
        let limits = Parallel { jobs: 1, batch: 8, batch_weight: 100, ahead: 4, weight: u64::MAX };
        let work = |jobs: Vec<usize>| {
            // The first batch takes until the reader is as far ahead as it may be.
            let is_first = !std::mem::replace(&mut *started.lock().unwrap(), true);
            while is_first && jobs.len() + READ.load(Ordering::SeqCst) < 30 {
                thread::yield_now();
            }
            sizes.lock().unwrap().push(jobs.len());
            jobs
        };
        static READ: AtomicUsize = AtomicUsize::new(0);
        let inputs = (0..200).inspect(|_| {
            READ.fetch_add(1, Ordering::SeqCst);
        });
        let light = |_: &usize| 1;
        in_order(limits, inputs, light, work, |_| ControlFlow::<()>::Continue(()));
        let sizes = sizes.into_inner().unwrap();
        assert_eq!(sizes.iter().sum::<usize>(), 200);
        assert!(sizes.iter().all(|&size| size <= 8) && sizes[1..4].iter().all(|&size| size == 8), "{sizes:?}");
    }

    #[test]
    fn the_reader_never_runs_ahead_by_more_than_the_limit() {
        let written = AtomicUsize::new(0);
        let inputs = (0..300_usize).inspect(|&read| {
            // One more input may be held by the reader, waiting at the gate.
            assert!(read <= written.load(Ordering::SeqCst) + 7, "{read}");
        });
        in_order(
            parallel(3, 2),
            inputs,
            |_| 1,
            each(|n| n),
            |results: Vec<usize>| {
                written.fetch_add(results.len(), Ordering::SeqCst);
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
            each(|n: u64| n),
            |results| {
                if results.contains(&40) { ControlFlow::Break(40) } else { ControlFlow::Continue(()) }
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
                    each(|n: u64| {
                        boom("work", n);
                        n
                    }),
                    |results| {
                        results.iter().for_each(|&n| boom("sink", n));
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
        // Each result counts as in flight until the sink has it.
        let work = each(|weight: u64| {
            let now = inside.fetch_add(weight as usize, Ordering::SeqCst) + weight as usize;
            most.fetch_max(if weight > 10 { now - weight as usize } else { now }, Ordering::SeqCst);
            weight
        });
        let mut seen = Vec::new();
        let limits = Parallel { batch: 2, weight: 10, ..parallel(4, 8) };
        in_order(
            limits,
            weights.into_iter(),
            |w| *w,
            work,
            |results| {
                for weight in results {
                    inside.fetch_sub(weight as usize, Ordering::SeqCst);
                    seen.push(weight);
                }
                ControlFlow::<()>::Continue(())
            },
        );
        assert_eq!(seen, weights);
        assert!(most.into_inner() <= 10);
    }
}

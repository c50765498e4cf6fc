use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crossbeam_channel::{Receiver, bounded, unbounded};

/// How many threads work, how many inputs go through the work together, and how far the reader may run ahead.
///
/// The unit of weights is the caller's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parallel {
    /// Worker threads, at least 1.
    pub jobs: usize,
    /// Inputs that a worker takes together at most, at least 1.
    pub batch: usize,
    /// A batch is full once its inputs weigh this much together.
    pub batch_weight: u64,
    /// Full batches that may be read and not yet taken by the sink, for each worker, at least 1.
    pub ahead: usize,
    /// What all inputs that are read and not yet taken by the sink may weigh together; one that weighs more goes alone.
    pub weight: u64,
}

/// Runs `work` over batches of `inputs` on many threads and hands the results to `sink` in input order.
///
/// A worker takes the inputs that are there, up to a batch, and never waits for a batch to fill: an input that comes
/// alone is worked on at once. So `work` must give an input the same result in any company; it returns one result for
/// each input, in order.
///
/// `inputs` is pulled on a thread of its own, `sink` runs on the calling one. The reader waits as soon as too many
/// inputs are read whose results `sink` has not taken, or as soon as they weigh too much by `weigh`, so memory is
/// bounded however slow one input, or `sink`, is. When `sink` breaks, reading stops, what is in flight is dropped, and
/// its value is returned.
///
/// # Panics
/// When `inputs`, `weigh`, `work` or `sink` panics: what is in flight is dropped, every thread ends, and the panic
/// goes on in the calling thread.
pub fn in_order<J: Send, T: Send, B>(
    parallel: Parallel,
    inputs: impl Iterator<Item = J> + Send,
    weigh: impl Fn(&J) -> u64 + Send,
    work: impl Fn(Vec<J>) -> Vec<T> + Sync,
    mut sink: impl FnMut(Vec<T>) -> ControlFlow<B>,
) -> Option<B> {
    let gate = &Gate::default();
    let jobs = parallel.jobs.max(1);
    // The gate is what bounds the inputs in flight.
    let (send_job, receive_job) = unbounded();
    let queue = Queue { receiver: Mutex::new((0, receive_job)), parallel };
    let (send_result, results) = bounded(jobs);
    thread::scope(|scope| {
        // However this closure is left, by a panic of `sink` as well, the reader must not wait at the gate for ever.
        let _open = CloseOnDrop(gate);
        let reader = scope.spawn(move || {
            for job in inputs {
                let weight = weigh(&job);
                // Both fail only once the other side has hung up: the sink broke.
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
                    // A panic is a result like any other, so that nobody waits for the one that will not come.
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
    /// Batches that may be in flight.
    fn batches(&self) -> usize {
        self.jobs.max(1) * self.ahead.max(1)
    }

    /// Inputs that may be in flight, however little they weigh.
    fn most_in_flight(&self) -> usize {
        self.batches().saturating_mul(self.batch.max(1))
    }

    /// Whether so many inputs of such a weight fill as many batches as may be in flight.
    fn is_full(&self, count: usize, weight: u64) -> bool {
        let batches = self.batches();
        count >= self.most_in_flight() || count >= batches && weight >= self.batch_weight.saturating_mul(batches as u64)
    }
}

/// Inputs that follow each other, for one call of `work`.
struct Batch<J> {
    /// Place of the first among all inputs.
    first: usize,
    count: usize,
    weight: u64,
    jobs: Vec<J>,
}

/// What became of a batch.
struct Worked<T> {
    count: usize,
    weight: u64,
    results: thread::Result<Vec<T>>,
}

/// Where workers take their batches: one at a time, so that the inputs of a batch follow each other.
struct Queue<J> {
    /// How many inputs were taken, and the rest.
    receiver: Mutex<(usize, Receiver<(u64, J)>)>,
    parallel: Parallel,
}

impl<J> Queue<J> {
    /// Waits for an input, and takes what else is there up to a batch; `None` once all is taken.
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

    /// Work on one input after the other.
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
        // The next input exists only once the one before it was answered: waiting for a batch to fill would never end.
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
            // The first batch takes so long that the reader gets as far ahead as it may.
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
            // One input may be in the reader's hand, waiting for its ticket.
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
        // Held back until the sink has it, each result counts as in flight.
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

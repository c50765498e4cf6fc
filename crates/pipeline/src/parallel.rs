use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::thread;

use crossbeam_channel::bounded;

/// How many threads work, and how far the reader may run ahead of the writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parallel {
    /// Worker threads, at least 1.
    pub jobs: usize,
    /// Inputs that may be read and not yet written, at least 1.
    pub in_flight: usize,
}

/// Runs `work` over `inputs` on many threads and hands the results to `sink` in input order.
///
/// `inputs` is pulled on a thread of its own, `sink` runs on the calling one. The reader waits as
/// soon as `in_flight` inputs are read whose results `sink` has not taken, so memory is bounded
/// however slow one input, or `sink`, is. When `sink` breaks, reading stops, what is in flight is
/// dropped, and its value is returned.
pub fn in_order<J: Send, T: Send, B>(
    parallel: Parallel,
    inputs: impl Iterator<Item = J> + Send,
    work: impl Fn(J) -> T + Sync,
    mut sink: impl FnMut(T) -> ControlFlow<B>,
) -> Option<B> {
    let in_flight = parallel.in_flight.max(1);
    let (ticket, take_ticket) = bounded::<()>(in_flight);
    let (send_job, jobs) = bounded::<(usize, J)>(in_flight);
    let (send_result, results) = bounded::<(usize, T)>(in_flight);
    thread::scope(|scope| {
        scope.spawn(move || {
            for job in inputs.enumerate() {
                // Both fail only once the other side has hung up: the sink broke.
                if ticket.send(()).is_err() || send_job.send(job).is_err() {
                    break;
                }
            }
        });
        for _ in 0..parallel.jobs.max(1) {
            let (jobs, send_result, work) = (jobs.clone(), send_result.clone(), &work);
            scope.spawn(move || {
                for (index, job) in jobs {
                    if send_result.send((index, work(job))).is_err() {
                        break;
                    }
                }
            });
        }
        drop((jobs, send_result));
        let mut waiting = BTreeMap::new();
        let mut next = 0;
        for (index, result) in &results {
            waiting.insert(index, result);
            while let Some(result) = waiting.remove(&next) {
                next += 1;
                if let ControlFlow::Break(value) = sink(result) {
                    drop((results, take_ticket));
                    return Some(value);
                }
                let _ = take_ticket.try_recv();
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn results_come_in_input_order() {
        let work = |n: u64| (0..(n * 7919) % 400).fold(n, |a, b| a ^ b.rotate_left(3));
        let expected: Vec<u64> = (0..500).map(work).collect();
        for jobs in [1, 2, 7] {
            for in_flight in [1, 3, 64] {
                let mut seen = Vec::new();
                let broke = in_order(Parallel { jobs, in_flight }, 0..500_u64, work, |r| {
                    seen.push(r);
                    ControlFlow::<()>::Continue(())
                });
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
            Parallel { jobs: 3, in_flight: 4 },
            inputs,
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
            Parallel { jobs: 2, in_flight: 4 },
            0..,
            |n: u64| n,
            |n| {
                if n == 40 { ControlFlow::Break(n) } else { ControlFlow::Continue(()) }
            },
        );
        assert_eq!(broke, Some(40));
    }
}

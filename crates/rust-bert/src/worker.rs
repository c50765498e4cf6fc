use std::any::Any;
use std::num::NonZeroU16;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;

use pressmark_core::{StageError, panic_message};

use crate::Error;

/// Number of threads that libtorch computes on, per model.
///
/// More threads than idle cores slow it down considerably, because OpenMP's threads spin while they wait for each
/// other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Threads {
    /// One per core.
    #[default]
    Cores,
    /// This number.
    Exactly(NonZeroU16),
}

impl Threads {
    fn count(self) -> i32 {
        match self {
            Self::Cores => thread::available_parallelism().ok().and_then(|n| i32::try_from(n.get()).ok()).unwrap_or(1),
            Self::Exactly(count) => i32::from(count.get()),
        }
    }
}

type Job<M> = Box<dyn FnOnce(&mut M) + Send>;

/// A thread that owns a model and runs one job at a time on it.
///
/// Models are `Send` but not `Sync`. A lock would work too, but OpenMP keeps a pool of threads for every thread that
/// ever called it, and those pools spin against each other; so all calls come from one thread.
pub(crate) struct Worker<M> {
    jobs: mpsc::Sender<Job<M>>,
}

impl<M: 'static> Worker<M> {
    /// Loads a model on its thread.
    ///
    /// `load` may panic, as rust-bert does on unexpected configurations; `failed` converts the panic message to an
    /// error.
    pub(crate) fn start(
        threads: Threads,
        load: impl FnOnce() -> Result<M, Error> + Send + 'static,
        failed: impl FnOnce(String) -> Error,
    ) -> Result<Self, Error> {
        let (jobs, inbox) = mpsc::channel::<Job<M>>();
        let (tell, loaded) = mpsc::channel();
        let body = move || {
            tch::set_num_threads(threads.count());
            match catch_unwind(AssertUnwindSafe(load)) {
                Ok(Ok(mut model)) => {
                    // Fails if the caller is gone; then no job arrives either.
                    let _ = tell.send(Ok(()));
                    inbox.into_iter().for_each(|job| job(&mut model));
                }
                Ok(Err(error)) => drop(tell.send(Err(Ok(error)))),
                Err(panic) => drop(tell.send(Err(Err(said(panic.as_ref()))))),
            }
        };
        let spawned = thread::Builder::new().name("libtorch".into()).spawn(body);
        match spawned.map(|_| loaded.recv()) {
            Ok(Ok(Ok(()))) => Ok(Self { jobs }),
            Ok(Ok(Err(Ok(error)))) => Err(error),
            Ok(Ok(Err(Err(panic)))) => Err(failed(panic)),
            Ok(Err(_)) => Err(failed("its thread ended".into())),
            Err(error) => Err(failed(format!("no thread could be started: {error}"))),
        }
    }

    /// Runs a job on the model's thread and waits for it; a panic in libtorch becomes an error.
    pub(crate) fn call<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut M) -> Result<R, StageError> + Send + 'static,
    ) -> Result<R, StageError> {
        let (tell, done) = mpsc::channel();
        let job: Job<M> = Box::new(move |model| {
            let result = catch_unwind(AssertUnwindSafe(|| job(model)));
            let result = result
                .unwrap_or_else(|panic| Err(StageError::new(format!("libtorch failed: {}", said(panic.as_ref())))));
            let _ = tell.send(result);
        });
        let gone = || StageError::new("the thread of the model has ended");
        self.jobs.send(job).map_err(|_| gone())?;
        done.recv().map_err(|_| gone())?
    }
}

/// First line of a panic message.
fn said(panic: &(dyn Any + Send)) -> String {
    panic_message(panic).lines().next().unwrap_or("no reason given").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(message: String) -> Error {
        Error::Load { folder: "x".into(), message }
    }

    #[test]
    fn a_panic_is_an_error_and_the_model_lives_on() {
        let worker = Worker::start(Threads::Cores, || Ok(1_u32), failed).unwrap();
        let panics = worker.call(|_| -> Result<(), _> { panic!("no such row\nbacktrace") }).unwrap_err();
        assert_eq!(panics.to_string(), "libtorch failed: no such row");
        assert_eq!(worker.call(|n| Ok(*n)).unwrap(), 1);
        let never = Worker::<u32>::start(Threads::Cores, || panic!("could not parse"), failed);
        assert_eq!(never.err().unwrap().to_string(), "libtorch cannot load x: could not parse");
    }
}

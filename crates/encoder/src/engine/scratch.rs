use std::sync::{Mutex, PoisonError};

/// Buffers that calls hand on to one another: as many sets as threads ever ran at once.
#[derive(Debug, Default)]
pub(super) struct Pool<T>(Mutex<Vec<T>>);

impl<T: Default> Pool<T> {
    /// Runs `work` with a set of buffers that no other call has, made when there is none free.
    pub(super) fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        let mut buffers = self.lock().pop().unwrap_or_default();
        let result = work(&mut buffers);
        self.lock().push(buffers);
        result
    }

    /// A panic elsewhere leaves at worst one set fewer.
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first `len` elements of a buffer, which grows when it is too short.
///
/// What they hold is left over from earlier calls.
pub(super) fn room<T: Copy + Default>(buffer: &mut Vec<T>, len: usize) -> &mut [T] {
    if buffer.len() < len {
        buffer.resize(len, T::default());
    }
    &mut buffer[..len]
}

//! Which of the waiting connections have something to show.
//!
//! Each has a waker of its own, which puts its key in one queue and wakes the task of the listener.
//! So that task looks at those connections alone that have become readable: ten thousand silent peers
//! cost nothing while one of them speaks, and no task is spawned.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Wake, Waker},
};

/// The keys of the connections that have been woken.
///
/// The lock is held to add or to remove one key; the path of a connection that need not wait does not
/// meet it, unless connections are waiting too.
#[derive(Debug, Default)]
pub(crate) struct ReadyQueue {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    woken: VecDeque<Arc<Slot>>,
    /// The listener's task, while it sleeps.
    task: Option<Waker>,
}

/// The waker of one connection.
#[derive(Debug)]
struct Slot {
    key: usize,
    is_woken: AtomicBool,
    queue: Arc<ReadyQueue>,
}

impl ReadyQueue {
    /// The waker of the connection with this key. One that wakes after its connection has left, and the
    /// key belongs to another, costs that one a look in vain.
    pub(crate) fn waker(self: &Arc<Self>, key: usize) -> Waker {
        Waker::from(Arc::new(Slot {
            key,
            is_woken: AtomicBool::new(false),
            queue: Arc::clone(self),
        }))
    }

    /// The key of a connection that has been woken. If none has, the task of `cx` is woken together with
    /// the next one.
    pub(crate) fn pop(&self, cx: &Context<'_>) -> Option<usize> {
        let mut state = self.lock();
        let Some(slot) = state.woken.pop_front() else {
            let task = cx.waker();
            if !state.task.as_ref().is_some_and(|it| it.will_wake(task)) {
                state.task = Some(task.clone());
            }
            return None;
        };
        // Before the look at its socket: what arrives after that has to wake it again.
        // A swap, so that it sees all that came before a wake-up which found the flag set.
        slot.is_woken.swap(false, Ordering::AcqRel);
        Some(slot.key)
    }

    /// A panic cannot leave the state half changed.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Slot {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.is_woken.swap(true, Ordering::AcqRel) {
            return;
        }
        let task = {
            let mut state = self.queue.lock();
            state.woken.push_back(Arc::clone(self));
            state.task.take()
        };
        if let Some(task) = task {
            task.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[derive(Default)]
    struct Task(AtomicUsize);

    impl Wake for Task {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn only_those_woken_are_in_the_queue_each_once() {
        let queue = Arc::new(ReadyQueue::default());
        let task = Arc::new(Task::default());
        let waker = Waker::from(Arc::clone(&task));
        let cx = Context::from_waker(&waker);
        let wakers: Vec<_> = (0..10_000).map(|key| queue.waker(key)).collect();
        assert_eq!(queue.pop(&cx), None);

        for key in [7, 9_999, 7] {
            wakers[key].wake_by_ref();
        }
        assert_eq!(task.0.load(Ordering::Relaxed), 1);
        assert_eq!(queue.pop(&cx), Some(7));
        assert_eq!(queue.pop(&cx), Some(9_999));
        assert_eq!(queue.pop(&cx), None);
    }

    #[test]
    fn one_that_was_removed_may_wake_again() {
        let queue = Arc::new(ReadyQueue::default());
        let task = Arc::new(Task::default());
        let waker = Waker::from(Arc::clone(&task));
        let cx = Context::from_waker(&waker);
        let slot = queue.waker(3);
        for times in 1..=3 {
            assert_eq!(queue.pop(&cx), None);
            slot.wake_by_ref();
            assert_eq!(task.0.load(Ordering::Relaxed), times);
            assert_eq!(queue.pop(&cx), Some(3));
        }
    }
}

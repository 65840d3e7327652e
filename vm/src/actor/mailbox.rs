//! The queue of an actor: what has arrived, in order, and how far a `receive` has looked through it.

use super::entry::{Content, Entry};
use crate::heap::Heap;

/// A queue of entries, and a position in it.
pub struct Mailbox {
    first: *mut Entry,
    last: *mut Entry,
    /// The last entry that the scan has passed over; null when it is at the beginning.
    passed: *mut Entry,
    /// Whether a scan is under way.
    is_scanned: bool,
    len: usize,
    /// How many of them are signals.
    signals: usize,
}

impl Mailbox {
    /// An empty mailbox.
    pub fn new() -> Mailbox {
        Mailbox {
            first: std::ptr::null_mut(),
            last: std::ptr::null_mut(),
            passed: std::ptr::null_mut(),
            is_scanned: false,
            len: 0,
            signals: 0,
        }
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Number of messages among them.
    pub fn messages(&self) -> usize {
        self.len - self.signals
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Appends an entry.
    ///
    /// # Safety
    /// The entry is nobody else's.
    pub unsafe fn append(&mut self, entry: *mut Entry) {
        // SAFETY: by contract; entries of the queue are its own.
        unsafe {
            (*entry).next = std::ptr::null_mut();
            if self.last.is_null() {
                self.first = entry;
            } else {
                (*self.last).next = entry;
            }
        }
        self.last = entry;
        self.len += 1;
        // SAFETY: the entry is in the queue now.
        self.signals += usize::from(unsafe { (*entry).content.is_signal() });
    }

    /// Appends a list of so many entries, from the first to the last.
    ///
    /// # Safety
    /// They are messages, and nobody else's.
    pub unsafe fn append_messages(&mut self, first: *mut Entry, last: *mut Entry, count: usize) {
        // SAFETY: entries of the queue are its own.
        match unsafe { self.last.as_mut() } {
            None => self.first = first,
            Some(before) => before.next = first,
        }
        self.last = last;
        self.len += count;
    }

    /// Where the scan stands: the entry to look at next.
    pub fn at(&mut self) -> Option<&mut Content> {
        let entry = self.here();
        // SAFETY: entries of the queue are its own.
        unsafe { entry.as_mut().map(|entry| &mut entry.content) }
    }

    fn here(&self) -> *mut Entry {
        if self.passed.is_null() {
            return self.first;
        }
        // SAFETY: entries of the queue are its own.
        unsafe { (*self.passed).next }
    }

    /// Passes over the entry where the scan stands.
    pub fn pass(&mut self) {
        let here = self.here();
        if !here.is_null() {
            self.passed = here;
        }
    }

    /// Begins a scan, unless one is under way.
    pub fn begin_scan(&mut self) {
        if !self.is_scanned {
            self.rewind();
            self.is_scanned = true;
        }
    }

    /// The scan is over.
    pub fn end_scan(&mut self) {
        self.rewind();
        self.is_scanned = false;
    }

    fn rewind(&mut self) {
        self.passed = std::ptr::null_mut();
    }

    /// Removes the entry where the scan stands.
    pub fn remove(&mut self, heap: &mut Heap) -> Option<Content> {
        let here = self.here();
        if here.is_null() {
            return None;
        }
        // SAFETY: the entry is in the queue, behind the one that was passed last.
        Some(unsafe { self.unlink(heap, self.passed, here) })
    }

    /// Removes the first entry that a function picks.
    pub fn remove_first(
        &mut self,
        heap: &mut Heap,
        pick: impl Fn(&Content) -> bool,
    ) -> Option<Content> {
        let mut before = std::ptr::null_mut();
        let mut entry = self.first;
        // SAFETY: entries of the queue are its own.
        unsafe {
            while !entry.is_null() && !pick(&(*entry).content) {
                before = entry;
                entry = (*entry).next;
            }
            if entry.is_null() {
                return None;
            }
            if self.passed == entry {
                self.passed = before;
            }
            Some(self.unlink(heap, before, entry))
        }
    }

    /// Calls a function with each entry.
    pub fn each(&self, mut look: impl FnMut(&Content)) {
        let mut entry = self.first;
        // SAFETY: entries of the queue are its own.
        while let Some(here) = unsafe { entry.as_ref() } {
            look(&here.content);
            entry = here.next;
        }
    }

    /// Removes the entries that a function picks; the scan goes on where it was.
    pub fn remove_all(&mut self, heap: &mut Heap, pick: impl Fn(&Content) -> bool) -> Vec<Content> {
        let mut removed = Vec::new();
        let mut before = std::ptr::null_mut();
        let mut entry = self.first;
        while !entry.is_null() {
            // SAFETY: entries of the queue are its own.
            unsafe {
                let next = (*entry).next;
                if pick(&(*entry).content) {
                    if self.passed == entry {
                        self.passed = before;
                    }
                    removed.push(self.unlink(heap, before, entry));
                } else {
                    before = entry;
                }
                entry = next;
            }
        }
        removed
    }

    /// # Safety
    /// The entry is in the queue, behind the other, or the first when that is null.
    unsafe fn unlink(&mut self, heap: &mut Heap, before: *mut Entry, entry: *mut Entry) -> Content {
        // SAFETY: by contract; the entry leaves the queue.
        unsafe {
            let next = (*entry).next;
            match before.as_mut() {
                Some(before) => before.next = next,
                None => self.first = next,
            }
            if next.is_null() {
                self.last = before;
            }
            self.len -= 1;
            let content = Entry::open(heap, entry);
            self.signals -= usize::from(content.is_signal());
            content
        }
    }
}

impl Default for Mailbox {
    fn default() -> Mailbox {
        Mailbox::new()
    }
}

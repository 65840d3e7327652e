//! How much of what is large may be under way at once.
//!
//! What the system has taken cannot be overtaken any more: if it took all that is large, small messages would wait behind megabytes in the buffers of both systems and of the network between them. So
//! only as much is under way as keeps the connection busy. How much that is shows in the time until a *mark* between the pieces is answered: while that is about the shortest one that was seen, nothing
//! queues anywhere, and more may be under way; when it is longer by more than a little, less may. This is the idea of LEDBAT (RFC 6817), which keeps bulk transfers from delaying others.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Bytes that may be under way at first, at least, and at most.
const FIRST: usize = 256 << 10;
const LEAST: usize = 128 << 10;
const MOST: usize = 64 << 20;
/// So much longer an answer may take than the soonest one, or a quarter longer: that is how long small messages wait for large ones, about.
const TARGET: Duration = Duration::from_micros(500);
/// For how long the soonest answer counts, one to two times: the way may become another one.
const HISTORY: Duration = Duration::from_secs(60);
/// The tokens of marks have this bit: PINGs of the pulse do not.
const MARK: u64 = 1 << 63;

/// A mark that was not answered.
struct Mark {
    token: u64,
    /// Bytes between the mark before and this one.
    bytes: usize,
    sent: Instant,
    /// Whether nothing more could be sent for want of room since then, or nearly so.
    is_full: bool,
}

/// What may be under way, and what is.
pub struct Window {
    size: usize,
    marks: VecDeque<Mark>,
    /// Bytes that are under way, and those of them since the last mark.
    under_way: usize,
    unmarked: usize,
    last_token: u64,
    /// The soonest answer of this stretch of history and of the one before, and when this one began.
    soonest: [Duration; 2],
    began: Option<Instant>,
}

impl Default for Window {
    fn default() -> Window {
        Window {
            size: FIRST,
            marks: VecDeque::new(),
            under_way: 0,
            unmarked: 0,
            last_token: MARK,
            soonest: [Duration::MAX; 2],
            began: None,
        }
    }
}

/// Whether a PONG with this token answers a mark.
pub fn is_mark(token: u64) -> bool {
    token & MARK != 0
}

impl Window {
    /// Whether more may leave. If not, a mark is under way, whose answer makes room.
    pub fn has_room(&self) -> bool {
        self.under_way < self.size || self.marks.is_empty()
    }

    /// So many bytes leave. Gives the token of the mark that is to leave before them, if one is.
    pub fn leaves(&mut self, bytes: usize, now: Instant) -> Option<u64> {
        let is_due = self.unmarked > 0 && self.unmarked >= self.size / 4;
        let token = is_due.then(|| {
            self.last_token = (self.last_token + 1) | MARK;
            self.marks.push_back(Mark {
                token: self.last_token,
                bytes: std::mem::take(&mut self.unmarked),
                sent: now,
                is_full: self.under_way >= self.size / 2,
            });
            self.last_token
        });
        self.unmarked += bytes;
        self.under_way += bytes;
        token
    }

    /// A mark was answered, and with it all before it.
    pub fn answered(&mut self, token: u64, now: Instant) {
        while self.marks.front().is_some_and(|mark| mark.token <= token)
            && let Some(mark) = self.marks.pop_front()
        {
            self.under_way -= mark.bytes;
            if mark.token == token {
                self.adapt(&mark, now);
            }
        }
    }

    fn adapt(&mut self, mark: &Mark, now: Instant) {
        let time = now.saturating_duration_since(mark.sent);
        let began = *self.began.get_or_insert(now);
        if now.saturating_duration_since(began) > HISTORY {
            self.began = Some(now);
            self.soonest = [Duration::MAX, self.soonest[0]];
        }
        self.soonest[0] = self.soonest[0].min(time);
        let soonest = self.soonest[0].min(self.soonest[1]);
        let target = TARGET.max(soonest / 4);
        let queued = (time - soonest).as_secs_f64() / target.as_secs_f64();
        // In the time in which all that is under way is answered, half as much more or less.
        let change = (1.0 - queued).clamp(-0.5, 0.5) * mark.bytes as f64;
        self.size = match change < 0.0 {
            true => self.size.saturating_sub(-change as usize).max(LEAST),
            // What was not used up says nothing of what would happen if it were.
            false if mark.is_full => (self.size + change as usize).min(MOST),
            false => self.size,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIECE: usize = 64 << 10;

    /// A connection that lets so many bytes a second through, and needs a time besides; gives the window's size in the end, and the longest time until a mark was answered in the second half.
    fn run(rate: f64, way: Duration, pieces: usize) -> (usize, Duration) {
        let (mut window, start) = (Window::default(), Instant::now());
        let (mut now, mut through) = (start, start);
        let mut answers: VecDeque<(Instant, Instant, u64)> = VecDeque::new();
        let mut longest = Duration::ZERO;
        for sent in 0..pieces {
            while !window.has_room() {
                let (sent_at, answer, token) = answers.pop_front().expect("a mark is under way");
                now = now.max(answer);
                window.answered(token, now);
                if sent > pieces / 2 {
                    longest = longest.max(answer - sent_at);
                }
            }
            if let Some(token) = window.leaves(PIECE, now) {
                answers.push_back((now, through.max(now) + way, token));
            }
            through = through.max(now) + Duration::from_secs_f64(PIECE as f64 / rate);
        }
        (window.size, longest)
    }

    #[test]
    fn near_and_fast_connections_keep_their_queues_short() {
        let (size, longest) = run(1e9, Duration::from_micros(100), 4000);
        assert!((LEAST..2 << 20).contains(&size), "{size}");
        assert!(longest < Duration::from_millis(3), "{longest:?}");
    }

    #[test]
    fn far_ones_have_as_much_under_way_as_they_let_through() {
        let way = Duration::from_millis(100);
        let (size, longest) = run(1e8, way, 20_000);
        assert!((8 << 20..32 << 20).contains(&size), "{size}");
        assert!(longest < 2 * way, "{longest:?}");
    }

    #[test]
    fn slow_ones_have_little() {
        let (size, _) = run(5e6, Duration::from_millis(1), 1000);
        assert_eq!(size, LEAST);
    }

    #[test]
    fn without_room_a_mark_is_under_way() {
        let mut window = Window::default();
        let now = Instant::now();
        let mut last = 0;
        while window.has_room() {
            last = window.leaves(PIECE, now).unwrap_or(last);
        }
        assert!(is_mark(last) && !is_mark(1));
        assert!((FIRST..FIRST + PIECE).contains(&window.under_way));
        // An answer to a mark that was never sent changes nothing.
        window.answered(MARK, now);
        assert!(!window.has_room());
        window.answered(u64::MAX, now);
        assert!(window.has_room() && window.marks.is_empty());
        assert_eq!(window.under_way, window.unmarked);
    }
}

//! Modules are read and written by several threads.

use std::num::NonZero;

/// So few are done by one thread before another would have begun.
const FEW: usize = 32;

/// The items of a list with their numbers, each made into something: by as many threads as the machine has processors, where there are many.
pub fn in_parts<T: Sync, R: Send>(items: &[T], make: impl Fn(usize, &T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let size = items.len().div_ceil(threads).max(FEW);
    let make_part = |number: usize, part: &[T]| -> Vec<R> {
        let numbered = part.iter().enumerate();
        numbered
            .map(|(index, item)| make(number * size + index, item))
            .collect()
    };
    let make_part = &make_part;
    std::thread::scope(|scope| {
        let mut parts = items.chunks(size).enumerate();
        let first = parts.next();
        let others: Vec<_> = parts
            .map(|(number, part)| scope.spawn(move || make_part(number, part)))
            .collect();
        let mut made = first.map_or_else(Vec::new, |(number, part)| make_part(number, part));
        for other in others {
            match other.join() {
                Ok(part) => made.extend(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        made
    })
}

#[cfg(test)]
mod tests {
    use super::in_parts;

    #[test]
    fn what_is_made_is_in_order_however_many_there_are() {
        for count in [0, 1, 31, 32, 33, 500, 1001] {
            let items: Vec<usize> = (0..count).collect();
            let made = in_parts(&items, |number, item| (number, item * 2));
            let expected: Vec<(usize, usize)> =
                items.iter().map(|item| (*item, item * 2)).collect();
            assert_eq!(made, expected);
        }
    }
}

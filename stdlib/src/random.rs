//! Natives of the module `Random`, and the generator behind them.

use snow_vm::native::Call;

use crate::support::{Outcome, natives};

natives! {
    "snow_random_seed" Small "(Int) -> ()" = seed;
    "snow_random_int" Small "(Int, Int) -> Int" = int;
    "snow_random_float" Small "() -> Float" = float;
    "snow_random_bytes" Small "(Int) -> Bytes" = bytes;
}

/// A generator of random numbers: SplitMix64 (Steele, Lea, Flood: OOPSLA 2014). That of the running actor is taken out of its context while it is used.
pub struct Source(u64);

impl Source {
    /// The actor's generator; seeded by the system when the program has not done it.
    pub(crate) fn of(call: &Call<'_>) -> Source {
        Source(
            call.ctx
                .random
                .unwrap_or_else(|| call.ctx.world.platform.random_seed()),
        )
    }

    /// A generator that gives the same numbers for the same seed.
    pub fn seeded(seed: u64) -> Source {
        Source(seed)
    }

    /// Puts the state back.
    pub(crate) fn store(self, call: &mut Call<'_>) {
        call.ctx.random = Some(self.0);
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// Puts items into a random order, each equally likely (Fisher–Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }

    /// A number below `bound`, each equally likely; 0 stands for 2^64.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 {
            return self.next();
        }
        // Numbers under this threshold would favour some results.
        let threshold = bound.wrapping_neg() % bound;
        loop {
            let product = u128::from(self.next()) * u128::from(bound);
            if product as u64 >= threshold {
                return (product >> 64) as u64;
            }
        }
    }
}

/// Uses the actor's generator.
fn with<T>(call: &mut Call<'_>, body: impl FnOnce(&mut Source) -> T) -> T {
    let mut source = Source::of(call);
    let result = body(&mut source);
    source.store(call);
    result
}

fn seed(call: &mut Call<'_>) -> Outcome {
    call.ctx.random = Some(call.int(0) as u64);
    call.return_unit()
}

fn int(call: &mut Call<'_>) -> Outcome {
    let (low, high) = (call.int(0), call.int(1));
    if low > high {
        return Err(format!("Random.int: {low} is greater than {high}").into());
    }
    let span = (high.wrapping_sub(low) as u64).wrapping_add(1);
    let value = low.wrapping_add(with(call, |source| source.below(span)) as i64);
    call.return_int(value)
}

fn float(call: &mut Call<'_>) -> Outcome {
    let bits = with(call, |source| source.next() >> 11);
    call.return_float(bits as f64 / (1u64 << 53) as f64)
}

fn bytes(call: &mut Call<'_>) -> Outcome {
    let Ok(count) = u32::try_from(call.int(0)) else {
        return Err(format!("Random.bytes: {} is no number of bytes", call.int(0)).into());
    };
    let bytes: Vec<u8> = with(call, |source| {
        (0..count).map(|_| source.next() as u8).collect()
    });
    let word = call.new_bytes(&bytes);
    call.return_word(word)
}

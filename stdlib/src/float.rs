//! Natives of the module `Float`.

use snow_vm::native::Call;

use crate::support::{Outcome, natives};

natives! {
    "snow_float_round_to" Small "(Float, Int) -> Float" = round_to;
    "snow_float_to_string_fixed" Small "(Float, Int) -> String" = to_string_fixed;
}

/// Digits that a text form may ask for.
const MAX_DIGITS: i64 = 1000;

fn digits(call: &Call<'_>) -> Result<usize, String> {
    match call.int(1) {
        digits @ 0..=MAX_DIGITS => Ok(digits as usize),
        digits => Err(format!(
            "{digits} is not a number of digits between 0 and {MAX_DIGITS}"
        )),
    }
}

/// Rounds half away from zero by the shortest decimal form, so that 2.675 gives 2.68 although its double lies below.
fn round_to(call: &mut Call<'_>) -> Outcome {
    let (value, digits) = (call.float(0), digits(call)?);
    let text = value.abs().to_string();
    let rounded = match text.split_once('.') {
        Some((whole, fraction)) if fraction.len() > digits => {
            let up = fraction.as_bytes()[digits] >= b'5';
            let kept = format!("{whole}{}", &fraction[..digits]);
            let kept = if up { increment(&kept) } else { kept };
            let (whole, fraction) = kept.split_at(kept.len() - digits);
            format!("{whole}.{fraction}")
                .parse::<f64>()
                .unwrap_or(value.abs())
        }
        _ => value.abs(),
    };
    call.return_float(rounded.copysign(value))
}

/// The next natural number in decimal.
fn increment(digits: &str) -> String {
    let nines = digits.len() - digits.trim_end_matches('9').len();
    let (head, _) = digits.split_at(digits.len() - nines);
    let head = match head.as_bytes().split_last() {
        Some((&last, rest)) => rest
            .iter()
            .chain([&(last + 1)])
            .map(|&digit| char::from(digit))
            .collect(),
        None => String::from("1"),
    };
    head + &"0".repeat(nines)
}

fn to_string_fixed(call: &mut Call<'_>) -> Outcome {
    let (value, digits) = (call.float(0), digits(call)?);
    call.return_str(&format!("{value:.digits$}"))
}

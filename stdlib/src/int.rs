//! Natives of the module `Int`.

use snow_vm::native::Call;

use crate::support::{Outcome, natives};

natives! {
    "snow_int_pow" Small "(Int, Int) -> Int" = pow;
    "snow_int_popcount" Small "(Int) -> Int" = |call| call.return_int(call.int(0).count_ones().into());
    "snow_int_to_string_base" Small "(Int, Int) -> String" = to_string_base;
    "snow_int_parse_base" Small "(String, Int) -> Option<Int>" = parse_base;
    "snow_int_checked_add" Small "(Int, Int) -> Option<Int>" = |call| checked(call, i64::checked_add);
    "snow_int_checked_sub" Small "(Int, Int) -> Option<Int>" = |call| checked(call, i64::checked_sub);
    "snow_int_checked_mul" Small "(Int, Int) -> Option<Int>" = |call| checked(call, i64::checked_mul);
}

fn pow(call: &mut Call<'_>) -> Outcome {
    let (base, exponent) = (call.int(0), call.int(1));
    if exponent < 0 {
        return Err(format!("Int.pow: negative exponent {exponent}").into());
    }
    // Beyond 64 only 0, 1 and -1 do not overflow, and for them the parity is enough.
    let small = if exponent > 64 {
        64 + exponent % 2
    } else {
        exponent
    };
    match base.checked_pow(small as u32) {
        Some(power) => call.return_int(power),
        None => Err("integer overflow".into()),
    }
}

fn checked(call: &mut Call<'_>, op: fn(i64, i64) -> Option<i64>) -> Outcome {
    let result = op(call.int(0), call.int(1));
    call.return_option(result.map(|value| value as u64))
}

/// The base in the second parameter.
fn base(call: &Call<'_>) -> Result<u32, String> {
    match u32::try_from(call.int(1)) {
        Ok(base @ 2..=36) => Ok(base),
        _ => Err(format!("base {} is not between 2 and 36", call.int(1))),
    }
}

fn to_string_base(call: &mut Call<'_>) -> Outcome {
    let (value, base) = (call.int(0), base(call)?);
    let mut rest = value.unsigned_abs();
    let mut digits = Vec::new();
    loop {
        let digit = (rest % u64::from(base)) as u32;
        digits.push(char::from_digit(digit, base).unwrap_or('?'));
        rest /= u64::from(base);
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        digits.push('-');
    }
    call.return_str(&digits.into_iter().rev().collect::<String>())
}

fn parse_base(call: &mut Call<'_>) -> Outcome {
    let parsed = i64::from_str_radix(call.str(0).trim(), base(call)?).ok();
    call.return_option(parsed.map(|value| value as u64))
}

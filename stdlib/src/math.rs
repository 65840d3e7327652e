//! Natives of the module `Math`.

use snow_vm::native::Call;

use crate::support::{Outcome, natives};

natives! {
    "snow_math_pow" Small "(Float, Float) -> Float" = |call| call.return_float(call.float(0).powf(call.float(1)));
    "snow_math_cbrt" Small "(Float) -> Float" = |call| call.return_float(call.float(0).cbrt());
    "snow_math_exp" Small "(Float) -> Float" = |call| call.return_float(call.float(0).exp());
    "snow_math_log" Small "(Float) -> Float" = |call| call.return_float(call.float(0).ln());
    "snow_math_log2" Small "(Float) -> Float" = |call| call.return_float(call.float(0).log2());
    "snow_math_log10" Small "(Float) -> Float" = |call| call.return_float(call.float(0).log10());
    "snow_math_sin" Small "(Float) -> Float" = |call| call.return_float(call.float(0).sin());
    "snow_math_cos" Small "(Float) -> Float" = |call| call.return_float(call.float(0).cos());
    "snow_math_tan" Small "(Float) -> Float" = |call| call.return_float(call.float(0).tan());
    "snow_math_asin" Small "(Float) -> Float" = |call| call.return_float(call.float(0).asin());
    "snow_math_acos" Small "(Float) -> Float" = |call| call.return_float(call.float(0).acos());
    "snow_math_atan" Small "(Float) -> Float" = |call| call.return_float(call.float(0).atan());
    "snow_math_atan2" Small "(Float, Float) -> Float" = |call| call.return_float(call.float(0).atan2(call.float(1)));
    "snow_math_sinh" Small "(Float) -> Float" = |call| call.return_float(call.float(0).sinh());
    "snow_math_cosh" Small "(Float) -> Float" = |call| call.return_float(call.float(0).cosh());
    "snow_math_tanh" Small "(Float) -> Float" = |call| call.return_float(call.float(0).tanh());
    "snow_math_hypot" Small "(Float, Float) -> Float" = |call| call.return_float(call.float(0).hypot(call.float(1)));
    "snow_math_round" Small "(Float) -> Int" = |call| { let rounded = call.float(0).round(); to_int(call, rounded) };
}

fn to_int(call: &mut Call<'_>, value: f64) -> Outcome {
    // 2^63 is a double, the largest Int is not.
    let limit = 9_223_372_036_854_775_808.0;
    if value >= -limit && value < limit {
        call.return_int(value as i64)
    } else {
        Err(format!("{value} does not fit in an Int").into())
    }
}

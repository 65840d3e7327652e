//! Every target, briefly and with a fixed seed.

use snow_fuzz::fuzz;
use snow_fuzz::targets::Target;

#[test]
fn every_target_survives_some_hundred_inputs() {
    for &target in Target::ALL {
        let tried = fuzz(target, 1, |tried| tried == 800);
        match tried {
            Ok(tried) => assert_eq!(tried, 800),
            Err(failure) => panic!(
                "{} {}: {}",
                target.name(),
                failure.reason,
                String::from_utf8_lossy(&failure.input)
            ),
        }
    }
}

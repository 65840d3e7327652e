//! Natives of the module `Path`.

use std::path::{self, Path};

use snow_vm::native::Call;

use crate::support::{Outcome, io_reason, natives};

natives! {
    "snow_path_join" Small "(String, String) -> String" = join;
    "snow_path_base" Small "(String) -> String" = base;
    "snow_path_dir" Small "(String) -> String" = dir;
    "snow_path_ext" Small "(String) -> String" = ext;
    "snow_path_absolute" Small "(String) -> Result<String, String>" = absolute;
    "snow_path_relative" Small "(String, String) -> Option<String>" = relative;
}

fn join(call: &mut Call<'_>) -> Outcome {
    call.return_str(&Path::new(call.str(0)).join(call.str(1)).to_string_lossy())
}

fn base(call: &mut Call<'_>) -> Outcome {
    let name = Path::new(call.str(0)).file_name().unwrap_or_default();
    call.return_str(&name.to_string_lossy())
}

fn dir(call: &mut Call<'_>) -> Outcome {
    let parent = Path::new(call.str(0)).parent().unwrap_or(Path::new(""));
    call.return_str(&parent.to_string_lossy())
}

fn ext(call: &mut Call<'_>) -> Outcome {
    let ext = Path::new(call.str(0)).extension().unwrap_or_default();
    call.return_str(&ext.to_string_lossy())
}

fn absolute(call: &mut Call<'_>) -> Outcome {
    let given = call.str(0);
    match path::absolute(given) {
        Ok(absolute) => {
            let word = call.new_str(&absolute.to_string_lossy());
            call.return_yes(&[word])
        }
        Err(error) => call.return_err(&io_reason(given, &error)),
    }
}

fn relative(call: &mut Call<'_>) -> Outcome {
    let (whole, start) = (Path::new(call.str(0)), Path::new(call.str(1)));
    let rest = whole.strip_prefix(start).ok();
    let word = rest.map(|rest| call.new_str(&rest.to_string_lossy()));
    call.return_option(word)
}

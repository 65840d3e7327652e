//! Natives of the modules `Map` and `Set`.

use snow_vm::native::Call;
use snow_vm::value::map;

use crate::support::{Outcome, natives};

natives! {
    "snow_map_delete" Small "<K, V>(own Map<K, V>, K) -> Map<K, V>" = delete;
    "snow_map_size" Small "<K, V>(Map<K, V>) -> Int" = size;
    "snow_set_add" Small "<T>(own Set<T>, own T) -> Set<T>" = add;
    "snow_set_remove" Small "<T>(own Set<T>, T) -> Set<T>" = delete;
    "snow_set_size" Small "<T>(Set<T>) -> Int" = size;
}

fn delete(call: &mut Call<'_>) -> Outcome {
    let (word, key) = (call.word(0), call.word(1));
    // SAFETY: by the signature the map is owned and the key an element of its key type.
    let word = unsafe { map::delete(&mut call.ctx.heap, word, key) };
    call.return_word(word)
}

fn size(call: &mut Call<'_>) -> Outcome {
    // SAFETY: a map or set by the signature.
    call.return_size(unsafe { map::len(call.word(0)) })
}

fn add(call: &mut Call<'_>) -> Outcome {
    let (word, item) = (call.word(0), call.word(1));
    // SAFETY: by the signature both are owned, the item an element of the set.
    let word = unsafe { map::add(&mut call.ctx.heap, word, item) };
    call.return_word(word)
}

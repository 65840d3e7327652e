//! Natives of the module `List`.

use snow_vm::native::Call;
use snow_vm::types::{Elem, Form, RuntimeTypes};
use snow_vm::value::{compare, list, text};

use crate::support::{Outcome, list_words, natives, new_list};

natives! {
    "snow_list_take" Small "<T>(own List<T>, Int) -> List<T>" = take;
    "snow_list_repeat" Small "<T>(T, Int) -> List<T>" = repeat;
    "snow_list_sort" Small "<T>(own List<T>) -> List<T>" = sort;
    "snow_list_sort_order" Small "<K>(List<K>) -> List<Int>" = sort_order;
    "snow_list_shuffle" Small "<T>(own List<T>) -> List<T>" = shuffle;
    "snow_list_reverse" Small "<T>(own List<T>) -> List<T>" = reverse;
}

fn take(call: &mut Call<'_>) -> Outcome {
    let word = call.word(0);
    // SAFETY: the list is owned by the signature, the range inside it.
    let taken = unsafe {
        let count = usize::try_from(call.int(1))
            .unwrap_or(0)
            .min(list::len(word));
        list::slice(&mut call.ctx.heap, word, 0, count)
    };
    call.return_word(taken)
}

fn repeat(call: &mut Call<'_>) -> Outcome {
    let (elem, count) = (call.word(0), usize::try_from(call.int(1)).unwrap_or(0));
    let ty = call.ret_type();
    // SAFETY: the element is one of the result's type, by the signature.
    let list = unsafe { list::repeat(&mut call.ctx.heap, ty, elem, count) };
    call.return_word(list)
}

/// Changes the elements of the list in the first parameter, which is owned, and returns it.
fn change(call: &mut Call<'_>, change: impl FnOnce(&mut [u64], &RuntimeTypes, Elem)) -> Outcome {
    let word = call.word(0);
    let types = call.ctx.heap.types_arc();
    let Form::List(elem) = &types.info(call.param_type(0)).form else {
        unreachable!("the signature says List")
    };
    // SAFETY: the list is owned by the signature; `change` only reorders the elements.
    let word = unsafe {
        list::change(&mut call.ctx.heap, word, |elems| {
            change(elems, &types, *elem)
        })
    };
    call.return_word(word)
}

fn reverse(call: &mut Call<'_>) -> Outcome {
    change(call, |elems, _, _| elems.reverse())
}

fn shuffle(call: &mut Call<'_>) -> Outcome {
    let mut random = crate::random::Source::of(call);
    let state = &mut random;
    change(call, |elems, _, _| state.shuffle(elems))?;
    random.store(call);
    Ok(())
}

fn sort(call: &mut Call<'_>) -> Outcome {
    change(call, |elems, types, elem| match &types.info(elem.ty).form {
        // Equal integers cannot be told apart: no need for a stable sort.
        Form::Int => elems.sort_unstable_by_key(|&word| word as i64),
        Form::Float => {
            elems.sort_by(|&a, &b| compare::floats(f64::from_bits(a), f64::from_bits(b)));
        }
        Form::String | Form::Bytes => {
            // SAFETY: the elements are strings or bytes, which the list keeps alive.
            elems.sort_by(|&a, &b| unsafe { text::bytes(a).cmp(text::bytes(b)) });
        }
        // SAFETY: the elements are of the list's type.
        _ => elems.sort_by(|&a, &b| unsafe { compare::elements(types, elem, a, b) }),
    })
}

/// The indices of the elements in sorted order, stable.
fn sort_order(call: &mut Call<'_>) -> Outcome {
    let keys = list_words(call, 0);
    let types = call.ctx.heap.types_arc();
    let Form::List(elem) = &types.info(call.param_type(0)).form else {
        unreachable!("the signature says List")
    };
    let mut order: Vec<u64> = (0..keys.len() as u64).collect();
    match &types.info(elem.ty).form {
        Form::Int => order.sort_by_key(|&i| keys[i as usize] as i64),
        // SAFETY: the keys are elements of the list's type, which it keeps alive.
        _ => order.sort_by(|&a, &b| unsafe {
            compare::elements(&types, *elem, keys[a as usize], keys[b as usize])
        }),
    }
    let list = new_list(call, call.ret_type(), &order);
    call.return_word(list)
}

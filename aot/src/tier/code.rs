//! From the worker's objects to code that the machine can enter.

use snow_bytecode::module::FuncId;
use snow_vm::abi::UniformFn;

use crate::loader::{LoadError, Loaded, Loader};
use crate::names::Name;
use snow_vm::interp::{NativeFunction, NativeLoop, NativeUnit};

/// Loads the objects of a unit.
///
/// # Safety
/// The worker made them for the program that will run them.
pub unsafe fn load_unit(loader: &mut Loader, objects: &[Vec<u8>]) -> Result<NativeUnit, LoadError> {
    let object = loader.load(objects)?;
    let (mut functions, mut loops) = (Vec::new(), Vec::new());
    for symbol in object.exports() {
        match Name::of_symbol(symbol) {
            Some(Name::Uniform(func)) => functions.push(NativeFunction {
                func: FuncId(func),
                // SAFETY: the worker gives these symbols such functions.
                uniform: unsafe { entry(&object, symbol)? },
                typed: address(&object, &Name::Typed(func).to_string())?,
            }),
            Some(Name::Loop(place)) => loops.push(NativeLoop {
                func: FuncId(place.func),
                header: place.header,
                // SAFETY: as above.
                entry: unsafe { entry(&object, symbol)? },
            }),
            Some(Name::Typed(_)) | None => {}
        }
    }
    Ok(NativeUnit {
        functions,
        loops,
        owner: Box::new(object),
    })
}

fn address(object: &Loaded, symbol: &str) -> Result<*const u8, LoadError> {
    let address = object.address(symbol);
    address.ok_or_else(|| LoadError::UnknownSymbol(symbol.to_owned()))
}

/// # Safety
/// The symbol is that of an entry.
unsafe fn entry(object: &Loaded, symbol: &str) -> Result<UniformFn, LoadError> {
    let address = address(object, symbol)?;
    // SAFETY: by contract; an address of an object is never null.
    Ok(unsafe { std::mem::transmute::<*const u8, UniformFn>(address) })
}

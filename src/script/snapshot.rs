//! Captured variables, copied when a stage is declared.

use rhai::{Array, Dynamic, FnPtr, Map};

/// `value` without any cell shared with the rest of the script. Rhai captures by reference: without
/// this every stage of a loop would see the loop variable's last value, and two stages could race.
pub(super) fn snapshot(value: Dynamic) -> Dynamic {
    let value = value.flatten();
    if value.is::<Array>() {
        let items = value.cast::<Array>();
        items.into_iter().map(snapshot).collect::<Array>().into()
    } else if value.is::<Map>() {
        let entries = value.cast::<Map>();
        let copied: Map = entries
            .into_iter()
            .map(|(key, value)| (key, snapshot(value)))
            .collect();
        copied.into()
    } else if value.is::<FnPtr>() {
        function(value.cast()).into()
    } else {
        value
    }
}

/// A closure with its captures copied.
pub(super) fn function(mut function: FnPtr) -> FnPtr {
    let captures: Vec<_> = function.iter_curry().cloned().map(snapshot).collect();
    function.set_curry(captures);
    function
}

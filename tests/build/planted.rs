//! The kernel into which a test plants bugs: the formula, and the text of its PTX.

use std::path::Path;

use proc_macro2::TokenStream;

/// The tokens between the brackets of `formula!(...)`.
const CALL: &str = "\"Exp(-SqDist(x, y)) * b\", x = Vi(3), y = Vj(3), b = Vj(1), derivatives = false";

/// The formula as the expression of a file.
pub(crate) fn formula() -> String {
    format!("keops::formula!({CALL})")
}

/// Its PTX as the expression of a file: an `Option<&str>`.
pub(crate) fn ptx(folder: &Path) -> String {
    let tokens: TokenStream = CALL.parse().expect("a call should be tokens");
    let code = keops_core::device_code(tokens, &keops_core::Extent::default()).expect("the formula should be right");
    let path = folder.join(format!("{}.ptx", code.id));
    // Of a file that is not there, the compiler would complain.
    if path.is_file() { format!("Some(include_str!({path:?}))") } else { "None".to_owned() }
}

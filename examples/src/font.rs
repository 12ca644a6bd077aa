//! The font of the pictures, which is part of the program: nothing depends on the fonts of the machine.

use anyhow::{Result, anyhow};
use plotters::style::{FontStyle, register_font};

/// Makes `"sans-serif"` known to plotters, regular and bold.
///
/// # Errors
///
/// When plotters cannot read the font.
pub fn register() -> Result<()> {
    for (style, bytes) in [(FontStyle::Normal, dejavu::sans::regular()), (FontStyle::Bold, dejavu::sans::bold())] {
        register_font("sans-serif", style, bytes).map_err(|_| anyhow!("the font cannot be read"))?;
    }
    Ok(())
}

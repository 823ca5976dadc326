//! Print quality in the words of the person at the printer.

use crate::scan::{Measure, Parameter};

/// The name of a parameter in JSON.
pub fn name(parameter: Parameter) -> &'static str {
    match parameter {
        Parameter::Contrast => "symbol_contrast",
        Parameter::Modulation => "modulation",
        Parameter::Margin => "reflectance_margin",
        Parameter::FixedPatterns => "fixed_pattern_damage",
        Parameter::AxialUniformity => "axial_nonuniformity",
        Parameter::GridUniformity => "grid_nonuniformity",
        Parameter::UnusedCorrection => "unused_error_correction",
        Parameter::PrintGrowth => "print_growth",
    }
}

/// What is wrong, in plain words.
pub fn why(worst: Measure) -> String {
    let percent = (worst.value * 100.0).round();
    match worst.parameter {
        Parameter::Contrast => format!("too pale: contrast {percent} %, the ink is weak or the paper grey"),
        Parameter::Modulation | Parameter::Margin => "blurred or uneven: light and dark run into each other".to_owned(),
        Parameter::FixedPatterns => {
            "scratches, creases or missing dots in the patterns by which a reader finds the symbol".to_owned()
        }
        Parameter::AxialUniformity => format!("stretched: modules are {percent} % longer one way than the other"),
        Parameter::GridUniformity => format!("bent: parts of it lie {:.2} modules from their place", worst.value),
        Parameter::UnusedCorrection => {
            format!("stains, folds or missing print: {percent} % of the error correction is left")
        }
        Parameter::PrintGrowth if worst.value > 0.0 => {
            "too heavy: the ink has spread into the light modules".to_owned()
        }
        Parameter::PrintGrowth => "too thin: the dark modules are smaller than they should be".to_owned(),
    }
}

/// What to do about it.
pub fn next(worst: Measure) -> &'static str {
    match worst.parameter {
        Parameter::Contrast => "change the toner, ink or ribbon, or take whiter paper; then print it again",
        Parameter::Modulation | Parameter::Margin => {
            "wipe the scanner's glass and scan once more at 300 dpi; if it stays, print it again, sharper"
        }
        Parameter::FixedPatterns => {
            "print it again on a clean sheet; if it comes back, clean the printer's drum or head"
        }
        Parameter::AxialUniformity => "print it again at 100 %, and look after the printer's paper feed",
        Parameter::GridUniformity => "flatten it and scan once more; if it stays, print it again",
        Parameter::UnusedCorrection => "print it again on a clean sheet",
        Parameter::PrintGrowth if worst.value > 0.0 => "print it again with less density, or in a finer quality",
        Parameter::PrintGrowth => "print it again with more density",
    }
}

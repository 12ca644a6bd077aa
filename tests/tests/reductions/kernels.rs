//! The compiled formulas. Each takes x, of the kept index, y and b, of the reduced one.

use keops::{Error, formula};
use keops_core::eval::Reduced;
use keops_tests::kernel::{Number, Outcome, Run};
use ndarray::Array2;

/// A compiled reduction.
#[derive(Debug)]
pub(crate) struct Kernel<T> {
    /// Its name.
    pub(crate) reduction: &'static str,
    /// K; 1 for a reduction without.
    pub(crate) count: usize,
    /// The tokens between the brackets of `formula!(...)`, as text.
    pub(crate) call: &'static str,
    pub(crate) run: Run<T>,
}

macro_rules! kernel {
    (over_j, $($rest:tt)*) => { kernel!(Vi, Vj, 1, $($rest)*) };
    (over_i, $($rest:tt)*) => { kernel!(Vj, Vi, 0, $($rest)*) };
    ($kept:ident, $reduced:ident, $axis:literal, $formula:literal, $reduction:ident $(($argument:literal))?) => {{
        fn run<T: Number>(a: &[Array2<T>]) -> Result<Vec<Reduced>, Error> {
            let formula = formula!(
                $formula,
                x = $kept(3),
                y = $reduced(3),
                b = $reduced(2),
                reduction = $reduction $(($argument))?,
                axis = $axis,
                derivatives = false
            );
            Ok(formula.call(&a[0], &a[1], &a[2])?.results())
        }
        Kernel {
            reduction: stringify!($reduction),
            count: concat!($($argument)?).parse().unwrap_or(1),
            call: stringify!(
                $formula,
                x = $kept(3),
                y = $reduced(3),
                b = $reduced(2),
                reduction = $reduction $(($argument))?,
                axis = $axis
            ),
            run: run::<T>,
        }
    }};
}

macro_rules! kernels {
    ($name:ident: $($axis:ident $formula:literal $reduction:ident $(($argument:literal))?;)*) => {
        pub(crate) fn $name<T: Number>() -> Vec<Kernel<T>> {
            vec![$(kernel!($axis, $formula, $reduction $(($argument))?)),*]
        }
    };
}

kernels! { others:
    over_j "x + y" Sum;
    over_i "x + y" Sum;
    over_j "x + y" Mean;
    over_i "x + y" Mean;
    over_j "x * y" Count;
    over_i "x * y" Count;
    over_j "x * y" Min;
    over_i "x * y" Min;
    over_j "x * y" Max;
    over_i "x * y" Max;
    over_j "x * y" ArgMin;
    over_i "x * y" ArgMin;
    over_j "x * y" ArgMax;
    over_i "x * y" ArgMax;
    over_j "x * y" Min_ArgMin;
    over_i "x * y" Min_ArgMin;
    over_j "x * y" Max_ArgMax;
    over_i "x * y" Max_ArgMax;
    over_j "Elem(x, 0) * Elem(y, 0)" LogSumExp;
    over_i "Elem(x, 0) * Elem(y, 0)" LogSumExp;
    over_j "Elem(x, 0) * Elem(y, 0)" LogSumExpWeight("b");
    over_i "Elem(x, 0) * Elem(y, 0)" LogSumExpWeight("b");
    over_j "Elem(x, 0) * Elem(y, 0)" SumSoftMaxWeight("b");
    over_i "Elem(x, 0) * Elem(y, 0)" SumSoftMaxWeight("b");
    over_j "Elem(x, 0) * Elem(y, 0)" Max_SumShiftExp;
    over_i "Elem(x, 0) * Elem(y, 0)" Max_SumShiftExp;
    over_j "Elem(x, 0) * Elem(y, 0)" Max_SumShiftExpWeight("b");
    over_i "Elem(x, 0) * Elem(y, 0)" Max_SumShiftExpWeight("b");
}

// Kept in order, in a few registers.
kernels! { of_few:
    over_j "x * y" KMin(3);
    over_i "x * y" KMax(3);
    over_i "x * y" ArgKMin(3);
    over_j "x * y" ArgKMax(3);
    over_j "x * y" KMin_ArgKMin(1);
    over_i "x * y" KMax_ArgKMax(2);
    over_j "x * y" KMax_ArgKMax(10);
    over_i "x * y" KMin_ArgKMin(16);
}

// Kept in a buffer by some lanes, or by all.
kernels! { of_many:
    over_j "x * y" KMin_ArgKMin(17);
    over_i "x * y" KMax_ArgKMax(17);
    over_j "x * y" KMin_ArgKMin(33);
    over_j "x * y" KMax_ArgKMax(65);
    over_i "x * y" KMin_ArgKMin(100);
    over_j "x * y" KMax_ArgKMax(1000);
    over_j "x * y" KMin(1000);
    over_j "x * y" ArgKMax(100);
}

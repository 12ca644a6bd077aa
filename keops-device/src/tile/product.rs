//! The product of the terms of a tile with rows of a matrix, of any number of columns.
//!
//! Terms are computed for some tens of reduced indices and put aside. Then a few columns of the matrix at a time take in
//! all of them, with their sums in registers, as a matrix product does that is tiled over its result.

use super::Tile;
use super::terms::{Terms, visit};
use crate::kernel::{Kernel, Product};
use crate::real::Real;
use crate::reduction::scheme::Scheme;

/// So many terms of a vector of kept indices are put aside at once: in four vectors of 64 bytes, half of a first-level
/// cache.
const LONG: usize = 96;

/// The sums of `R` vectors of kept indices, between tiles.
pub type Totals<A, S, const R: usize> = [<A as Scheme>::Total<S>; R];

/// Terms that were put aside.
struct Aside<'a, S, const R: usize> {
    terms: &'a mut [[S; R]; LONG],
    first: usize,
}

impl<S: Real, const R: usize> Terms<S, R> for Aside<'_, S, R> {
    #[inline(always)]
    fn terms<const C: usize>(&mut self, _component: usize, values: &[[S; R]; C], first: usize) {
        let at = first - self.first;
        for (to, value) in self.terms[at..].iter_mut().zip(values) {
            *to = *value;
        }
    }
}

/// Adds the products of a tile's terms with rows of `matrix` to `totals`, one for each of its columns. Row k of the
/// matrix, row by row, belongs to reduced index k. The kernel has one component.
#[inline(always)]
pub fn multiply<K: Kernel, A: Scheme, S: Real, const R: usize, const C: usize>(
    tile: &Tile<'_, K, S, R>,
    matrix: &[S::Scalar],
    totals: &mut [Totals<A, S, R>],
) {
    let width = totals.len();
    let mut terms = [[S::constant(0.0); R]; LONG];
    let mut first = tile.first;
    for reduced in tile.reduced.chunks(LONG) {
        let part = Tile { params: tile.params, kept: tile.kept, reduced, first };
        visit::<K, S, R, C>(&part, &mut Aside { terms: &mut terms, first });
        let (terms, rows) = (&terms[..reduced.len()], &matrix[first * width..(first + reduced.len()) * width]);
        let mut column = 0;
        while column + 4 <= width {
            add::<A, S, R, 4>(terms, rows, width, column, totals);
            column += 4;
        }
        match width - column {
            1 => add::<A, S, R, 1>(terms, rows, width, column, totals),
            2 => add::<A, S, R, 2>(terms, rows, width, column, totals),
            3 => add::<A, S, R, 3>(terms, rows, width, column, totals),
            _ => {}
        }
        first += reduced.len();
    }
}

/// The same for the `E` columns from `column` on.
#[inline(always)]
fn add<A: Scheme, S: Real, const R: usize, const E: usize>(
    terms: &[[S; R]],
    rows: &[S::Scalar],
    width: usize,
    column: usize,
    totals: &mut [Totals<A, S, R>],
) {
    const { assert!(R <= 8 && E <= 4, "as many are unrolled") };
    let mut sums = [[A::resume(&A::zero()); R]; E];
    unrolled!(4, E, e => unrolled!(R, r => sums[e][r] = A::resume(&totals[column + e][r])));
    for (term, row) in terms.iter().zip(rows.chunks_exact(width)) {
        let Some(row) = row[column..].first_chunk::<E>() else { return };
        unrolled!(4, E, e => {
            let factor = S::splat(row[e]);
            unrolled!(R, r => sums[e][r] = A::push(sums[e][r], Product(term[r], factor)));
        });
    }
    unrolled!(4, E, e => unrolled!(R, r => A::suspend(&mut totals[column + e][r], sums[e][r], None)));
}
